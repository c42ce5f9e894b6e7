"""The rota: who is on the line from when to when, read from CSV; pure.

A calendar is to be saved as CSV: iCalendar files are refused with these words, not guessed at.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

from console.errors import BadUsage
from console.language import _
from console.text import plain

COLUMNS = ("member", "starts", "ends")

# Longer than any shift: a slip of the date, not a plan.
_LONGEST = timedelta(hours=24)


@dataclass(frozen=True)
class Shift:
    """A member on the line from ``starts`` until ``ends``, both aware and local."""

    member: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Cover:
    """Who is left on the line: on shift now, less those on a break; and that in words."""

    on_line: int
    minimum: int
    words: str


def read_csv(text: str, name: str, zone: tzinfo | None) -> list[Shift]:
    """Return the shifts of a CSV with the columns member, starts and ends, sorted.

    Times without a zone are local, in ``zone``. ``name`` is the file's, for messages. Raises
    BadUsage, with the row, for what cannot be a rota: a shift that ends before it begins or
    lasts over a day, or two shifts of a member at once. Columns beside these are not read.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[Shift, int]] = []
    try:
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise BadUsage(f"{name} has no column {missing[0]!r}: a rota has member, starts, ends")
        for number, row in enumerate(reader, 2):
            if any(row[column] for column in COLUMNS):
                rows.append((_shift(row, f"{name} row {number}", zone), number))
    except csv.Error as error:
        raise BadUsage(f"{name} is not readable as CSV ({error}): nothing was changed") from error
    if not rows:
        raise BadUsage(f"{name} holds no shift: nothing was changed")
    rows.sort(key=lambda pair: (pair[0].member, pair[0].starts))
    for (before, _row), (after, number) in pairwise(rows):
        if before.member == after.member and after.starts < before.ends:
            raise BadUsage(f"{name} row {number}: {after.member} has another shift at that time")
    return [shift for shift, _row in rows]


def _shift(row: dict[str, str | None], origin: str, zone: tzinfo | None) -> Shift:
    member = plain(row["member"] or "", lines=False).strip()
    if not member:
        raise BadUsage(f"{origin} names no member: nothing was changed")
    starts = _instant(row["starts"], f"{origin}: starts", zone)
    ends = _instant(row["ends"], f"{origin}: ends", zone)
    if not timedelta(0) < ends - starts <= _LONGEST:
        raise BadUsage(f"{origin}: a shift ends after it starts, within a day; nothing was changed")
    return Shift(member, starts, ends)


def _instant(text: str | None, origin: str, zone: tzinfo | None) -> datetime:
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError as error:
        raise BadUsage(f"{origin} is not a time like 2026-11-21 08:00") from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    # Through UTC, so that lengths are true where the clocks change on the way.
    return aware.astimezone(UTC).astimezone(zone)


def cover(on_shift: Sequence[str], away: Sequence[str], asking: str, minimum: int) -> Cover:
    """Return who is left on the line, and what it does to cover if ``asking`` breaks now.

    ``on_shift`` and ``away`` are members. It informs and never forbids: an operator may break
    at once when she must.
    """
    line = set(on_shift) - set(away)
    count = len(line)
    if not on_shift:
        return Cover(0, minimum, _("No rota for this hour: cover is not known."))
    left = count - 1
    if asking not in line:
        words = (
            _("{count} on the line.")
            if count >= minimum
            else _("{count} on the line, under the minimum of {minimum}.")
        )
    elif left >= minimum:
        words = _("{count} on the line, {left} while you are away.")
    else:
        words = _(
            "{count} on the line, {left} while you are away: under the minimum of {minimum}."
            " If you must, go at once."
        )
    return Cover(count, minimum, words.format(count=count, left=left, minimum=minimum))
