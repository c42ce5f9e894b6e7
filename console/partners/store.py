"""The SQL of the partners' room: rows in, pure dataclasses out."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from console.partners.hours import Opening, opening
from console.partners.match import UNKNOWN, Area, Need, Service, band
from console.partners.package import Known, Package, Row

if TYPE_CHECKING:
    from console.vault import Vault

T = TypeVar("T")

ORGANIZATION_IDS = "SELECT id FROM organization"
SERVICE_IDS = "SELECT id FROM service"
LOCATION_IDS = "SELECT id FROM location"

ORGANIZATIONS = "SELECT * FROM organization WHERE id IN (SELECT value FROM json_each(:ids))"
SERVICES = "SELECT * FROM service WHERE id IN (SELECT value FROM json_each(:ids))"
LOCATIONS = "SELECT * FROM location WHERE id IN (SELECT value FROM json_each(:ids))"

PUT_ORGANIZATION = """
INSERT INTO organization (id, name, alternate_name, description, email, website, government)
VALUES (:id, :name, :alternate_name, :description, :email, :website, :government)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, alternate_name = excluded.alternate_name,
    description = excluded.description, email = excluded.email, website = excluded.website,
    government = excluded.government
"""
PUT_SERVICE = """
INSERT INTO service (
    id, organization_id, name, alternate_name, description, url, email, status,
    application_process, fees_description, eligibility_description, minimum_age, maximum_age,
    alert, assured_date, last_modified, genders, issues, warm_hand_off, operator_notes)
VALUES (
    :id, :organization_id, :name, :alternate_name, :description, :url, :email, :status,
    :application_process, :fees_description, :eligibility_description, :minimum_age, :maximum_age,
    :alert, :assured_date, :last_modified, :genders, :issues, :warm_hand_off, :operator_notes)
ON CONFLICT (id) DO UPDATE SET
    organization_id = excluded.organization_id, name = excluded.name,
    alternate_name = excluded.alternate_name, description = excluded.description,
    url = excluded.url, email = excluded.email, status = excluded.status,
    application_process = excluded.application_process,
    fees_description = excluded.fees_description,
    eligibility_description = excluded.eligibility_description,
    minimum_age = excluded.minimum_age, maximum_age = excluded.maximum_age,
    alert = excluded.alert, assured_date = excluded.assured_date,
    last_modified = excluded.last_modified, genders = excluded.genders,
    issues = excluded.issues, warm_hand_off = excluded.warm_hand_off,
    operator_notes = excluded.operator_notes
"""
PUT_LOCATION = """
INSERT INTO location (
    id, organization_id, name, description, transportation, address, city, region, confidential)
VALUES (
    :id, :organization_id, :name, :description, :transportation, :address, :city, :region,
    :confidential)
ON CONFLICT (id) DO UPDATE SET
    organization_id = excluded.organization_id, name = excluded.name,
    description = excluded.description, transportation = excluded.transportation,
    address = excluded.address, city = excluded.city, region = excluded.region,
    confidential = excluded.confidential
