"""A package's records made into rows of the vault's tables; pure.

Cleaning comes first, then every reference is followed: what can be kept is kept with a
warning, a service whose organisation nobody knows is refused.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from console.errors import BadUsage
from console.partners import values
from console.partners.hsds import Batch, Record
from console.partners.values import Lists
from console.text import plain

Row = dict[str, object]

STATUSES = ("active", "inactive", "defunct", "temporarily closed")

# Kept small: a damaged file would otherwise give a warning for each of its rows.
_MOST_WARNINGS = 50


@dataclass
class Package:
    """Rows by table and identifier, with the columns that the package carries.

    ``columns`` holds, by table, the columns that are to replace what the vault has; a table
    that is not in it was not in the package. ``scopes`` are those of the batch.
    """

    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    columns: dict[str, frozenset[str]] = field(default_factory=dict)
    scopes: frozenset[tuple[str, str]] = frozenset()
    warnings: list[str] = field(default_factory=list)

    def table(self, name: str) -> dict[str, Row]:
        """Return the rows of a table by their identifiers."""
        return self.rows.setdefault(name, {})


@dataclass(frozen=True)
class Known:
    """Identifiers that the vault has already."""

    organizations: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    locations: frozenset[str] = frozenset()


def _organization(record: Record, _: Lists) -> Row:
    return {
        "name": values.line(record, "name"),
        "alternate_name": values.line(record, "alternate_name"),
        "description": values.lines(record, "description"),
        "email": values.line(record, "email"),
        "website": values.line(record, "website"),
        "government": values.yes(record, "government"),
    }


def _service(record: Record, lists: Lists) -> Row:
    least, most = values.ages(record)
    status = (values.line(record, "status") or "").casefold() or None
    if status not in {None, *STATUSES}:
        raise values.refuse(record, "status", status, f"one of {', '.join(STATUSES)}")
    return {
        "organization_id": values.line(record, "organization_id"),
        "name": values.line(record, "name"),
        "alternate_name": values.line(record, "alternate_name"),
        "description": values.lines(record, "description"),
        "url": values.line(record, "url"),
        "email": values.line(record, "email"),
        "status": status,
        "application_process": values.lines(record, "application_process"),
        "fees_description": values.lines(record, "fees_description"),
        "eligibility_description": values.lines(record, "eligibility_description"),
        "minimum_age": least,
        "maximum_age": most,
        "alert": values.lines(record, "alert"),
        "assured_date": values.day(record, "assured_date"),
        "last_modified": values.line(record, "last_modified"),
        "genders": values.codes(record, "genders", lists.genders),
        "issues": values.codes(record, "issues", lists.issues),
        "warm_hand_off": values.line(record, "warm_hand_off"),
        "operator_notes": values.lines(record, "operator_notes"),
    }


def _location(record: Record, lists: Lists) -> Row:
    return {
        "organization_id": values.line(record, "organization_id"),
        "name": values.line(record, "name"),
        "description": values.lines(record, "description"),
        "transportation": values.lines(record, "transportation"),
        "region": values.region(lists, values.line(record, "region")),
        "confidential": values.yes(record, "confidential"),
    }


def _service_at_location(record: Record, _: Lists) -> Row:
    return {
        "service_id": values.line(record, "service_id"),
        "location_id": values.line(record, "location_id"),
    }


def _phone(record: Record, _: Lists) -> Row:
    return {
        "service_id": values.line(record, "service_id"),
        "organization_id": values.line(record, "organization_id"),
        "location_id": values.line(record, "location_id"),
        "service_at_location_id": values.line(record, "service_at_location_id"),
        "number": values.phone_number(record),
        "extension": values.line(record, "extension"),
        "type": (values.line(record, "type") or "").casefold() or None,
        "description": values.lines(record, "description"),
    }


def _schedule(record: Record, _: Lists) -> Row:
    ends = sorted(filter(None, (values.day(record, "valid_to"), values.day(record, "until"))))
    return {
        "service_id": values.line(record, "service_id"),
        "location_id": values.line(record, "location_id"),
        "service_at_location_id": values.line(record, "service_at_location_id"),
        "valid_from": values.day(record, "valid_from"),
        "valid_to": ends[0] if ends else None,
        "freq": values.frequency(record),
        "byday": values.weekdays(record),
        "opens_at": values.time_of_day(record, "opens_at"),
        "closes_at": values.time_of_day(record, "closes_at"),
        "description": values.lines(record, "description"),
    }


def _language(record: Record, lists: Lists) -> Row:
    code, name = values.language(record, lists)
    return {
        "service_id": values.line(record, "service_id"),
        "location_id": values.line(record, "location_id"),
        "code": code,
        "name": name,
        "note": values.lines(record, "note"),
    }


def _service_area(record: Record, lists: Lists) -> Row:
    name = values.line(record, "name")
    stated = [values.line(record, column) for column in ("region", "extent")]
    return {
        "service_id": values.line(record, "service_id"),
        "name": name or stated[1],
        "description": values.lines(record, "description"),
        "region": values.region(lists, *stated, name, values.line(record, "uri")),
    }


def _required_document(record: Record, _: Lists) -> Row:
    return {
        "service_id": values.line(record, "service_id"),
        "document": values.line(record, "document"),
    }


def _address(record: Record, lists: Lists) -> Row:
    parts = (values.line(record, name) for name in ("address_1", "address_2", "postal_code"))
    places = (values.line(record, name) for name in ("state_province", "region", "city"))
    return {
        "location_id": values.line(record, "location_id"),
        "kind": values.line(record, "address_type"),
        "address": ", ".join(part for part in parts if part) or None,
        "city": values.line(record, "city"),
        "region": values.region(lists, *places),
    }


def _accessibility(record: Record, _: Lists) -> Row:
    return {
        "location_id": values.line(record, "location_id"),
        "description": values.lines(record, "description"),
    }


_CLEAN: Mapping[str, Callable[[Record, Lists], Row]] = {
    "organization": _organization,
    "service": _service,
    "location": _location,
    "service_at_location": _service_at_location,
    "phone": _phone,
    "schedule": _schedule,
    "language": _language,
    "service_area": _service_area,
    "required_document": _required_document,
    "address": _address,
    "accessibility": _accessibility,
}

_REFERENCES = ("organization_id", "service_id", "location_id")


def build(batch: Batch, lists: Lists, known: Known) -> Package:
    """Return the rows that ``batch`` comes to, cleaned, without one dangling reference.

    Raises BadUsage, with the file and row, for a value that cannot be used and for a service
    whose organisation is neither in the package nor among ``known``.
    """
    package = Package(warnings=list(batch.warnings), scopes=frozenset(batch.scopes))
    package.columns = {name: frozenset(columns) for name, columns in batch.columns.items()}
    for name in batch.columns:
        package.table(name)
    origins: dict[tuple[str, str], str] = {}
    for record in batch.records:
        _take(package, record, _CLEAN[record.table](record, lists), origins)
        if record.table == "schedule" and values.in_utc(record):
            package.warnings.append(f"{record.origin}: hours given in UTC are taken as local time")
    _addresses_into_locations(package)
    _follow(package, known, origins)
    if len(package.warnings) > _MOST_WARNINGS:
        more = len(package.warnings) - _MOST_WARNINGS
        package.warnings[_MOST_WARNINGS:] = [f"and {more} more of the same kind"]
    package.warnings = [plain(warning, lines=False) for warning in package.warnings]
    return package


def _take(package: Package, record: Record, row: Row, origins: dict[tuple[str, str], str]) -> None:
    """Put a row in its table; nested JSON says the same thing several times, so rows merge."""
    table = package.table(record.table)
    identifier = values.line(record, "id") or _made_up(record.table, row)
    there = table.get(identifier)
    if there is not None and record.tabular:
        raise BadUsage(
            f"{record.origin}: id {identifier!r} stands twice in the table; nothing was imported"
        )
    if there is not None and record.table not in {"organization", "service", "location"}:
        parents = [name for name in _REFERENCES if name in row]
        if any(there[name] and row[name] and there[name] != row[name] for name in parents):
            # One phone of two services, say: the vault's row has one parent of a kind.
            identifier = f"{identifier}@{'/'.join(str(row[name] or '') for name in parents)}"
            there = table.get(identifier)
    if there is None:
        table[identifier] = {"id": identifier, **row}
        origins[record.table, identifier] = record.origin
    else:
        # A short mention must not blank what a full one says: no value, no change.
        there |= {name: value for name, value in row.items() if value not in (None, 0, "[]")}


def _made_up(table: str, row: Row) -> str:
    """Return an identifier for a row that came without one, the same at every import."""
    content = repr((table, sorted(row.items()))).encode()
    return f"{table}-{hashlib.sha256(content).hexdigest()[:32]}"


def _addresses_into_locations(package: Package) -> None:
    """Give each location its address: the physical one before the postal one."""
    addresses = package.rows.pop("address", {})
    if package.columns.pop("address", None) is not None:
        taken = package.columns.get("location", frozenset()) | {"address", "city", "region"}
        package.columns["location"] = taken
    ordered = sorted(addresses.values(), key=lambda row: row["kind"] != "physical")
    locations = package.table("location")
    for row in ordered:
        location = locations.get(str(row["location_id"]))
        if location is None:
            package.warnings.append(
                f"an address of unknown location {row['location_id']}: left out"
            )
        elif "address" not in location:
            location["address"], location["city"] = row["address"], row["city"]
            location["region"] = location["region"] or row["region"]


def _follow(package: Package, known: Known, origins: Mapping[tuple[str, str], str]) -> None:
    """Follow every reference to its end, or drop what leads nowhere."""
    present = {
        "organization_id": known.organizations | package.table("organization").keys(),
        "service_id": known.services | package.table("service").keys(),
        "location_id": known.locations | package.table("location").keys(),
    }
    for identifier, row in package.table("service").items():
        if row["organization_id"] not in present["organization_id"]:
            raise BadUsage(
                f"{origins['service', identifier]}: organization_id {row['organization_id']!r} is"
                " no organisation of the package or the directory; nothing was imported"
            )
    at_location = package.table("service_at_location")
    for name, rows in package.rows.items():
        for identifier, row in list(rows.items()):
            through = at_location.get(str(row.pop("service_at_location_id", None)))
            if through is not None:
                row["service_id"] = row["service_id"] or through["service_id"]
                row["location_id"] = row["location_id"] or through["location_id"]
            if name in {"organization", "service"}:
                continue
            origin = origins[name, identifier]
            dangling = [
                column
                for column in _REFERENCES
                if row.get(column) and row[column] not in present[column]
            ]
            for column in dangling:
                package.warnings.append(f"{origin}: {column} {row[column]} is not known")
                row[column] = None
            if not _has_parent(name, row):
                if not dangling:
                    package.warnings.append(f"{origin}: belongs to nothing, left out")
                del rows[identifier]


def _has_parent(table: str, row: Row) -> bool:
    """Tell whether a row still belongs to something, as far as its table needs it."""
    needed = {
        "service_at_location": ("service_id", "location_id"),
        "service_area": ("service_id",),
        "required_document": ("service_id",),
        "accessibility": ("location_id",),
    }
    if table == "location":
        return True
    if table in needed:
        return all(row[column] for column in needed[table])
    return any(row.get(column) for column in _REFERENCES)
