"""How long a call was, and the month it counts in. Pure."""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

STEP = timedelta(minutes=5)
# A draft that lay open overnight was no call of twelve hours; beyond this, length says
# something about the screen and nothing about the person.
LONGEST = timedelta(hours=4)

TAKE_BACK = timedelta(seconds=10)
"""So long a contact that was kept with one key can be taken back with another."""


def minutes(length: timedelta) -> int:
    """Return the length of a call in minutes, rounded up to whole fives: 5 at least, 240 at most.

    Coarse on purpose: with hours alone beside it, a phone bill can't be joined to the call. A
    clock that was set back during the call makes it a short one, never a negative one.
    """
    return -(-min(max(length, timedelta(seconds=1)), LONGEST) // STEP) * 5


def can_be_taken_back(ended_at: datetime, now: datetime) -> bool:
    """Tell whether a contact that was no call, kept at ``ended_at``, can still be one."""
    # The database keeps whole seconds, so a contact may seem to be one older than it is.
    return timedelta(seconds=-1) <= now - ended_at <= TAKE_BACK + timedelta(seconds=1)


def period(day: str, closed: AbstractSet[str]) -> str:
    """Return the month in which a call of ``day`` ('2026-11-21') counts.

    That is the day's own month ('2026-11'), or where that is in ``closed`` already the first
    later one that is not: what is closed never changes.
    """
    year, month = int(day[:4]), int(day[5:7])
    while (name := f"{year:04d}-{month:02d}") in closed:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return name
