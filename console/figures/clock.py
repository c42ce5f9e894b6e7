"""The clock that figures go by: what it closes and publishes, it closes and publishes for ever.

The trail says by the hour when somebody was here. A clock that is more than a month away from that
is believed only when a coordinator has typed the day, for example from a calendar on the wall:
logging in and working by a wrong clock, for however long, does not make it a right one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from console.errors import BadUsage, Refused
from console.figures import ledger_store
from console.figures.spans import months_of
from console.vault import Vault

CONFIRMED = "clock.confirmed"
"""The line of the trail that says that a coordinator confirmed the clock of its hour."""

APART = timedelta(days=31)
"""By how much the clock may be ahead of the trail or behind it: clocks differ, calendars not."""

_HOUR, _MONTH = 13, 7


@dataclass(frozen=True)
class Clock:
    """What this computer's clock says and up to which day the trail goes by a clock like it.

    ``today`` is a local day, ``trail`` one of UTC, empty before the first line; ``believed`` if
    the two are near enough.
    """

    today: str
    trail: str
    believed: bool


def read(vault: Vault, *, now: datetime) -> Clock:
    """Compare the clock with the trail, for a coordinator. Raises ``Refused`` for anyone else."""
    vault.require("coordinator")
    return _compared(ledger_store.hours(vault), now)


def require(vault: Vault, now: datetime) -> None:
    """Raise ``Refused`` for a clock that is a month away from the trail and was not confirmed."""
    found = _compared(ledger_store.hours(vault), now)
    if not found.believed:
        raise Refused(
            f"this computer's clock says {found.today}, and the trail goes to {found.trail}: set "
            "the clock, or, if it is right, confirm the day: helpline figures clock --today DAY"
        )


def require_begun(vault: Vault, period: str, now: datetime) -> None:
    """Raise ``Refused`` for a period that was over before the vault had its first day.

    That is the day of the trail's first line, or of an older call that was imported or reported.
    """
    begun = _instant(ledger_store.first_hour(vault))
    known = [ledger_store.first_month(vault)]
    if begun is not None:
        known.append(begun.astimezone(now.tzinfo).date().isoformat()[:_MONTH])
    first = min(filter(None, known), default="")
    if months_of(period)[-1] < first:
        raise Refused(
            f"there is nothing of {period} to close or to publish: the first month here is {first}"
        )


def confirm(vault: Vault, today: str, *, now: datetime) -> Clock:
    """Say in the trail that today is ``today``, as the clock has it, for a coordinator.

    Raises ``Refused`` for anyone else, ``BadUsage`` for any other day than the clock's.
    """
    vault.require("coordinator")
    if today != now.date().isoformat():
        raise BadUsage(
            f"this computer's clock says {now.date().isoformat()}, which is another day: set the "
            "clock, then confirm it"
        )
    with vault.transaction():
        vault.audit(CONFIRMED, today, now=now)
    return read(vault, now=now)


def reached(lines: Iterable[tuple[str, str]]) -> datetime | None:
    """Return the hour that the trail has come to, None before the first line. Pure.

    ``lines`` are hour and action, oldest first. A line far ahead of those before it was written by
    a wrong clock, or after a long pause: it counts once a confirmation follows.
    """
    known: datetime | None = None
    for hour, action in lines:
        at = _instant(hour)
        if at is None:
            continue
        if known is None or action == CONFIRMED or known < at <= known + APART:
            known = at
    return known


def _instant(hour: str) -> datetime | None:
    try:
        return datetime.fromisoformat(hour[:_HOUR]).replace(tzinfo=UTC)
    except ValueError:
        return None


def _compared(lines: Iterable[tuple[str, str]], now: datetime) -> Clock:
    known = reached(lines)
    return Clock(
        now.date().isoformat(),
        "" if known is None else known.date().isoformat(),
        known is None or abs(now - known) <= APART,
    )
