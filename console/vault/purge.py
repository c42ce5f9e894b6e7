"""Retention of what is sealed: the keys of a day go, and what was sealed under them goes too.

Deleting needs no key, so whoever unlocks does it. Afterwards the file is built anew, so that no
page holds what was deleted (`console.vault.wiping`). What is left of a note is an empty row.
"""

import contextlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from console.errors import BadUsage, CannotUnlock, ConsoleError
from console.language import _
from console.vault import audit, generations, narrative, purge_store, store, swap, wiping
from console.vault.attempts import Attempts
from console.vault.database import trouble
from console.vault.identity import MemberFile

if TYPE_CHECKING:
    from console.vault.session import Vault

POLICY = "policy.retention"

_CONTACT_DAYS = 14
"""How long a contact is kept where nothing else was agreed, as `console.calls.contacts` has it."""

_WEEKEND = 3
"""The days from a Friday to a Monday: no policy makes a question of each weekend."""

_LOOKED_ON = "retention.looked_on"
_SHORTEST_MONTH = 28


@dataclass(frozen=True, slots=True)
class Policy:
    """How long notes live, in days, and the coded rows of calls, in months."""

    note_days: int = 90
    call_months: int = 24

    @property
    def longest_gap(self) -> timedelta:
        """For how long nobody may have looked, at most, before a coordinator is asked.

        A clock that is wrong by no more leaves what was written on the last day: a day less than
        contacts are kept as a rule, or than notes live if that is less, but three days at least, so
        that notes that live three days or less may go after a weekend.
        """
        return timedelta(days=max(_WEEKEND, min(_CONTACT_DAYS, self.note_days) - 1))

    def last_day(self, today: date) -> str:
        """Return the last local day whose notes are to be destroyed."""
        return (today - timedelta(days=self.note_days)).isoformat()

    def last_month(self, today: date) -> str:
        """Return the last month ('2024-10') whose calls are to be folded into counts."""
        year, month = divmod(today.year * 12 + today.month - 1 - self.call_months - 1, 12)
        return f"{year:04}-{month + 1:02}"


@dataclass(frozen=True, slots=True)
class Due:
    """What retention destroys: notes (revisions of them) of ``days`` days up to ``through``.

    ``aside`` counts the vaults that restores put aside until then, which go as a whole.
    """

    through: str
    days: int
    notes: int
    amendments: int
    contacts: int
    return_codes: int
    aside: int = 0

    @property
    def anything(self) -> bool:
        """Whether there is anything to destroy."""
        return bool(self.days or self.contacts or self.return_codes or self.aside)


@dataclass(frozen=True, slots=True)
class Emergency:
    """What an emergency purge destroys; ``drafts`` are calls that are still going on.

    ``aside`` counts vaults that restores put aside; ``left`` names what could not be removed.
    """

    days: int
    notes: int
    amendments: int
    drafts: int
    contacts: int
    return_codes: int
    aside: int = 0
    left: tuple[str, ...] = ()


def policy(vault: "Vault") -> Policy:
    """Return the site's policy of retention: the defaults, and what the coordinator changed."""
    kept = vault.setting(POLICY, {})
    return checked(kept if isinstance(kept, dict) else {})


def checked(changes: dict[str, Any]) -> Policy:
    """Return the policy that ``changes`` make of the defaults. Raises BadUsage. Pure."""
    default = asdict(Policy())
    if changes.keys() - default.keys():
        raise BadUsage(f"retention has {' and '.join(default)}, and nothing else")
    numbers = {name: changes.get(name, value) for name, value in default.items()}
    if not all(type(number) is int and number > 0 for number in numbers.values()):
        raise BadUsage("retention is whole days and months, one at least")
    found = Policy(**numbers)
    if found.note_days > 3650 or found.call_months > 240:
        raise BadUsage("retention is 3650 days and 240 months at most")
    if found.call_months * _SHORTEST_MONTH < found.note_days:
        raise BadUsage("calls must be kept as long as their notes: more months, or fewer days")
    return found


def set_policy(vault: "Vault", changes: dict[str, int], *, now: datetime) -> Policy:
    """Change the policy of retention, and return it; names not in ``changes`` stay as they are.

    Raises Refused unless the member is a coordinator, BadUsage for what makes no policy.
    """
    vault.require("coordinator")
    changed = checked({**asdict(policy(vault)), **changes})
    with vault.transaction():
        vault.set_setting(POLICY, asdict(changed))
        subject = f"{changed.note_days} days, {changed.call_months} months"
        vault.audit("policy.changed", f"{POLICY}: {subject}", now=now)
    return changed


def due(vault: "Vault", today: date) -> Due:
    """Return what retention would destroy on the local day ``today``; counts only."""
    with trouble():
        return _due(vault, today)[0]


def calls_with_notes(vault: "Vault", today: date) -> set[int]:
    """Return the calls that have a note left once all is destroyed that is due on ``today``."""
    with trouble():
        _, days, _ = _due(vault, today)
        rows = vault.conn.execute(purge_store.CALLS_WITH_NOTES, (json.dumps(days),)).fetchall()
    return {int(call) for (call,) in rows}


