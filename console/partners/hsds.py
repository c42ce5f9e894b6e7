"""HSDS 3.0 as it comes, in any of its forms, turned into flat records by table; no I/O.

The standard publishes the same model as tables (CSV, or tabular JSON) and as nested JSON.
Nested JSON is unfolded here into the records that the tables would have held, so that
everything after this module knows one form only. Source: docs.openreferral.org, version 3.0.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from console.errors import BadUsage


@dataclass(frozen=True)
class Record:
    """One row of one table, values as they came; ``origin`` says where, for error messages.

    ``tabular`` is true for a row of a table, in which an identifier may occur only once;
    nested JSON repeats the same thing wherever it is mentioned.
    """

    table: str
    values: Mapping[str, object]
    origin: str
    tabular: bool


@dataclass
class Batch:
    """Everything one package said, as it is gathered.

    ``columns`` holds, for each table that the package carries at all (were it empty), every
    column that occurs in it: what a package does not carry, an import leaves as it was.
    ``scopes`` holds pairs (table, parent): whose rows of a table the package lists in full.
    """

    records: list[Record] = field(default_factory=list)
    columns: dict[str, set[str]] = field(default_factory=dict)
    scopes: set[tuple[str, str]] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)

    def carry(
        self, table: str, columns: Iterable[str] = (), *, parents: Iterable[str] = ()
    ) -> None:
        """Note that the package carries ``table`` of ``parents``, with these columns."""
        self.columns.setdefault(table, set()).update(columns)
        self.scopes.update((table, parent) for parent in parents)

    def add(self, record: Record) -> None:
        """Take in one record."""
        self.carry(record.table, record.values)
        self.records.append(record)


@dataclass(frozen=True)
class _Shape:
    """What must be in a record of a table, and which tables are nested under which keys."""

    required: tuple[str, ...]
    nested: Mapping[str, str]


_SHAPES: Mapping[str, _Shape] = {
    "organization": _Shape(
        ("id", "name"),
        {"services": "service", "locations": "location", "phones": "phone"},
    ),
    "service": _Shape(
        ("id", "organization_id", "name"),
        {
            "organization": "organization",
            "service_at_locations": "service_at_location",
            "phones": "phone",
            "schedules": "schedule",
            "service_areas": "service_area",
            "languages": "language",
            "required_documents": "required_document",
        },
    ),
    "location": _Shape(
        ("id",),
        {
            "addresses": "address",
            "phones": "phone",
            "schedules": "schedule",
            "languages": "language",
            "accessibility": "accessibility",
        },
    ),
    "service_at_location": _Shape(
        ("service_id", "location_id"),
        {
            "service": "service",
            "location": "location",
            "phones": "phone",
            "schedules": "schedule",
        },
    ),
    "phone": _Shape(("number",), {}),
    "schedule": _Shape((), {}),
    "language": _Shape((), {}),
    "service_area": _Shape(("service_id",), {}),
    "required_document": _Shape(("service_id", "document"), {}),
    "address": _Shape(("location_id",), {}),
    "accessibility": _Shape(("location_id",), {}),
}

PARENTS = ("organization", "service", "location")

# What an object names as its parent, and so stands beside it rather than under it.
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "service": ("organization",),
    "service_at_location": ("service", "location"),
}

# Files and keys go by the plural as a rule, and by the singular often enough.
_TABLE_OF = {
    **{name: name for name in _SHAPES},
    **{f"{name}s": name for name in _SHAPES},
    "addresses": "address",
}

# The example of the standard is 24 KB an organisation; nothing sensible is wider than this.
_MOST_CELL_CHARACTERS = 1_000_000


def table_of(name: str) -> str | None:
    """Return the table that a file or key ``name`` stands for, or None if it is not ours."""
    path = PurePosixPath(name.lower())
    stem = path.stem if path.suffix in {".csv", ".json"} else path.name
    return _TABLE_OF.get(stem)


def read_csv(batch: Batch, table: str, name: str, text: str) -> None:
    """Add the rows of one CSV file to ``batch`` as records of ``table``.

    ``name`` is the file's name, for messages; rows are counted as a spreadsheet counts them,
    the header being row 1. Raises BadUsage for a missing column or a row that does not fit.
    """
    csv.field_size_limit(_MOST_CELL_CHARACTERS)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    row = 0
    try:
        for cells in reader:
            row += 1
            if header is None:
                header = [cell.strip() for cell in cells]
                _check_header(table, name, header)
                batch.carry(table, header, parents=PARENTS)
            elif any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    raise BadUsage(
                        f"{name} row {row}: {len(cells)} cells under a header of {len(header)};"
                        " nothing was imported"
                    )
                values = dict(zip(header, cells, strict=True))
                origin = f"{name} row {row}"
                _check_values(table, values, origin)
                batch.add(Record(table, values, origin, tabular=True))
    except csv.Error as error:
        raise BadUsage(
            f"{name} row {row + 1}: not readable as CSV ({error}); nothing was imported"
        ) from error
    if header is None:
        raise BadUsage(f"{name} is empty: it needs at least a header row")


def _check_header(table: str, name: str, header: list[str]) -> None:
    for column in _SHAPES[table].required:
        if column not in header:
            raise BadUsage(f"{name} has no column {column!r}, which HSDS 3.0 requires")
    doubled = sorted({column for column in header if column and header.count(column) > 1})
    if doubled:
        raise BadUsage(f"{name} has the column {doubled[0]!r} twice")


def _check_values(table: str, values: Mapping[str, object], origin: str) -> None:
    for column in _SHAPES[table].required:
        if str(values.get(column) or "").strip() == "":
            raise BadUsage(f"{origin} has no {column!r}, which HSDS 3.0 requires")


def read_json(batch: Batch, data: object, name: str) -> None:
    """Add what a JSON document says to ``batch``.

    Accepted: a tabular document (an object of lists keyed by file or table name), one
    organisation, service, location or service at location in nested form, a list of such,
    or a page of an API (an object with ``contents``). Raises BadUsage for anything else.
    """
    if isinstance(data, list):
        _read_list(batch, data, name)
    elif not isinstance(data, dict):
        raise BadUsage(f"{name} holds neither an object nor a list: it is not an HSDS document")
    elif isinstance(data.get("contents"), list):
        pages = data.get("total_pages")
        if isinstance(pages, int) and pages > 1:
            batch.warnings.append(
                f"{name} is page {data.get('page_number', 1)} of {pages};"
                " the other pages are to be imported too"
            )
        _read_list(batch, data["contents"], f"{name} contents")
    elif "id" not in data and any(table_of(key) for key in data):
        _read_tables(batch, data, name)
    else:
        _unfold(batch, _kind(data, name), data, name, {})


def _read_list(batch: Batch, items: list[object], where: str) -> None:
    for number, item in enumerate(items):
        origin = f"{where}[{number}]"
        _unfold(batch, _kind(item, origin), item, origin, {})


def _read_tables(batch: Batch, data: Mapping[str, object], name: str) -> None:
    for key, rows in data.items():
        table = table_of(key)
        if table is None:
            continue
        if not isinstance(rows, list):
            raise BadUsage(f"{name}: {key} is not a list of rows; nothing was imported")
        batch.carry(table, parents=PARENTS)
        for number, row in enumerate(rows, 1):
            _unfold(batch, table, row, f"{name} {key} entry {number}", {}, tabular=True)


def _kind(item: object, origin: str) -> str:
    """Tell what a nested object is by the keys that HSDS gives to one kind alone."""
    if isinstance(item, Mapping):
        if {"service", "location"} & item.keys() or {"service_id", "location_id"} <= item.keys():
            return "service_at_location"
        if "location_type" in item or "addresses" in item:
            return "location"
        if {"organization", "organization_id", "status"} & item.keys():
            return "service"
        if {"id", "name"} <= item.keys():
            return "organization"
    raise BadUsage(f"{origin} is neither an organisation, a service nor a location of HSDS 3.0")


def _unfold(
    batch: Batch,
    table: str,
    item: object,
    origin: str,
    inherited: Mapping[str, object],
    *,
    tabular: bool = False,
) -> None:
    """Add ``item`` and what is nested in it, references to parents filled in."""
    if not isinstance(item, Mapping):
        raise BadUsage(f"{origin} is not an object; nothing was imported")
    shape = _SHAPES[table]
    values: dict[str, object] = {key: item[key] for key in item if key not in shape.nested}
    for key, value in inherited.items():
        if values.get(key) in (None, ""):
            values[key] = value
    for key in _BESIDE.get(table, ()):
        inner = item.get(key)
        if isinstance(inner, Mapping):
            values[f"{key}_id"] = inner.get("id")
    _check_values(table, values, origin)
    batch.add(Record(table, values, origin, tabular))
    passed = _passed_on(table, values)
    for key, child in shape.nested.items():
        inner = item.get(key)
        if inner is None:
            continue
        batch.carry(child, parents=(table,))
        context = {} if key in _BESIDE.get(table, ()) else passed
        if isinstance(inner, list):
            for number, each in enumerate(inner):
                _unfold(batch, child, each, f"{origin}.{key}[{number}]", context)
        else:
            _unfold(batch, child, inner, f"{origin}.{key}", context)


def _passed_on(table: str, values: Mapping[str, object]) -> dict[str, object]:
    if table == "service_at_location":
        return {"service_id": values["service_id"], "location_id": values["location_id"]}
    return {f"{table}_id": values.get("id")}
