"""One break: due, running, ended, or missed and due again; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# A short break or a meal of an earlier shift is over and done with; the talk after a hard
# call and counselling are still owed the next days.
_LAPSES_AFTER = {"short": timedelta(hours=12), "meal": timedelta(hours=12)}
_OWED_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Break:
    """One break; instants are aware and local.

    ``minutes`` is its planned length, ``missed`` how often it was due and not taken.
    """

    id: int
    member: str
    kind: str
    minutes: int
    due_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    missed: int


def remaining(break_: Break, *, now: datetime) -> timedelta:
    """Return how much of a break is left: all before it starts, nothing once it is over.

    Never negative and never more than the whole, wherever the clock was set meanwhile.
    """
    whole = timedelta(minutes=break_.minutes)
    if break_.ended_at is not None:
        return timedelta(0)
    if break_.started_at is None:
        return whole
    return min(whole, max(timedelta(0), break_.started_at + whole - now))


def lapsed(break_: Break, now: datetime) -> bool:
    """Tell whether a break that was never taken is too old to come back."""
    return now - break_.due_at > _LAPSES_AFTER.get(break_.kind, _OWED_FOR)


def due(waiting: Sequence[Break], now: datetime) -> Break | None:
    """Return the break of those not taken that is due at ``now`` the longest."""
    ready = [each for each in waiting if each.due_at <= now and not lapsed(each, now)]
    return min(ready, key=lambda each: (each.due_at, each.id), default=None)
