"""What the breaks' room does for screens and commands: one function an errand.

Load, offers and breaks are a member's own: nobody else's console shows them, whatever the
role. The rota and the cover are everybody's.
"""

from dataclasses import asdict
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from console.breaks import pause, rota, store
from console.breaks.load import KINDS, Day, Load, Offer, Policy, judge, merged, weighed
from console.breaks.pause import Break
from console.breaks.rota import Cover, Shift
from console.errors import BadUsage, Refused
from console.language import _

if TYPE_CHECKING:
    from console.vault import Vault

POLICY = "policy.breaks"

# After this many half-lives a call weighs under a thousandth of what it did.
_HALF_LIVES = 10

# A break that began earlier belongs to another shift: somebody forgot to end it.
_ONE_SHIFT = timedelta(hours=12)


def policy(vault: "Vault") -> Policy:
    """Return the site's policy of breaks: the defaults, and what the coordinator changed."""
    return merged(vault.setting(POLICY, {}))


def set_policy(vault: "Vault", changes: dict[str, int], *, now: datetime) -> Policy:
    """Change the policy of breaks, and return it; names not in ``changes`` stay as they are.

    Raises Refused unless the member is a coordinator, BadUsage for what makes no policy.
    """
    vault.require("coordinator")
    default = asdict(Policy())
    changed = merged({**asdict(policy(vault)), **changes})
    kept = {name: value for name, value in asdict(changed).items() if value != default[name]}
    with vault.transaction():
        vault.set_setting(POLICY, kept)
        vault.audit("policy.changed", POLICY, now=now)
    return changed


def import_rota(vault: "Vault", path: Path, *, now: datetime) -> int:
    """Bring in a rota from a CSV (member, starts, ends); return how many shifts it has.

    All or nothing. The file replaces what its members had from its first day to its last;
    times without a zone are in the zone of ``now``. Raises Refused unless the member is a
    coordinator, BadUsage, with the row, for what cannot be a rota.
    """
    vault.require("coordinator")
    if path.suffix.lower() in {".ics", ".ical"}:
        raise BadUsage(f"{path.name} is iCalendar: save it as CSV with member, starts, ends")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadUsage(f"{path.name} is not UTF-8: save it as UTF-8 and import it again") from error
    except OSError as error:
        raise BadUsage(f"{path.name} cannot be read: {error.strerror or error}") from error
    shifts = rota.read_csv(text, path.name, now.tzinfo)
    with vault.transaction():
        overlap = store.replace_shifts(vault, shifts)
        if overlap is not None:
            raise BadUsage(
                f"{path.name}: the shift of {overlap.member} at {overlap.starts:%Y-%m-%d %H:%M}"
                " overlaps one that is in the rota already; nothing was changed"
            )
        vault.audit("rota.imported", now=now)
    return len(shifts)


def on_shift(vault: "Vault", *, now: datetime) -> list[Shift]:
    """Return the shifts that run at ``now``, earliest first."""
    return store.on_shift(vault, now)


def shifts(vault: "Vault", day: date | str, *, zone: tzinfo | None = None) -> list[Shift]:
    """Return the shifts of a local day, earliest first, those over midnight in both days.

    ``day`` is a date or its YYYY-MM-DD; without ``zone`` it is a day of this computer's zone.
    """
    wanted = date.fromisoformat(day) if isinstance(day, str) else day
    begin = datetime.combine(wanted, time(), zone)
    end = datetime.combine(wanted + timedelta(days=1), time(), zone)
    if zone is None:
        begin, end = begin.astimezone(), end.astimezone()
    return store.shifts(vault, begin, end)


def load(vault: "Vault", member: str, *, now: datetime) -> Load:
    """Return what the member's calls weigh on her at ``now``.

    Raises Refused for anybody else's load.
    """
    _own(vault, member)
    rule = policy(vault)
    return Load(_value(vault, rule, member, now), float(rule.threshold))


def offer(vault: "Vault", member: str, distress: int | None, *, now: datetime) -> Offer | None:
    """Return the break that the member is offered after a call rated ``distress``, if any.

    After a hard call always; for other reasons only while no break waits or runs, because that
    one comes back by itself. Raises Refused for anybody else.
    """
    _own(vault, member)
    rule = policy(vault)
    found = judge(rule, distress, _day(vault, rule, member, now), now)
    hard = distress is not None and distress >= rule.hard_distress
    if found is None or hard or not _has_break(vault, member, now):
        return found
    return None


def book(
    vault: "Vault",
    member: str,
    kind: str,
    *,
    minutes: int | None = None,
    now: datetime,
    due_at: datetime | None = None,
) -> Break:
    """Book a break that is due at ``due_at``, or at once; return it.

    A break of the same kind that waits already is moved there, not doubled. ``minutes`` is
    the policy's if not given. Raises BadUsage for an unknown kind or a length under a minute.
    """
    _own(vault, member)
    if kind not in KINDS:
        raise BadUsage(_("no such break: take one of {kinds}").format(kinds=", ".join(KINDS)))
    length = policy(vault).minutes(kind) if minutes is None else minutes
    if length < 1:
        raise BadUsage(_("a break has at least one minute: give its length in minutes"))
    due = store.instant(due_at or now)
    with vault.transaction():
        for each in store.waiting(vault, member, now.tzinfo):
            if each.kind == kind:
                missed = 0 if pause.lapsed(each, now) else each.missed
                vault.db.execute(store.SET_DUE, (due, length, missed, each.id))
                return _read(vault, each.id, now)
        number = vault.db.execute(store.PUT_BREAK, (member, kind, length, due)).lastrowid
        return _read(vault, int(number or 0), now)


