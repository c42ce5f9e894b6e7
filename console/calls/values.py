"""Cells to codes, each distinct cell once: what an import looks up for every row."""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta

from console.calls.guard import find_identifiers
from console.calls.mapping import ADD, REFUSE, Column, Day, Flags, fold
from console.codebook import LONGEST_CODE, Codebook, normalise

_AGE = re.compile(r"(\d{1,3})(?:[.,]\d+)?", re.ASCII)
_OLDEST = 130
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")

# Takes dimension, code and label; makes sure that the code is in the code list.
Adopt = Callable[[str, str, str], None]


class UnreadableError(Exception):
    """A cell that can't be read: its column, and why, without its text."""

    def __init__(self, column: str, why: str) -> None:
        super().__init__(column, why)
        self.column = column
        self.why = why


class Cells(dict[str, tuple[str, ...]]):
    """The codes of every distinct cell of one column; a missing one is worked out and kept.

    Raises:
        UnreadableError: from a look-up, for a cell that the mapping does not allow.
    """

    def __init__(self, column: Column, book: Codebook, adopt: Adopt) -> None:
        super().__init__()
        self._column = column
        self._book = book
        self._adopt = adopt
        self._folded = {fold(text): code for text, code in column.values.items()}

    def __missing__(self, cell: str) -> tuple[str, ...]:
        column = self._column
        parts = cell.split(column.separator) if column.separator else [cell]
        texts = [part.strip() for part in parts if part.strip()]
        if texts:
            codes = tuple(dict.fromkeys(self._code(text) for text in texts))
        else:
            codes = () if column.blank is None else (column.blank,)
        self[cell] = codes
        return codes

    def _code(self, text: str) -> str:
        column = self._column
        code = column.values.get(text) or self._folded.get(fold(text))
        if code is None and column.bands:
            code = _band(self._book, text)
        if code is None:
            if column.otherwise == REFUSE:
                why = "no age in years" if column.bands else "a text that [map] does not list"
                raise UnreadableError(column.column, why)
            code = self._new(text) if column.otherwise == ADD else column.otherwise
        if column.otherwise == ADD:
            self._adopt(column.dimension, code, text)
        return code

    def _new(self, text: str) -> str:
        code = slug(text)
        # A label is open to every member, as no note is: nobody's number may end up in one.
        if not self._book.known(self._column.dimension, code) and find_identifiers(
            text, self._book.country
        ):
            raise UnreadableError(self._column.column, "what looks like an identifier, not a code")
        return code


class FlagCells(dict[tuple[str, ...], tuple[str, ...]]):
    """The codes of every distinct combination of the cells of a dimension's flags.

    Raises:
        UnreadableError: from a look-up, for a cell that is neither yes nor no.
    """

    def __init__(self, flags: Flags, adopt: Adopt) -> None:
        super().__init__()
        self._flags = flags
        self._adopt = adopt

    def __missing__(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        flags = self._flags
        codes = []
        for (column, code), cell in zip(flags.columns.items(), cells, strict=True):
            text = fold(cell)
            if text in flags.yes:
                codes.append(code)
                if flags.otherwise == ADD:
                    self._adopt(flags.dimension, code, _label(code))
            elif text and flags.no and text not in flags.no:
                raise UnreadableError(column, "neither yes nor no")
        # Sorted as the table of mentions is, which is then only ever appended to.
        found = self[cells] = tuple(sorted(set(codes)))
        return found


class Days(dict[str, str]):
    """The day ('2026-11-21') of every distinct cell.

    Raises:
        UnreadableError: from a look-up, for a cell that is no day of the format, or lies ahead.
    """

    def __init__(self, day: Day, today: date) -> None:
        super().__init__()
        self._day = day
        # Where the call was taken it may be tomorrow already.
        self._last = today + timedelta(days=1)

    def __missing__(self, cell: str) -> str:
        day = _parsed(cell, self._day, "day").date()
        if day > self._last:
            raise UnreadableError(self._day.column, "a day that has not come yet")
        found = self[cell] = day.isoformat()
        return found


class Hours(dict[str, int | None]):
    """The hour, 0 to 23, of every distinct cell; None for a blank one.

    Raises:
        UnreadableError: from a look-up, for a cell that is no hour.
    """

    def __init__(self, hour: Day) -> None:
        super().__init__()
        self._hour = hour

    def __missing__(self, cell: str) -> int | None:
        text = cell.strip()
        hour: int | None = None
        if text and self._hour.format:
            hour = _parsed(text, self._hour, "time").hour
        elif text:
            if not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= 23):
                raise UnreadableError(self._hour.column, "no hour from 0 to 23")
            hour = int(text)
        self[cell] = hour
        return hour


def slug(text: str) -> str:
    """Return a code for ``text``: its letters and digits in ASCII, lower case, dashes between.

    Texts that differ in case, accents or punctuation alone share one. A text without any letter
    of ASCII, or too long, ends in a digest of itself instead.
    """
    plain = _NOT_IN_SLUG.sub("-", normalise(text)).strip("-")
    if plain and len(plain) <= LONGEST_CODE:
        return plain
    exact = unicodedata.normalize("NFC", text.casefold())
    digest = hashlib.sha256(exact.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain[: LONGEST_CODE - 9].rstrip('-') or 'code'}-{digest}"


def _band(book: Codebook, text: str) -> str | None:
    match = _AGE.fullmatch(text)
    years = int(match[1]) if match else _OLDEST + 1
    return book.age_band(years) if years <= _OLDEST else None


def _label(code: str) -> str:
    return code.replace("_", " ").replace("-", " ").capitalize()


def _parsed(cell: str, moment: Day, what: str) -> datetime:
    try:
        return datetime.strptime(cell.strip(), moment.format)
    except ValueError as error:
        raise UnreadableError(moment.column, f"no {what} of the form {moment.format}") from error
