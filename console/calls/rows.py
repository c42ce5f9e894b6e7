"""Rows of a file to calls, by a mapping. Pure but for the codes that it asks to be adopted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from console.calls.mapping import Mapping, columns_named
from console.calls.model import DATA, MULTIPLE, SINGLE
from console.calls.values import Adopt, Cells, Days, FlagCells, Hours, UnreadableError
from console.codebook import UNKNOWN, Codebook
from console.errors import BadUsage


@dataclass(frozen=True, slots=True)
class Row:
    """A call of a file: ``singles`` in the order of SINGLE, ``mentions`` as (dimension, code)."""

    day: str
    hour: int | None
    singles: tuple[str, ...]
    mentions: Sequence[tuple[str, str]]
    note: str
    blank: tuple[str, ...]


class Rows:
    """What reads the rows under one header."""

    def __init__(
        self, plan: Mapping, header: list[str], book: Codebook, adopt: Adopt, today: date
    ) -> None:
        """Find the columns of ``plan`` in ``header``.

        Raises:
            BadUsage: a column is not there, or is there twice; its key is named.
        """
        for column, key in columns_named(plan).items():
            if header.count(column) != 1:
                found = "no column" if column not in header else "several columns"
                raise BadUsage(f"the mapping: {key} names «{column}»: the file has {found} so")
        place = {column: number for number, column in enumerate(header)}
        self._width = len(header)
        self._days = Days(plan.day, today)
        self._day_at = place[plan.day.column]
        self._hours = Hours(plan.hour) if plan.hour else None
        self._hour_at = place[plan.hour.column] if plan.hour else 0
        self._note_at = None if plan.note is None else place[plan.note]
        self._template = [(plan.fixed.get(name) or (UNKNOWN,))[0] for name in SINGLE]
        if "kind" not in plan.fixed:
            self._template[0] = DATA
        cells = [
            (each.dimension, place[each.column], Cells(each, book, adopt)) for each in plan.columns
        ]
        self._singles = [(SINGLE.index(name), at, of) for name, at, of in cells if name in SINGLE]
        self._several = [(name, at, of) for name, at, of in cells if name in MULTIPLE]
        self._flags = [
            (
                each.dimension,
                _picker([place[column] for column in each.columns]),
                FlagCells(each, adopt),
            )
            for each in plan.flags
        ]
        self._always = [(name, code) for name in MULTIPLE for code in plan.fixed.get(name, ())]
        self._blank_at = [(name, at) for name, at, _ in cells]

    def read(self, row: list[str]) -> Row:
        """Return the call that ``row`` describes; each distinct cell is worked out once.

        Raises:
            UnreadableError: a cell can't be read, or the row has another length than the header.
        """
        if len(row) != self._width:
            raise UnreadableError("", f"{len(row)} columns where the header has {self._width}")
        day = self._days[row[self._day_at]]
        hour = None if self._hours is None else self._hours[row[self._hour_at]]
        singles = self._template.copy()
        for column, at, of in self._singles:
            (singles[column],) = of[row[at]]
        mentions = self._always.copy()
        for name, at, of in self._several:
            mentions += [(name, code) for code in of[row[at]]]
        for name, pick, found in self._flags:
            mentions += [(name, code) for code in found[pick(row)]]
        blank = tuple(name for name, at in self._blank_at if not row[at].strip())
        if singles[0] != DATA:
            # A contact that was no data call is unknown in all else, and carries no note.
            unknown = (singles[0], *[UNKNOWN] * (len(SINGLE) - 1))
            return Row(day, hour, unknown, (), "", blank)
        note = "" if self._note_at is None else row[self._note_at].strip()
        return Row(day, hour, tuple(singles), mentions, note, blank)


def _picker(places: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    if len(places) == 1:
        # itemgetter returns a bare value for one place.
        (at,) = places
        return lambda row: (row[at],)
    return itemgetter(*places)