"""

# What hangs on a service, a place or an organisation has no history: it is replaced.
PUT_CHILD: Mapping[str, str] = {
    "service_at_location": """
        INSERT OR REPLACE INTO service_at_location (id, service_id, location_id)
        VALUES (:id, :service_id, :location_id)""",
    "phone": """
        INSERT OR REPLACE INTO phone (
            id, service_id, organization_id, location_id, number, extension, type, description)
        VALUES (
            :id, :service_id, :organization_id, :location_id, :number, :extension, :type,
            :description)""",
    "schedule": """
        INSERT OR REPLACE INTO schedule (
            id, service_id, location_id, valid_from, valid_to, freq, byday, opens_at, closes_at,
            description)
        VALUES (
            :id, :service_id, :location_id, :valid_from, :valid_to, :freq, :byday, :opens_at,
            :closes_at, :description)""",
    "language": """
        INSERT OR REPLACE INTO language (id, service_id, location_id, code, name, note)
        VALUES (:id, :service_id, :location_id, :code, :name, :note)""",
    "service_area": """
        INSERT OR REPLACE INTO service_area (id, service_id, name, description, region)
        VALUES (:id, :service_id, :name, :description, :region)""",
    "required_document": """
        INSERT OR REPLACE INTO required_document (id, service_id, document)
        VALUES (:id, :service_id, :document)""",
    "accessibility": """
        INSERT OR REPLACE INTO accessibility (id, location_id, description)
        VALUES (:id, :location_id, :description)""",
}

# By table and the kind of parent whose rows the package lists in full.
DROP_CHILD: Mapping[tuple[str, str], str] = {
    ("service_at_location", "service"): """
        DELETE FROM service_at_location WHERE service_id IN (SELECT value FROM json_each(:ids))""",
    ("phone", "service"): """
        DELETE FROM phone WHERE service_id IN (SELECT value FROM json_each(:ids))""",
    ("phone", "organization"): """
        DELETE FROM phone WHERE service_id IS NULL AND location_id IS NULL
        AND organization_id IN (SELECT value FROM json_each(:ids))""",
    ("phone", "location"): """
        DELETE FROM phone WHERE service_id IS NULL
        AND location_id IN (SELECT value FROM json_each(:ids))""",
    ("schedule", "service"): """
        DELETE FROM schedule WHERE service_id IN (SELECT value FROM json_each(:ids))""",
    ("schedule", "location"): """
        DELETE FROM schedule WHERE service_id IS NULL
        AND location_id IN (SELECT value FROM json_each(:ids))""",
    ("language", "service"): """
        DELETE FROM language WHERE service_id IN (SELECT value FROM json_each(:ids))""",
    ("language", "location"): """
        DELETE FROM language WHERE service_id IS NULL
        AND location_id IN (SELECT value FROM json_each(:ids))""",
    ("service_area", "service"): """
        DELETE FROM service_area WHERE service_id IN (SELECT value FROM json_each(:ids))""",
    ("required_document", "service"): """
        DELETE FROM required_document WHERE service_id IN (SELECT value FROM json_each(:ids))""",
    ("accessibility", "location"): """
        DELETE FROM accessibility WHERE location_id IN (SELECT value FROM json_each(:ids))""",
}

# What SQL can tell alone of whether a service fits; the rules in match.py decide. Nothing
# that fits may fail here.
CANDIDATES = """
SELECT * FROM (
    SELECT s.id, s.name, o.name AS organization, s.status, s.minimum_age, s.maximum_age,
           s.genders, s.issues, s.assured_date, s.warm_hand_off, s.alert,
           s.status = 'active'
           AND (:low IS NULL OR (coalesce(s.minimum_age, :low) <= :high
                                 AND coalesce(s.maximum_age, :high) >= :low))
           AND (:region IS NULL
                OR NOT EXISTS (SELECT 1 FROM service_area a WHERE a.service_id = s.id)
                OR EXISTS (SELECT 1 FROM service_area a WHERE a.service_id = s.id
                           AND (a.region IS NULL OR a.region = :region
                                OR substr(:region, 1, length(a.region) + 1) = a.region || '-')))
           AS fits
    FROM service s JOIN organization o ON o.id = s.organization_id)
WHERE fits = :fits
ORDER BY name, id
LIMIT :most
"""
CHOSEN = """
SELECT s.id, s.name, o.name AS organization, s.status, s.minimum_age, s.maximum_age,
       s.genders, s.issues, s.assured_date, s.warm_hand_off, s.alert
FROM service s JOIN organization o ON o.id = s.organization_id
WHERE s.id IN (SELECT value FROM json_each(:ids))
ORDER BY s.name, s.id
"""
SIZE = "SELECT count(*) FROM service"
NUMBERS = "SELECT DISTINCT number FROM phone"
SEARCHED = """
SELECT s.id, s.name, s.alternate_name, o.name, o.alternate_name, s.description,
       (SELECT group_concat(l.city, ' ')
        FROM service_at_location p JOIN location l ON l.id = p.location_id
        WHERE p.service_id = s.id AND l.confidential = 0)
FROM service s JOIN organization o ON o.id = s.organization_id
ORDER BY s.name, s.id
"""

AREAS = """
SELECT service_id, region, name FROM service_area
WHERE service_id IN (SELECT value FROM json_each(:ids)) ORDER BY service_id, id
"""
LANGUAGES = """
SELECT service_id, code FROM language
WHERE service_id IN (SELECT value FROM json_each(:ids)) AND code IS NOT NULL
UNION
SELECT p.service_id, l.code
FROM service_at_location p
JOIN language l ON l.location_id = p.location_id AND l.service_id IS NULL
WHERE p.service_id IN (SELECT value FROM json_each(:ids)) AND l.code IS NOT NULL
ORDER BY 1, 2
"""
# The hours of a service itself come before those of the places where it is offered.
SCHEDULES = """
SELECT service_id, 1 AS own, freq, byday, opens_at, closes_at, valid_from, valid_to
FROM schedule WHERE service_id IN (SELECT value FROM json_each(:ids))
UNION
SELECT p.service_id, 0, t.freq, t.byday, t.opens_at, t.closes_at, t.valid_from, t.valid_to
FROM service_at_location p
JOIN schedule t ON t.location_id = p.location_id AND t.service_id IS NULL
WHERE p.service_id IN (SELECT value FROM json_each(:ids))
"""
OUTCOMES = """
SELECT service, sum(count * (status IN ('accepted', 'completed'))), sum(count)
FROM referral_outcome
WHERE service IN (SELECT value FROM json_each(:ids))
AND status IN ('accepted', 'completed', 'refused', 'no_answer', 'unavailable')
GROUP BY service
"""
# The service's own, then the organisation's, then that of a place; never of a secret place.
PHONES = """
SELECT p.service_id, 0 AS level, p.number, p.extension, p.type, p.id
FROM phone p WHERE p.service_id IN (SELECT value FROM json_each(:ids))
UNION ALL
SELECT s.id, CASE WHEN p.service_id IS NULL AND p.location_id IS NULL THEN 1 ELSE 3 END,
       p.number, p.extension, p.type, p.id
