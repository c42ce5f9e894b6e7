"""Release folders, read as an outsider would: from their files alone, whoever wrote them."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

from console.errors import BadUsage
from console.figures.tally import TOTAL, Cell

DESCRIPTION = "release.json"

Interval = tuple[int, int | None]
"""Least and greatest count; ``None`` is no bound."""

_FORMAT = 1
_MOST_CELLS = 2_000_000
_GUARDED = re.compile(r"'(?=[=+\-@|%＝＋－＠])")
_PERIOD = re.compile(r"(\d{4})(?:-(\d{2})|-Q([1-4]))?")


@dataclass(frozen=True)
class Table:
    """A published table: a count or a label per cell, in the order of the file.

    ``axes`` are the codes by dimension, without the total. ``of`` is the many-valued dimension
    that a table of mentions counts, where the release says it. A cell that is not printed is
    unknown if it is a total; any other is a structural zero.
    """

    name: str
    dimensions: tuple[str, ...]
    axes: tuple[tuple[str, ...], ...]
    counts: str
    of: str
    cells: Mapping[Cell, int | str]


@dataclass(frozen=True)
class Level:
    """Which code of a coarser dimension each code of a dimension belongs to."""

    dimension: str
    coarser: str
    codes: Mapping[str, str]


@dataclass(frozen=True)
class Release:
    """What one release says: its tables, and how its cells may be read.

    ``first`` and ``last`` are months since year 0, both included. A printed count is at most
    ``max_change`` from the true one. ``restates`` is the vintage whose calls, and late ones, this
    one counts, or ``None``.
    """

    period: str
    first: int
    last: int
    vintage: int
    mode: str
    max_change: int
    hidden: Mapping[str, Interval]
    tables: tuple[Table, ...]
    levels: tuple[Level, ...] = ()
    restates: int | None = None
    folder: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """Return the period, and the vintage where it is not the first."""
        return self.period if self.vintage == 1 else f"{self.period} vintage {self.vintage}"

    @property
    def small(self) -> int:
        """Return the greatest count that is small: what a bounded label admits, else four."""
        return max((high for _, high in self.hidden.values() if high is not None), default=4)

    def stated(self, shown: int | str, *, legend: bool = True) -> Interval:
        """Return what the release itself says of a cell, with or without the labels' meaning."""
        if isinstance(shown, int):
            return max(0, shown - self.max_change), shown + self.max_change
        return self.hidden.get(shown, (0, None)) if legend else (0, None)


def read_folders(path: Path) -> list[Release]:
    """Return the releases in a folder: its own, or those of the folders in it, by name.

    Raises ``BadUsage`` if there is none, or as ``read_folder`` does.
    """
    if (path / DESCRIPTION).is_file():
        return [read_folder(path)]
    try:
        folders = sorted(
            each.parent
            for each in path.rglob(DESCRIPTION)
            if each.is_file() and not each.parent.name.startswith(".")
        )
    except OSError as error:
        raise BadUsage(f"{path} cannot be read: {error.strerror}") from error
    if not folders:
        raise BadUsage(f"there is no release in {path}: no folder there has a {DESCRIPTION}")
    return [read_folder(each) for each in folders]


def read_folder(path: Path) -> Release:
    """Return the release in a folder.

    Raises ``BadUsage`` for a folder that cannot be read or is not in the release format.
    """
    try:
        files = {
            entry.name: entry.read_bytes()
            for entry in path.iterdir()
            if entry.suffix in (".json", ".csv") and entry.is_file()
        }
    except OSError as error:
        raise BadUsage(f"the folder {path} cannot be read: {error.strerror}") from error
    return read_files(files, str(path))


def read_files(files: Mapping[str, bytes], where: str = "the release") -> Release:
    """Return the release whose files are given by name; others than its tables are ignored.

    ``where`` names it in errors. Raises ``BadUsage`` for what is not in the release format.
    """
    try:
        told = json.loads(files[DESCRIPTION].decode("utf-8-sig"))
        return _release(told, files, where)
    except KeyError as error:
        raise BadUsage(f"{where}: {error.args[0]!r:.40} is missing") from error
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError, csv.Error) as error:
        raise BadUsage(
            f"{where} is not in the release format; see docs/release-format.md"
        ) from error