def old_drafts(vault: "Vault", today: date) -> int:
    """Return how many calls still go on that began on a day whose notes are due."""
    with trouble():
        return _count(vault, purge_store.OLD_DRAFTS, policy(vault).last_day(today))


def destroy(vault: "Vault", *, now: datetime, today: date | None = None) -> Due:
    """Destroy what is due, all or nothing, and wipe; any member may. Audited by counts.

    ``today`` is the local day that it is due by, without it that of ``now``. Vaults that were put
    aside go after the rest, and are counted if they went: the next day tries the others again.
    """
    today = today or now.date()
    with vault.transaction():
        done, days, codes = _due(vault, today)
        if done.days:
            _destroy_days(vault, days)
            subject = f"up to {done.through}: {done.days} days, {done.notes} notes"
            vault.audit("notes.destroyed", subject, now=now)
        for call in narrative.drop_expired(vault, today.isoformat()):
            vault.audit("contact.expired", f"call {call}", now=now)
        if codes:
            vault.conn.execute(purge_store.DROP_CODES, (json.dumps(codes),))
            vault.audit("return.destroyed", f"{len(codes)} codes", now=now)
        if replace(done, aside=0).anything:
            wiping.owe(vault)
        vault.set_setting(_LOOKED_ON, today.isoformat())
    aside = swap.due(vault.home, done.through)
    gone = len(aside) - len(swap.destroy(aside))
    if gone:
        vault.audit("aside.destroyed", f"{gone} vaults", now=now)
    wiping.wipe(vault)
    return replace(done, aside=gone)


def daily(vault: "Vault", *, now: datetime) -> Due | None:
    """Destroy what is due at the first unlock of a day; None if nothing was looked at.

    After a gap longer than `Policy.longest_gap` nothing is destroyed before a coordinator has asked
    for it: a clock that is ahead would destroy everything. What is owed of wiping is done at each.
    """
    looked_on = vault.setting(_LOOKED_ON)
    if looked_on != now.date().isoformat():
        since = held_since(vault, now=now)
        if since is None:
            return destroy(vault, now=now)
        if not looked_on:
            # What is written into the trail from now on does not mean that anybody looked.
            vault.set_setting(_LOOKED_ON, since.isoformat())
    wiping.wipe(vault)
    return None


def is_held(vault: "Vault", *, now: datetime) -> bool:
    """Tell whether `daily` waits for a coordinator, because the clock has gone far ahead."""
    return held_since(vault, now=now) is not None


def held_since(vault: "Vault", *, now: datetime) -> date | None:
    """Return the day since which nobody has looked, None unless `daily` waits for a coordinator.

    It waits no more once the coordinator has let `destroy` do what is due, be it nothing.
    """
    last = last_look(vault.conn, now=now)
    return last if _far_ahead(vault, last, now) else None


def last_look(connection: Any, *, now: datetime) -> date | None:
    """Return the day on which retention was last looked at in a vault, None if nobody knows.

    In one that an older program left, the UTC day of the last line of the trail from before this
    hour: this login's own lines say nothing about when somebody was here last.
    """
    with trouble():
        row = connection.execute(store.GET_SETTING, (_LOOKED_ON,)).fetchone()
        if row is not None:
            # Spelled as JSON.
            return _day(str(row[0]).strip('"'))
        row = connection.execute(purge_store.LAST_HOUR, (audit.hour_of(now),)).fetchone()
    return None if row is None else _day(str(row[0])[:10])


def bring_up_to_date(
    vault: "Vault", seen: date | None, *, now: datetime
) -> tuple[Due, date | None]:
    """Destroy in a restored vault what was due when retention was last looked at, or is due now.

    ``seen`` is the day on which it was looked at in the vault that is replaced, where there is one
    to ask. Where ``now`` is not far ahead of that and of the restored vault's own day, what is due
    now goes; else returns the later of the two, since which the rest waits for a coordinator.
    """
    last = max(filter(None, (last_look(vault.conn, now=now), seen)), default=None)
    held = last if _far_ahead(vault, last, now) else None
    return destroy(vault, now=now, today=held), held


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _far_ahead(vault: "Vault", last: date | None, now: datetime) -> bool:
    return last is not None and now.date() - last > policy(vault).longest_gap


def confirm(vault: "Vault", passphrase: str) -> None:
    """Raise CannotUnlock unless that is the passphrase of who has the vault open.

    Wrong ones are counted and wait, as at the unlock screen.
    """
    name = vault.member.name
    attempts = Attempts(vault.keys)
    attempts.begin(name)
    try:
        opened = MemberFile.read(vault.keys / "members" / f"{name}.json").open(passphrase)
    except FileNotFoundError:
        opened = None
    if opened is None:
        raise CannotUnlock(
            _("That is not the passphrase of {name}: nothing was destroyed.").format(name=name)
        )
    attempts.succeeded(name)


