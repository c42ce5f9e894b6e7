"""What the columns of a file of calls mean: the mapping, read from TOML and checked. Pure.

docs/import.md describes the format for its readers.
"""

import codecs
import tomllib
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from typing import Any, TypeVar

from console.calls.model import DATA, MULTIPLE, SINGLE
from console.codebook import UNKNOWN, Codebook, check_code
from console.errors import BadUsage

ADD = "add"
REFUSE = "refuse"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Day:
    """The column of the day or the hour; ``format`` as strptime takes it, "" for a bare hour."""

    column: str
    format: str


@dataclass(frozen=True, slots=True)
class Column:
    """A dimension that is read from one column.

    ``values`` by text in the file; ``blank`` None leaves a blank cell uncoded; ``otherwise`` is
    "add", "refuse" or a code; ``separator`` divides several codes in one cell.
    """

    dimension: str
    column: str
    values: MappingOf[str, str]
    blank: str | None
    otherwise: str
    bands: bool
    separator: str


@dataclass(frozen=True, slots=True)
class Flags:
    """A many-valued dimension with a column per code; ``no`` empty: all but ``yes`` is no."""

    dimension: str
    columns: MappingOf[str, str]
    yes: frozenset[str]
    no: frozenset[str]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping."""

    encoding: str
    delimiter: str
    day: Day
    hour: Day | None
    columns: tuple[Column, ...]
    flags: tuple[Flags, ...]
    fixed: MappingOf[str, tuple[str, ...]]
    note: str | None


def read(text: str, book: Codebook) -> Mapping:
    """Return the mapping that ``text`` describes.

    Raises:
        BadUsage: it is no TOML, a key is missing, unknown or of the wrong kind, or names a
            dimension or a code that is none; the message names the key.
    """
    try:
        whole = _Table("", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadUsage(f"the mapping is no TOML: {error}") from error
    file = whole.table("file", {})
    encoding = _encoding(file)
    delimiter = file.take("delimiter", str, ",")
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise file.bad("delimiter", "must be one character")
    file.done()
    day = _moment(whole.table("day"), None)
    hour = _moment(whole.table("hour"), "") if "hour" in whole else None
    columns: list[Column] = []
    flags: list[Flags] = []
    maps = whole.table("map", {})
    for dimension in list(maps.raw):
        table = maps.table(dimension)
        if dimension not in (*SINGLE, *MULTIPLE):
            raise BadUsage(f"the mapping: [{table.name}]: there is no dimension «{dimension}»")
        if "flags" in table:
            flags.append(_flags(dimension, table, book))
        else:
            columns.append(_column(dimension, table, book))
        table.done()
    mapped = {*(each.dimension for each in columns), *(each.dimension for each in flags)}
    fixed = _fixed(whole.table("fixed", {}), mapped, book)
    note = None
    if "note" in whole:
        table = whole.table("note")
        note = table.take("column", str)
        table.done()
    whole.done()
    return Mapping(encoding, delimiter, day, hour, tuple(columns), tuple(flags), fixed, note)


def columns_named(mapping: Mapping) -> dict[str, str]:
    """Return every column that the mapping reads, with the key that names it."""
    named = {mapping.day.column: "[day] column"}
    if mapping.hour:
        named[mapping.hour.column] = "[hour] column"
    if mapping.note is not None:
        named[mapping.note] = "[note] column"
    for each in mapping.columns:
        named[each.column] = f"[map.{each.dimension}] column"
    for group in mapping.flags:
        named |= dict.fromkeys(group.columns, f"[map.{group.dimension}.flags]")
    return named


def fold(text: str) -> str:
    """Return ``text`` as it is compared where no exact value fits: trimmed, whatever its case."""
    return text.strip().casefold()


class _Table:
    """A table of the mapping: its keys are taken one by one, and none may be left."""

    def __init__(self, name: str, raw: MappingOf[str, Any]) -> None:
        self.name = name
        self.raw = dict(raw)

    def __contains__(self, key: str) -> bool:
        return key in self.raw

    def bad(self, key: str, what: str) -> BadUsage:
        where = f"[{self.name}] {key}" if self.name else f"[{key}]"
        return BadUsage(f"the mapping: {where} {what}")

    def take(self, key: str, kind: type[T], default: T | None = None) -> T:
        value = self.raw.pop(key, default)
        if value is None:
            raise self.bad(key, "is missing")
        if not isinstance(value, kind):
            names = {str: "text", bool: "true or false", dict: "a table", list: "a list"}
            raise self.bad(key, f"must be {names[kind]}")
        return value

    def table(self, key: str, default: dict[str, Any] | None = None) -> "_Table":
        return _Table(f"{self.name}.{key}" if self.name else key, self.take(key, dict, default))

    def texts(self, key: str, default: list[str] | None = None) -> list[str]:
        value = self.take(key, list, default)
        if not all(isinstance(item, str) for item in value):
            raise self.bad(key, "must be a list of texts")
        return value

    def done(self) -> None:
        for key in self.raw:
            raise self.bad(key, "means nothing: take it out, or look for a slip of the pen")


def _encoding(file: _Table) -> str:
    named = file.take("encoding", str, "utf-8")
    try:
        name = codecs.lookup(named).name
        "".encode(name)
    except LookupError as error:
        raise file.bad("encoding", f"«{named}» is no text encoding") from error
    # A byte order mark would be read as the start of the first column's name.
    return "utf-8-sig" if name == "utf-8" else name


def _moment(table: _Table, default_format: str | None) -> Day:
    moment = Day(table.take("column", str), table.take("format", str, default_format))
    table.done()
    return moment


def _column(dimension: str, table: _Table, book: Codebook) -> Column:
    otherwise = _otherwise(dimension, table, book)
    raw = table.take("values", dict, {})
    for text, code in raw.items():
        if not isinstance(code, str):
            raise table.bad(f"values.{text}", "must be a code")
        _target(table, f"values.{text}", dimension, code, book, otherwise)
    multiple = dimension in MULTIPLE
    blank: str | None = None if multiple else DATA if dimension == "kind" else UNKNOWN
    if "blank" in table:
        blank = table.take("blank", str)
        _target(table, "blank", dimension, blank, book, REFUSE)
    bands = table.take("bands", bool, False)
    if bands and dimension != "age":
        raise table.bad("bands", "is for [map.age] alone")
    separator = table.take("separator", str, "")
    if separator and not multiple:
        raise table.bad("separator", f"makes no sense: {dimension} takes one code")
    column = table.take("column", str)
    return Column(dimension, column, raw, blank, otherwise, bands, separator)


def _flags(dimension: str, table: _Table, book: Codebook) -> Flags:
    if dimension not in MULTIPLE:
        raise table.bad("flags", f"makes no sense: {dimension} takes one code")
    otherwise = _otherwise(dimension, table, book)
    if otherwise not in (ADD, REFUSE):
        raise table.bad("otherwise", 'must be "add" or "refuse" beside flags')
    flags = table.table("flags")
    # A list is never a code, so that a column may even be called "yes".
    yes = flags.texts("yes")
    no = flags.texts("no") if isinstance(flags.raw.get("no"), list) else []
    for column in list(flags.raw):
        _target(flags, column, dimension, flags.raw[column], book, otherwise)
    columns: dict[str, str] = {column: flags.take(column, str) for column in list(flags.raw)}
    if not columns:
        raise table.bad("flags", "names no column")
    return Flags(dimension, columns, frozenset(map(fold, yes)), frozenset(map(fold, no)), otherwise)


def _otherwise(dimension: str, table: _Table, book: Codebook) -> str:
    otherwise = table.take("otherwise", str, REFUSE)
    if otherwise == ADD:
        if book.closed(dimension):
            raise table.bad("otherwise", f'can\'t be "add": {dimension} takes no further codes')
    elif otherwise != REFUSE and not book.known(dimension, otherwise):
        raise table.bad("otherwise", f'must be "add", "refuse" or a code of {dimension}')
    return otherwise


def _target(
    table: _Table, key: str, dimension: str, code: object, book: Codebook, otherwise: str
) -> None:
    if not isinstance(code, str):
        raise table.bad(key, "must be a code")
    if book.known(dimension, code):
        return
    if otherwise != ADD:
        raise table.bad(key, f'names «{code}», no code of {dimension}; otherwise = "add" adds it')
    try:
        check_code(dimension, code)
    except BadUsage as error:
        raise table.bad(key, f"can't be added: {error}") from error


def _fixed(table: _Table, mapped: set[str], book: Codebook) -> dict[str, tuple[str, ...]]:
    fixed: dict[str, tuple[str, ...]] = {}
    for dimension in list(table.raw):
        if dimension not in (*SINGLE, *MULTIPLE):
            raise table.bad(dimension, "is no dimension")
        if dimension in mapped:
            raise table.bad(dimension, f"is read from a column too, in [map.{dimension}]")
        if dimension in MULTIPLE and isinstance(table.raw[dimension], list):
            codes = table.texts(dimension)
        else:
            codes = [table.take(dimension, str)]
        for code in codes:
            _target(table, dimension, dimension, code, book, REFUSE)
        fixed[dimension] = tuple(codes)
    return fixed
