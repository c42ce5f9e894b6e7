"""Making the demonstration: members, partners, calls, notes and a rota, in a few seconds."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from secrets import SystemRandom
from typing import TYPE_CHECKING, Any

from console.demo import passphrase, shape, store
from console.vault import Cost, create, judge_passphrase, unlock

if TYPE_CHECKING:
    from console.vault import Role, Vault

SITE = "Demonstration line"
COUNTRY = "PK"
CALLS = 3000
MEMBERS: tuple[tuple[str, "Role"], ...] = (
    ("amina", "operator"),
    ("noor", "operator"),
    ("carla", "coordinator"),
    ("ines", "it"),
)
_AMINA, _NOOR, _CARLA, _INES = (name for name, _ in MEMBERS)

# Every seventh service is not verified for longer than the directory finds acceptable.
_DAYS_BETWEEN = 11
_STALE_EVERY, _STALE_DAYS = 7, 240

_SHIFT = timedelta(hours=8)
_COUNSELLED = timedelta(days=9)
_ROTA_DAYS = 7
_STARTS = {_AMINA: 9, _NOOR: 11}

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Demonstration:
    """Who may log in (name, role), and the passphrase that all of them have."""

    members: tuple[tuple[str, "Role"], ...]
    passphrase: str


def build(
    home: Path,
    *,
    now: datetime,
    progress: Progress | None = None,
    random: Random | None = None,
) -> Demonstration:
    """Make the demonstration's vault in ``home`` and return how to log in.

    ``progress`` is told the step and the share done. Key derivation costs the least that the
    vault allows: the data is made up, and nobody should wait for it.
    """
    tell = progress or _silent
    secret = passphrase.draw(judge_passphrase)
    tell("members", 0.0)
    create(home, _INES, secret, site=SITE, country=COUNTRY, now=now, cost=Cost.FLOOR)
    with _as(home, _INES, secret, now) as vault:
        for name, role in MEMBERS:
            if name != _INES:
                vault.add_member(name, role, secret, now=now, cost=Cost.FLOOR)
    tell("partners", 0.4)
    with _as(home, _CARLA, secret, now) as vault:
        _partners(vault, now)
        _rota(vault, now)
    tell("calls", 0.6)
    with _as(home, _AMINA, secret, now) as vault:
        vault.approve(_NOOR, vault.fingerprint(_NOOR), now=now)
        _calls(vault, now, random or SystemRandom())
        _counselling(vault, now)
        vault.checkpoint()
    with _as(home, _NOOR, secret, now) as vault:
        _counselling(vault, now)
    tell("ready", 1.0)
    return Demonstration(MEMBERS, secret)


def _as(home: Path, name: str, secret: str, now: datetime) -> "closing[Vault]":
    return closing(unlock(home, name, secret, now=now))


def _partners(vault: "Vault", now: datetime) -> None:
    from console import partners

    partners.import_hsds(vault, Path(__file__).with_name("partners.json"), now=now)
    verified = {
        service: _verified(number, now.date())
        for number, service in enumerate(store.services(vault))
    }
    with vault.transaction():
        store.put_assured(vault, verified)


def _verified(number: int, today: date) -> date:
    stale = number % _STALE_EVERY == _STALE_EVERY - 1
    return today - timedelta(days=_STALE_DAYS if stale else number * _DAYS_BETWEEN % 170)


def _rota(vault: "Vault", now: datetime) -> None:
    from console import breaks

    with vault.transaction():
        store.put_shifts(vault, shifts(now))
    # A line of two: one stays while the other rests.
    breaks.set_policy(vault, {"minimum_cover": 1}, now=now)


def shifts(now: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    """Yield shifts (member, start, end): both operators now, and on each of the coming days."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    for member, ago in ((_AMINA, 3), (_NOOR, 2)):
        starts = hour - timedelta(hours=ago)
        yield member, starts, starts + _SHIFT
    for ahead in range(1, _ROTA_DAYS + 1):
        for member, at in _STARTS.items():
            starts = hour.replace(hour=at) + timedelta(days=ahead)
            yield member, starts, starts + _SHIFT


def _counselling(vault: "Vault", now: datetime) -> None:
    """Give the operator the counselling of the month, so that it is not what every call offers."""
    from console import breaks

    then = now - _COUNSELLED
    booked = breaks.book(vault, vault.member.name, "counselling", now=then)
    breaks.start(vault, booked.id, now=then)
    breaks.end(vault, booked.id, now=then + timedelta(minutes=booked.minutes))


def _calls(vault: "Vault", now: datetime, random: Random) -> None:
    latest = list(recent(now))
    earlier = (
        store.Row(
            operator=made.operator,
            day=made.day,
            hour=made.hour,
            minutes=made.minutes,
            ended_at=None,
            kind=made.kind,
            distress=made.distress,
            single=made.single,
            mentions=made.mentions,
        )
        for made in shape.calls(CALLS - len(latest), now.date() - timedelta(days=1), random)
    )
    with vault.transaction():
        store.put_calls(vault, earlier)
        numbers = store.put_calls(vault, (row for row, _ in latest))
        for number, (row, note) in zip(numbers, latest, strict=True):
            if note:
                vault.write_note(number, row.day.isoformat(), note)
        vault.audit("demonstration.made", now=now)


def recent(now: datetime) -> Iterator[tuple[store.Row, str]]:
    """Yield the latest calls with their notes (empty for no data call), of recent.toml."""
    began = min(starts for member, starts, _ in shifts(now) if member == _AMINA)
    data = tomllib.loads(Path(__file__).with_name("recent.toml").read_text(encoding="utf-8"))
    for call in data["call"]:
        ended = now - timedelta(hours=call["ago"])
        minutes = call.get("minutes", shape.NON_DATA_MINUTES)
        codes: Mapping[str, Any] = call.get("codes", {})
        row = store.Row(
            operator=_AMINA,
            day=(ended - timedelta(minutes=minutes)).date(),
            hour=(ended - timedelta(minutes=minutes)).hour,
            minutes=minutes,
            # Once the shift is over, nothing finer than the hour is kept.
            ended_at=ended if ended > began else None,
            kind=call.get("kind", "data"),
            distress=call.get("distress"),
            single={name: code for name, code in codes.items() if isinstance(code, str)},
            mentions=tuple(
                (name, code)
                for name, listed in codes.items()
                if isinstance(listed, list)
                for code in listed
            ),
        )
        yield row, call.get("note", "")


def _silent(_step: str, _share: float) -> None:
    """Tell nobody."""
