"""Small made-up packages, in every form that is accepted; all say the same."""

import csv
import json
import zipfile
from pathlib import Path
from typing import Any

from console.partners.values import Lists

LISTS = Lists(
    country="PK",
    regions={
        "pk": "PK",
        "pakistan": "PK",
        "pk pb": "PK-PB",
        "punjab": "PK-PB",
        "pk sd": "PK-SD",
        "sindh": "PK-SD",
    },
    languages={"ur": "ur", "urdu": "ur", "urd": "ur", "pa": "pa", "punjabi": "pa"},
    genders=frozenset({"woman", "man", "trans_woman"}),
    issues=frozenset({"images_shared", "rape", "forced_marriage"}),
)

Tables = dict[str, list[dict[str, Any]]]


def tables() -> Tables:
    """One organisation, one service, all that hangs on it."""
    return {
        "organizations.csv": [
            {"id": "o1", "name": "Legal Aid", "description": "Lawyers", "government": "no"}
        ],
        "services.csv": [
            {
                "id": "s1",
                "organization_id": "o1",
                "name": "Counsel",
                "status": "active",
                "minimum_age": "18",
                "maximum_age": "",
                "assured_date": "2026-11-09",
                "genders": "woman",
                "issues": "images_shared, rape",
            }
        ],
        "locations.csv": [
            {"id": "l1", "organization_id": "o1", "name": "Office", "location_type": "physical"}
        ],
        "addresses.csv": [
            {
                "id": "a1",
                "location_id": "l1",
                "address_1": "1 Mall Road",
                "city": "Lahore",
                "state_province": "Punjab",
                "address_type": "physical",
            }
        ],
        "service_at_location.csv": [{"id": "x1", "service_id": "s1", "location_id": "l1"}],
        "phones.csv": [{"id": "p1", "service_id": "s1", "number": '"0800 11111"', "type": "voice"}],
        "schedules.csv": [
            {
                "id": "t1",
                "service_id": "s1",
                "freq": "WEEKLY",
                "byday": "MO,TU,WE,TH,FR,SA",
                "opens_at": "09:00",
                "closes_at": "17:00",
            }
        ],
        "languages.csv": [{"id": "g1", "service_id": "s1", "code": "urd", "name": "Urdu"}],
        "service_areas.csv": [
            {"id": "e1", "service_id": "s1", "name": "Punjab Province", "extent": ""}
        ],
        "required_documents.csv": [{"id": "d1", "service_id": "s1", "document": "CNIC copy"}],
        "accessibility.csv": [{"id": "y1", "location_id": "l1", "description": "Ramp"}],
    }


def nested(content: Tables) -> dict[str, Any]:
    """Return the organisation of ``content`` as nested JSON, without the parents' identifiers."""

    def rows(name: str, **where: str) -> list[dict[str, Any]]:
        return [
            {key: value for key, value in row.items() if key not in where}
            for row in content[name]
            if all(row.get(key) == value for key, value in where.items())
        ]

    place = rows("locations.csv", organization_id="o1")[0]
    place["addresses"] = rows("addresses.csv", location_id="l1")
    place["accessibility"] = rows("accessibility.csv", location_id="l1")
    service = rows("services.csv", organization_id="o1")[0]
    for key in ("phones", "schedules", "languages", "service_areas", "required_documents"):
        service[key] = rows(f"{key}.csv", service_id="s1")
    service["service_at_locations"] = [{"id": "x1", "location": place}]
    return {**content["organizations.csv"][0], "services": [service], "locations": [place]}


def write_folder(folder: Path, content: Tables) -> Path:
    """Write ``content`` as a folder of CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in content.items():
        header = list(dict.fromkeys(key for row in rows for key in row)) or ["id"]
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def write_zip(path: Path, content: Tables, prefix: str = "") -> Path:
    """Write ``content`` as a zip of CSV files, in a folder of the zip if ``prefix`` says so."""
    folder = write_folder(path.parent / f"{path.stem}-files", content)
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{prefix}{file.name}")
    return path


def write_json(path: Path, content: object) -> Path:
    """Write ``content`` as JSON."""
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def every_form(folder: Path, content: Tables) -> dict[str, Path]:
    """Write ``content`` in every accepted form and return the paths by form."""
    described = write_folder(folder / "described", content)
    resources = [
        {"name": name.removesuffix(".csv").removesuffix("s"), "path": name} for name in content
    ]
    write_json(described / "datapackage.json", {"resources": resources})
    inline = write_folder(folder / "inline", {})
    write_json(
        inline / "datapackage.json",
        {
            "resources": [
                {"name": name.removesuffix(".csv"), "data": rows} for name, rows in content.items()
            ]
        },
    )
    organization = nested(content)
    service = dict(organization["services"][0])
    service["organization"] = {
        key: value for key, value in organization.items() if key not in {"services"}
    }
    return {
        "folder": write_folder(folder / "plain", content),
        "described folder": described,
        "descriptor": described / "datapackage.json",
        "inline data": inline / "datapackage.json",
        "zip": write_zip(folder / "flat.zip", content),
        "zip with a folder": write_zip(folder / "deep.zip", content, "hsds/"),
        "tabular json": write_json(folder / "tabular.json", content),
        "organisation": write_json(folder / "organization.json", organization),
        "organisations": write_json(folder / "organizations.json", [organization]),
        "service": write_json(folder / "service.json", service),
        "page": write_json(folder / "page.json", {"contents": [service], "total_pages": 1}),
    }