def start(vault: "Vault", break_id: int, *, now: datetime) -> Break:
    """Start a break; one that runs already is returned as it is.

    Short breaks that were due are taken with it. Raises Refused if it has ended, if another
    break of the member runs, or if it is somebody else's.
    """
    with vault.transaction():
        break_ = _read(vault, break_id, now)
        if break_.ended_at is not None:
            raise Refused(_("that break is over: book another"))
        other = store.running(vault, break_.member, now.tzinfo)
        if other is not None and other.id != break_id:
            raise Refused(_("another break is running: end it first"))
        if break_.started_at is None:
            vault.db.execute(store.SET_STARTED, (store.instant(now), break_id))
        for each in store.waiting(vault, break_.member, now.tzinfo):
            if each.kind == "short" and each.due_at <= now:
                vault.db.execute(store.DROP_BREAK, (each.id,))
        return _read(vault, break_id, now)


def end(vault: "Vault", break_id: int, *, now: datetime) -> Break:
    """End a running break, however long ago it was planned to; one that ended stays so.

    Raises Refused if it has not started, or if it is somebody else's.
    """
    with vault.transaction():
        break_ = _read(vault, break_id, now)
        if break_.started_at is None:
            raise Refused(_("that break has not started: start it, or say not now"))
        if break_.ended_at is None:
            # A clock set back meanwhile must not end a break before it began.
            ended = max(now, break_.started_at)
            vault.db.execute(store.SET_ENDED, (store.instant(ended), break_id))
        return _read(vault, break_id, now)


def current(vault: "Vault", member: str, *, now: datetime) -> Break | None:
    """Return the break that the member is on, else the one that is due, else None."""
    _own(vault, member)
    running = store.running(vault, member, now.tzinfo)
    return running or pause.due(store.waiting(vault, member, now.tzinfo), now)


def miss(vault: "Vault", break_id: int, *, now: datetime) -> Break:
    """Put a break off: it is due again in a while, and sooner each time, to a floor.

    Raises Refused if it runs or has ended, or if it is somebody else's.
    """
    with vault.transaction():
        break_ = _read(vault, break_id, now)
        if break_.started_at is not None:
            raise Refused(_("that break has started: end it instead"))
        missed = break_.missed + 1
        due = now + policy(vault).again(break_.kind, missed)
        vault.db.execute(store.SET_DUE, (store.instant(due), break_.minutes, missed, break_id))
        return _read(vault, break_id, now)


def cover(vault: "Vault", *, now: datetime) -> Cover:
    """Return who is left on the line, as far as this vault knows, and what a break does to it.

    Breaks taken at another workstation are not known here. The minimum is the policy's.
    """
    return rota.cover(
        [shift.member for shift in store.on_shift(vault, now)],
        store.away(vault, now - _ONE_SHIFT),
        vault.member.name,
        policy(vault).minimum_cover,
    )


def _own(vault: "Vault", member: str) -> None:
    if vault.member.name != member:
        raise Refused(_("a member's load and breaks are her own: only she can see or change them"))


def _read(vault: "Vault", number: int, now: datetime) -> Break:
    found = store.break_(vault, number, now.tzinfo)
    if found is None:
        raise BadUsage(_("there is no such break: book one"))
    _own(vault, found.member)
    return found


def _value(vault: "Vault", rule: Policy, member: str, now: datetime) -> float:
    days = rule.half_life * _HALF_LIVES // (24 * 60) + 1
    calls = store.weights(vault, member, now=now, days=days)
    return weighed(calls, now, rule.half_life)


def _day(vault: "Vault", rule: Policy, member: str, now: datetime) -> Day:
    zone = now.tzinfo
    today = [
        call
        for call in store.weights(vault, member, now=now, days=0)
        if call.ended.date() == now.date()
    ]
    began = [shift.starts for shift in store.on_shift(vault, now) if shift.member == member]
    ended = store.last_ended(vault, member, zone)
    return Day(
        value=_value(vault, rule, member, now),
        exposure=sum(call.minutes for call in today),
        # Without a shift in the rota nobody knows since when she has been on the line.
        rested=max([*began, *([ended] if ended else [])]) if began else None,
        counselled=store.last_ended(vault, member, zone, "counselling")
        or store.first_rated(vault, member, zone),
    )


def _has_break(vault: "Vault", member: str, now: datetime) -> bool:
    return store.running(vault, member, now.tzinfo) is not None or any(
        not pause.lapsed(each, now) for each in store.waiting(vault, member, now.tzinfo)
    )