FROM service s JOIN phone p ON p.organization_id = s.organization_id
LEFT JOIN location l ON l.id = p.location_id
WHERE s.id IN (SELECT value FROM json_each(:ids)) AND coalesce(l.confidential, 0) = 0
UNION ALL
SELECT a.service_id, 2, p.number, p.extension, p.type, p.id
FROM service_at_location a JOIN location l ON l.id = a.location_id AND l.confidential = 0
JOIN phone p ON p.location_id = a.location_id AND p.service_id IS NULL
WHERE a.service_id IN (SELECT value FROM json_each(:ids))
ORDER BY 1, 2, 6
"""
DOCUMENTS = """
SELECT service_id, document FROM required_document
WHERE service_id IN (SELECT value FROM json_each(:ids)) ORDER BY service_id, id
"""
PLACES = """
SELECT p.service_id, l.confidential, l.address, l.city
FROM service_at_location p JOIN location l ON l.id = p.location_id
WHERE p.service_id IN (SELECT value FROM json_each(:ids)) ORDER BY p.service_id, p.id
"""

CALL_EXISTS = "SELECT 1 FROM call WHERE id = ?"
SERVICE_EXISTS = "SELECT 1 FROM service WHERE id = ?"
REFERRAL_OF = "SELECT id FROM referral WHERE call = ? AND service = ?"
PUT_REFERRAL = "INSERT INTO referral (call, service, day) VALUES (?, ?, ?)"
REFERRAL_STATUS = "SELECT status FROM referral WHERE id = ?"
SET_REFERRAL_STATUS = "UPDATE referral SET status = ? WHERE id = ?"
REFERRALS = """
SELECT r.id, r.service, s.name, o.name, r.status
FROM referral r JOIN service s ON s.id = r.service JOIN organization o ON o.id = s.organization_id
WHERE r.call = ? ORDER BY r.id
"""

# Kinds of phone (RFC 6350) that a caller cannot simply ring and talk to.
_NOT_SPOKEN = frozenset({"text", "fax", "pager", "textphone", "tty", "video"})

# What a new row has in a column that its package left blank or did not carry.
_DEFAULTS: Mapping[str, Row] = {
    "organization": {
        "alternate_name": None,
        "description": None,
        "email": None,
        "website": None,
        "government": 0,
    },
    "service": {"status": "active", "genders": "[]", "issues": "[]"},
    "location": {"address": None, "city": None, "confidential": 0},
}


def known(vault: "Vault") -> Known:
    """Return the identifiers that the directory has already."""
    return Known(
        frozenset(_column(vault, ORGANIZATION_IDS)),
        frozenset(_column(vault, SERVICE_IDS)),
        frozenset(_column(vault, LOCATION_IDS)),
    )


def write(vault: "Vault", package: Package) -> None:
    """Write a package; what it does not carry stays. Inside the caller's transaction."""
    _write_main(vault, package, "organization", ORGANIZATIONS, PUT_ORGANIZATION)
    _write_main(vault, package, "location", LOCATIONS, PUT_LOCATION)
    _write_main(vault, package, "service", SERVICES, PUT_SERVICE)
    for scope, sql in DROP_CHILD.items():
        if scope in package.scopes:
            vault.db.execute(sql, {"ids": _ids(package.table(scope[1]))})
    for name, sql in PUT_CHILD.items():
        vault.db.conn.executemany(sql, list(package.table(name).values()))


def _write_main(vault: "Vault", package: Package, name: str, read: str, put: str) -> None:
    rows = package.table(name)
    there = {row["id"]: row for row in vault.db.query(read, {"ids": _ids(rows)})}
    carried = package.columns.get(name, frozenset())
    defaults = _DEFAULTS[name]
    written: list[Row] = []
    for identifier, row in rows.items():
        old = there.get(identifier, {})
        kept = {column: old[column] for column in old if column not in carried}
        merged = {**defaults, **row, **kept}
        written.append(
            {
                column: defaults.get(column) if value is None else value
                for column, value in merged.items()
            }
        )
    vault.db.conn.executemany(put, written)