def in_emergency(vault: "Vault") -> Emergency:
    """Return what an emergency purge would destroy; counts only.

    Raises Refused for IT staff.
    """
    vault.require("operator", "coordinator")
    with trouble():
        days = json.dumps(_days(vault, purge_store.ALL_DAYS))
        return Emergency(
            days=len(json.loads(days)),
            notes=_count(vault, purge_store.COUNT_NOTES, days),
            amendments=_count(vault, purge_store.COUNT_AMENDMENTS, days),
            drafts=_count(vault, purge_store.COUNT_OPEN),
            contacts=_count(vault, purge_store.COUNT_ALL_CONTACTS),
            return_codes=_count(vault, purge_store.COUNT_CODES),
            aside=len(swap.kept_aside(vault.home)),
        )


def destroy_everything_sealed(vault: "Vault", passphrase: str, *, now: datetime) -> Emergency:
    """Destroy the key of every day and all that is sealed: notes, calls going on, contacts, codes.

    Then each vault that was put aside. The codes and counts of finished calls stay. Audited by
    counts. ``passphrase`` is that of who has the vault open. The caller closes the vault.

    The notes' key is left too: a note holder makes the next generation at once, after others the
    next note holder does at her unlock. All or nothing; but where a full disk takes no more, the
    keys of the days go without the notes, which are noise then. Raises Refused for IT staff,
    CannotUnlock for another passphrase, ConsoleError if not even the keys can be destroyed.
    """
    vault.require("operator", "coordinator")
    confirm(vault, passphrase)
    wiping.overwrite_log(vault)
    try:
        done = _destroy_all(vault, purge_store.DROP_DAYS, now)
    except ConsoleError:
        done = _destroy_all(vault, (purge_store.DROP_KEYS,), now)
    finally:
        left = swap.destroy_all(vault.home)
    # All that it opened is gone; what fails from here on is done at the next unlock.
    with contextlib.suppress(ConsoleError):
        generations.renew(vault, now=now)
    wiping.overwrite_log(vault)
    wiping.wipe(vault, at_once=True)
    return replace(done, left=left)


def _destroy_all(vault: "Vault", statements: Iterable[str], now: datetime) -> Emergency:
    with vault.transaction():
        done = in_emergency(vault)
        listed = (json.dumps(_days(vault, purge_store.ALL_DAYS)),)
        for statement in statements:
            vault.conn.execute(statement, listed)
        for statement in purge_store.DROP_EVERYTHING_SEALED:
            vault.conn.execute(statement)
        generations.retire(vault)
        wiping.owe(vault)
        subject = f"all: {done.days} days, {done.notes} notes, {done.drafts} open calls"
        subject += f", {done.aside} vaults put aside" if done.aside else ""
        vault.audit("notes.destroyed", subject, now=now)
    return done


def _due(vault: "Vault", today: date) -> tuple[Due, list[str], list[int]]:
    last = policy(vault).last_day(today)
    days = set(_days(vault, purge_store.DUE_KEYS, last))
    days.update(_days(vault, purge_store.LOOSE_DAYS, last))
    if days:
        days.difference_update(_days(vault, purge_store.IMPORTED_LATELY, last))
    listed = json.dumps(sorted(days))
    codes = spent_codes(vault.conn.execute(purge_store.TIES, (last, listed)).fetchall())
    found = Due(
        through=last,
        days=len(days),
        notes=_count(vault, purge_store.COUNT_NOTES, listed),
        amendments=_count(vault, purge_store.COUNT_AMENDMENTS, listed),
        contacts=_count(vault, purge_store.COUNT_CONTACTS, today.isoformat()),
        return_codes=len(codes),
        aside=len(swap.due(vault.home, last)),
    )
    return found, sorted(days), codes


def _destroy_days(vault: "Vault", days: list[str]) -> None:
    listed = (json.dumps(days),)
    for statement in purge_store.DROP_DAYS:
        vault.conn.execute(statement, listed)


def spent_codes(ties: Iterable[tuple[int, int, bool]]) -> list[int]:
    """Return the return codes of cases of which nothing lives. Pure.

    ``ties`` are (return code, call, whether that call is recent, goes on or has a note left). A
    chain of codes makes one case: two that share a call are of the same.
    """
    cases: dict[int, int] = {}
    alive: set[int] = set()
    of_call: dict[int, int] = {}
    for code, call, lives in ties:
        root = _root(cases, code)
        cases[_root(cases, of_call.setdefault(call, code))] = root
        if lives:
            alive.add(code)
    living = {_root(cases, code) for code in alive}
    return sorted(code for code in cases if _root(cases, code) not in living)


def _root(cases: dict[int, int], code: int) -> int:
    cases.setdefault(code, code)
    while cases[code] != code:
        code = cases[code]
    return code


def _days(vault: "Vault", query: str, *parameters: str) -> list[str]:
    return [str(day) for (day,) in vault.conn.execute(query, parameters)]


def _count(vault: "Vault", query: str, *parameters: str) -> int:
    (count,) = vault.conn.execute(query, parameters).fetchone()
    return int(count)