def months(period: str) -> tuple[int, int]:
    """Return the first and the last month of a period, counted from year 0.

    A period is ``YYYY``, ``YYYY-MM``, ``YYYY-Qn`` or two months with a slash between. Raises
    ``ValueError`` for anything else.
    """
    first, slash, last = period.partition("/")
    begin, end = _month_span(first)
    if slash:
        end = _month_span(last)[1]
    if end < begin:
        raise ValueError(period)
    return begin, end


def _month_span(text: str) -> tuple[int, int]:
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, quarter = found.groups()
    begin = int(year) * 12
    if quarter:
        begin += 3 * (int(quarter) - 1)
        return begin, begin + 2
    if not month:
        return begin, begin + 11
    if not 1 <= int(month) <= 12:
        raise ValueError(text)
    return begin + int(month) - 1, begin + int(month) - 1


def _release(told: Mapping[str, Any], files: Mapping[str, bytes], where: str) -> Release:
    if told.get("format", _FORMAT) != _FORMAT:
        raise BadUsage(f"{where} has another format than {_FORMAT}; a newer helpline may read it")
    period = str(told["period"])
    try:
        first, last = months(period)
    except ValueError as error:
        raise BadUsage(
            f"{where}: {period[:20]!a} is no period; see docs/release-format.md"
        ) from error
    restates = told.get("restates") or {}
    return Release(
        period,
        first,
        last,
        _whole(told.get("vintage", 1)),
        str(told.get("mode", "")),
        _whole((told.get("rounding") or {}).get("max_change", 0)),
        {str(label): _interval(each) for label, each in (told.get("hidden") or {}).items()},
        tuple(_table(entry, period, files, where) for entry in told["tables"]),
        tuple(
            Level(
                str(entry["dimension"]),
                str(entry["coarser"]),
                {str(code): str(above) for code, above in entry["codes"].items()},
            )
            for entry in told.get("levels") or ()
        ),
        _whole(restates["vintage"]) if restates.get("late") else None,
        where,
    )


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError
    return value


def _interval(value: Any) -> Interval:
    low, high = value
    return _whole(low or 0), None if high is None else _whole(high)


def _table(entry: Mapping[str, Any], period: str, files: Mapping[str, bytes], where: str) -> Table:
    name = str(entry["name"])
    dimensions = tuple(str(dimension) for dimension in entry["dimensions"])
    if not dimensions or len(set(dimensions)) != len(dimensions):
        raise BadUsage(f"{where}: the table {name[:40]!a} needs dimensions, each of them once")
    rows = list(_rows(files[str(entry.get("file", f"{name}.csv"))].decode("utf-8-sig")))
    header, *body = rows
    columns = [header.index(dimension) for dimension in (*dimensions, "count")]
    dated = header.index("period") if "period" in header else None
    printed: dict[Cell, int | str] = {}
    for row in body:
        if dated is not None and row[dated] != period:
            raise BadUsage(f"{where}: the table {name[:40]!a} has a row of another period")
        *cell, shown = (row[column] for column in columns)
        if printed.setdefault(tuple(cell), _shown(shown)) != _shown(shown):
            raise BadUsage(f"{where}: the table {name[:40]!a} prints a cell in two ways")
    axes = tuple(
        tuple(code for code in dict.fromkeys(cell[at] for cell in printed) if code != TOTAL)
        for at in range(len(dimensions))
    )
    if prod(len(axis) + 1 for axis in axes) > _MOST_CELLS:
        raise BadUsage(f"{where}: the table {name[:40]!a} is too large to attack")
    of = str(entry.get("of") or "")
    return Table(name, dimensions, axes, str(entry.get("counts", "calls")), of, printed)


def _rows(text: str) -> Iterator[list[str]]:
    """Yield the rows of a CSV, without the formula guard, empty rows and HXL tags."""
    head = text.partition("\n")[0]
    delimiter = ";" if ";" in head and "," not in head else ","
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
        if row and not all(not value or value.startswith("#") for value in row):
            yield [_GUARDED.sub("", value.strip(), count=1) for value in row]


def _shown(text: str) -> int | str:
    return int(text) if re.fullmatch(r"-?[0-9]{1,15}", text) else text