def candidates(vault: "Vault", need: Need, *, fits: bool, most: int = -1) -> list[Service]:
    """Return services that SQL finds fitting (or not), with all that matching weighs."""
    low, high = band(need.age) or (None, None)
    region = None if need.region == UNKNOWN else need.region
    parameters = {"low": low, "high": high, "region": region, "fits": fits, "most": most}
    return _services(vault, vault.db.query(CANDIDATES, parameters))


def services(vault: "Vault", ids: Collection[str]) -> list[Service]:
    """Return the services with these identifiers, by name."""
    return _services(vault, vault.db.query(CHOSEN, {"ids": _ids(ids)}))


def every_service(vault: "Vault") -> list[Service]:
    """Return all services of the directory, by name."""
    return services(vault, _column(vault, SERVICE_IDS))


def searched(vault: "Vault") -> list[tuple[str, str]]:
    """Return each service's identifier and all the words it may be found by."""
    return [
        (row[0], "\n".join(text for text in row[1:] if text))
        for row in vault.db.execute(SEARCHED).fetchall()
    ]


def phones(vault: "Vault", ids: Collection[str]) -> dict[str, str]:
    """Return by service the best public number to ring, with its extension."""
    best: dict[str, str] = {}
    for service, _, number, extension, kind, _ in _rows(vault, PHONES, ids):
        if service not in best and kind not in _NOT_SPOKEN:
            best[service] = f"{number} ext. {extension}" if extension else number
    return best


def documents(vault: "Vault", ids: Collection[str]) -> dict[str, list[str]]:
    """Return by service what a caller must bring."""
    return _by_service((row[0], row[1]) for row in _rows(vault, DOCUMENTS, ids))


def places(vault: "Vault", ids: Collection[str]) -> dict[str, list[str]]:
    """Return by service where it is offered; a confidential place only says that it is one."""
    return _by_service(
        (service, "confidential" if secret else ", ".join(filter(None, (address, city))))
        for service, secret, address, city in _rows(vault, PLACES, ids)
    )


def _services(vault: "Vault", found: Iterable[dict[str, Any]]) -> list[Service]:
    rows = list(found)
    ids = [row["id"] for row in rows]
    areas = _by_service((row[0], Area(row[1], row[2] or "")) for row in _rows(vault, AREAS, ids))
    languages = _by_service((row[0], row[1]) for row in _rows(vault, LANGUAGES, ids))
    openings = _openings(vault, ids)
    outcomes = {row[0]: (row[1], row[2]) for row in _rows(vault, OUTCOMES, ids)}
    result = []
    for row in rows:
        taken, followed_up = outcomes.get(row["id"], (0, 0))
        result.append(
            Service(
                id=row["id"],
                name=row["name"],
                organization=row["organization"],
                status=row["status"],
                minimum_age=row["minimum_age"],
                maximum_age=row["maximum_age"],
                genders=tuple(json.loads(row["genders"])),
                issues=tuple(json.loads(row["issues"])),
                areas=tuple(areas.get(row["id"], ())),
                languages=tuple(languages.get(row["id"], ())),
                openings=openings.get(row["id"], ()),
                assured=date.fromisoformat(row["assured_date"]) if row["assured_date"] else None,
                warm_hand_off=row["warm_hand_off"] or "",
                alert=row["alert"] or "",
                taken=taken,
                followed_up=followed_up,
            )
        )
    return result


def _openings(vault: "Vault", ids: Collection[str]) -> dict[str, tuple[Opening, ...]]:
    """Return hours by service, without the schedules that cannot be computed."""
    rows: dict[str, list[tuple[int, Opening | None]]] = defaultdict(list)
    for service, own, *columns in _rows(vault, SCHEDULES, ids):
        rows[service].append((own, opening(*columns)))
    result: dict[str, tuple[Opening, ...]] = {}
    for service, found in rows.items():
        nearest = max(own for own, _ in found)
        hours = [each for own, each in found if own == nearest]
        result[service] = tuple(each for each in hours if each is not None)
    return result


def _by_service(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    grouped: dict[str, list[T]] = defaultdict(list)
    for service, value in pairs:
        grouped[service].append(value)
    return grouped


def _ids(ids: Iterable[str]) -> str:
    return json.dumps(list(ids))


def _rows(vault: "Vault", sql: str, ids: Collection[str]) -> list[tuple[Any, ...]]:
    return list(vault.db.execute(sql, {"ids": _ids(ids)}).fetchall())


def _column(vault: "Vault", sql: str) -> list[str]:
    return [row[0] for row in vault.db.execute(sql).fetchall()]
