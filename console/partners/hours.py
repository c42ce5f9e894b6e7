"""Opening hours: whether a service is open, and until or from when; pure.

All times are local wall time, as the partner publishes them. What the console cannot compute
(every second Tuesday, the first Monday of the month) is unknown rather than guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from console.language import _, current, later

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NAMES = (
    later("Monday"),
    later("Tuesday"),
    later("Wednesday"),
    later("Thursday"),
    later("Friday"),
    later("Saturday"),
    later("Sunday"),
)
_SOON = (later("today"), later("tomorrow"))
_DAY_MINUTES = 24 * 60
_AHEAD_DAYS = 8


@dataclass(frozen=True)
class Opening:
    """Hours on some weekdays (Monday is 0), in minutes from midnight.

    ``closes`` is above 1,440 where the hours run into the next day. The dates are the first
    and last day on which the hours hold, None being no limit.
    """

    days: frozenset[int]
    opens: int
    closes: int
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Hours:
    """Whether it is open now (None: not known), and the words for it ("open until 17:00")."""

    open_now: bool | None
    words: str


UNKNOWN = Hours(None, "")


@lru_cache(maxsize=4096)
def opening(
    freq: str | None,
    byday: str | None,
    opens_at: str | None,
    closes_at: str | None,
    valid_from: str | None,
    valid_to: str | None,
) -> Opening | None:
    """Return the hours of one schedule row, or None if they cannot be computed from it."""
    if opens_at is None or closes_at is None or freq not in {None, "WEEKLY", "DAILY"}:
        return None
    if byday:
        named = byday.split(",")
        if not all(day in _DAYS for day in named):
            return None
        days = frozenset(_DAYS.index(day) for day in named)
    elif freq == "WEEKLY":
        return None
    else:
        days = frozenset(range(7))
    opens, closes = _minutes(opens_at), _minutes(closes_at)
    if closes <= opens:
        closes += _DAY_MINUTES
    return Opening(days, opens, closes, _date(valid_from), _date(valid_to))


def state(openings: Sequence[Opening], now: datetime) -> Hours:
    """Return whether one of ``openings`` holds at ``now`` (local), and what to say of it.

    Hours that touch or overlap are one; closed with nothing in the coming week is unknown,
    because a schedule that has run out says nothing of today.
    """
    # Wall time: two zones' equal instants would be one key of the cache.
    return _state(tuple(openings), now.replace(tzinfo=None), current())


@lru_cache(maxsize=4096)
def _state(openings: tuple[Opening, ...], moment: datetime, _language: str) -> Hours:
    spans = _spans(openings, moment.date())
    for start, end in spans:
        if start <= moment < end:
            return Hours(True, _open_words(moment, end))
    following = [start for start, _end in spans if start > moment]
    if not following:
        return UNKNOWN
    return Hours(False, _("opens {when}").format(when=_when(moment, following[0])))


def _spans(openings: Sequence[Opening], today: date) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for ahead in range(-1, _AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        midnight = datetime.combine(day, time())
        for each in openings:
            if (
                day.weekday() in each.days
                and (each.first is None or each.first <= day)
                and (each.last is None or day <= each.last)
            ):
                opens = midnight + timedelta(minutes=each.opens)
                found.append((opens, midnight + timedelta(minutes=each.closes)))
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _open_words(moment: datetime, end: datetime) -> str:
    if end - moment >= timedelta(days=_AHEAD_DAYS - 2):
        return _("open at all hours")
    if end.date() == moment.date() or end - moment < timedelta(hours=12):
        return _("open until {time}").format(time=f"{end:%H:%M}")
    return _("open until {when}").format(when=_when(moment, end))


def _when(moment: datetime, then: datetime) -> str:
    apart = (then.date() - moment.date()).days
    day = _SOON[apart] if apart < 2 else _NAMES[then.weekday()]
    return _("{day} at {time}").format(day=_(day), time=f"{then:%H:%M}")


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
