import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from console.errors import BadUsage
from console.partners.hsds import Batch, read_json
from console.partners.package import Known, Package, build
from console.partners.reading import read
from tests.partners.packages import (
    LISTS,
    every_form,
    nested,
    tables,
    write_folder,
    write_json,
    write_zip,
)

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "hsds-3.0"
EXAMPLES = sorted(SHARED.glob("json/*.json")) + [
    path for path in (SHARED / "csv", SHARED / "csv" / "datapackage.json") if path.exists()
]
FORMS = (
    "folder",
    "described folder",
    "descriptor",
    "inline data",
    "zip",
    "zip with a folder",
    "tabular json",
    "organisation",
    "organisations",
    "service",
    "page",
)


def package(path: Path, known: Known | None = None) -> Package:
    return build(read(path), LISTS, known or Known())


@pytest.mark.parametrize("form", FORMS)
def test_every_form_comes_to_the_same_rows(form: str, tmp_path: Path) -> None:
    built = package(every_form(tmp_path, tables())[form])
    assert built.warnings == []
    assert built.table("organization")["o1"]["name"] == "Legal Aid"
    service = built.table("service")["s1"]
    assert service["organization_id"] == "o1"
    assert (service["minimum_age"], service["maximum_age"]) == (18, None)
    assert json.loads(str(service["issues"])) == ["images_shared", "rape"]
    location = built.table("location")["l1"]
    assert location["address"] == "1 Mall Road"
    assert (location["city"], location["region"]) == ("Lahore", "PK-PB")
    assert built.table("phone")["p1"]["number"] == "0800 11111"
    assert built.table("phone")["p1"]["service_id"] == "s1"
    assert built.table("language")["g1"]["code"] == "ur"
    assert built.table("service_area")["e1"]["region"] == "PK-PB"
    assert built.table("schedule")["t1"]["opens_at"] == "09:00"
    assert built.table("required_document")["d1"]["document"] == "CNIC copy"
    at = built.table("service_at_location")["x1"]
    assert (at["service_id"], at["location_id"]) == ("s1", "l1")
    assert built.table("accessibility")["y1"]["location_id"] == "l1"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_of_the_standard_are_read(path: Path) -> None:
    built = package(path)
    counts = [len(built.table(name)) for name in ("organization", "service", "location")]
    if path.name == "location.json":
        assert counts == [0, 0, 1]
        return
    assert counts == [1, 1, 0 if path.name == "service_list.json" else 1]
    if path.name != "service_list.json":
        (phone,) = built.table("phone").values()
        assert phone["number"] == "+44 1234 234567"
    (service,) = built.table("service").values()
    assert (service["minimum_age"], service["maximum_age"]) == (12, None)


@pytest.mark.parametrize(
    "path", [path for path in EXAMPLES if path.name in {"csv", "tabular.json"}]
)
def test_a_place_of_an_unknown_organisation_is_kept_without_it(path: Path) -> None:
    built = package(path)
    (location,) = built.table("location").values()
    assert location["organization_id"] is None
    assert any("organization_id" in warning for warning in built.warnings)


def test_a_page_of_several_says_that_it_is_one(tmp_path: Path) -> None:
    document = {"contents": [nested(tables())], "total_pages": 3, "page_number": 1}
    built = package(write_json(tmp_path / "page.json", document))
    assert "page 1 of 3" in built.warnings[0]


def test_a_phone_of_two_services_stays_with_both(tmp_path: Path) -> None:
    organization = nested(tables())
    twin = {**organization["services"][0], "id": "s2", "service_at_locations": []}
    organization["services"].append(twin)
    built = package(write_json(tmp_path / "two.json", organization))
    assert {row["service_id"] for row in built.table("phone").values()} == {"s1", "s2"}
    assert {row["service_id"] for row in built.table("schedule").values()} == {"s1", "s2"}


def test_a_short_mention_does_not_blank_a_full_one(tmp_path: Path) -> None:
    organization = nested(tables())
    full = {**organization["services"][0], "status": "inactive"}
    full["organization"] = {"id": "o1", "name": "Legal Aid", "description": "Lawyers"}
    short = {"id": "s1", "name": "Counsel", "organization": {"id": "o1", "name": "Legal Aid"}}
    built = package(write_json(tmp_path / "list.json", [full, short]))
    assert built.table("service")["s1"]["status"] == "inactive"
    assert built.table("service")["s1"]["minimum_age"] == 18
    assert built.table("organization")["o1"]["description"] == "Lawyers"


@pytest.mark.parametrize("kinds", [("postal", "physical"), ("physical", "postal")])
def test_the_physical_address_comes_before_the_postal_one(
    kinds: tuple[str, str], tmp_path: Path
) -> None:
    content = tables()
    content["addresses.csv"] = [
        {"id": kind, "location_id": "l1", "address_1": f"the {kind} one", "address_type": kind}
        for kind in kinds
    ]
    built = package(write_folder(tmp_path / "hsds", content))
    assert built.table("location")["l1"]["address"] == "the physical one"


def test_references_through_a_service_at_location_are_followed(tmp_path: Path) -> None:
    content = tables()
    content["phones.csv"] = [{"id": "p1", "service_at_location_id": "x1", "number": "15"}]
    phone = package(write_folder(tmp_path / "hsds", content)).table("phone")["p1"]
    assert (phone["service_id"], phone["location_id"]) == ("s1", "l1")


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("phones.csv", {"id": "p9", "service_id": "gone", "number": "1"}),
        ("schedules.csv", {"id": "t9", "service_id": "gone"}),
        ("languages.csv", {"id": "g9", "service_id": "gone", "code": "ur"}),
        ("service_areas.csv", {"id": "e9", "service_id": "gone", "name": "Sindh"}),
        ("required_documents.csv", {"id": "d9", "service_id": "gone", "document": "x"}),
        ("service_at_location.csv", {"id": "x9", "service_id": "s1", "location_id": "gone"}),
        ("addresses.csv", {"id": "a9", "location_id": "gone", "address_1": "x"}),
        ("accessibility.csv", {"id": "y9", "location_id": "gone"}),
        ("phones.csv", {"id": "p9", "number": "1"}),
    ],
)
def test_what_hangs_on_nothing_is_left_out_with_a_warning(
    table: str, row: dict[str, str], tmp_path: Path
) -> None:
    content = tables()
    before = package(write_folder(tmp_path / "before", content))
    content[table].append(row)
    built = package(write_folder(tmp_path / "hsds", content))
    assert len(built.warnings) == 1
    assert built.rows == before.rows


def test_warnings_are_few_however_damaged_the_package(tmp_path: Path) -> None:
    content = tables()
    content["phones.csv"] = [
        {"id": str(number), "service_id": "gone", "number": "1"} for number in range(500)
    ]
    built = package(write_folder(tmp_path / "hsds", content))
    assert len(built.warnings) == 51
    assert "450 more" in built.warnings[-1]


def test_a_service_of_an_organisation_in_the_directory_is_taken(tmp_path: Path) -> None:
    content = {"services.csv": tables()["services.csv"]}
    built = package(
        write_folder(tmp_path / "hsds", content), Known(organizations=frozenset({"o1"}))
    )
    assert built.table("service")["s1"]["organization_id"] == "o1"


def test_text_is_plain_before_it_is_kept(tmp_path: Path) -> None:
    content = tables()
    content["services.csv"][0]["name"] = "Coun\x1b]0;sel\u202e\n line"
    built = package(write_folder(tmp_path / "hsds", content))
    assert built.table("service")["s1"]["name"] == "Coun]0;sel line"


def test_warnings_are_plain_too(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "hsds", tables())
    resources = [{"name": "phone", "path": "gone\x1b[2J.csv"}]
    write_json(folder / "datapackage.json", {"resources": resources})
    (warning,) = package(folder).warnings
    assert warning == "datapackage.json names gone[2J.csv, which is not in the package"


# What cannot be taken: one line that says where ------------------------------------------


def refused(path: Path) -> str:
    with pytest.raises(BadUsage) as caught:
        package(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("table", "column", "value", "said"),
    [
        ("services.csv", "minimum_age", "grown up", "services.csv row 2: minimum_age"),
        ("services.csv", "minimum_age", "-1", "services.csv row 2: minimum_age"),
        ("services.csv", "minimum_age", "1e300", "services.csv row 2: minimum_age"),
        ("services.csv", "minimum_age", "nan", "services.csv row 2: minimum_age"),
        ("services.csv", "maximum_age", "12", "services.csv row 2: maximum_age"),
        ("services.csv", "assured_date", "yesterday", "services.csv row 2: assured_date"),
        ("services.csv", "status", "perhaps", "services.csv row 2: status"),
        ("services.csv", "genders", "female", "services.csv row 2: genders"),
        ("services.csv", "issues", '["images_shared", "x"]', "services.csv row 2: issues"),
        ("services.csv", "issues", '["images_shared"', "services.csv row 2: issues"),
        ("services.csv", "name", "  ", "services.csv row 2 has no 'name'"),
        ("services.csv", "organization_id", "", "services.csv row 2 has no 'organization_id'"),
        ("services.csv", "organization_id", "o9", "services.csv row 2: organization_id"),
        ("organizations.csv", "government", "perhaps", "organizations.csv row 2: government"),
        ("phones.csv", "number", "ring us", "phones.csv row 2: number"),
        ("schedules.csv", "opens_at", "morning", "schedules.csv row 2: opens_at"),
        ("schedules.csv", "opens_at", "25:00", "schedules.csv row 2: opens_at"),
        ("schedules.csv", "byday", "weekdays", "schedules.csv row 2: byday"),
        ("schedules.csv", "valid_to", "2026-13-01", "schedules.csv row 2: valid_to"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_its_row(
    table: str, column: str, value: str, said: str, tmp_path: Path
) -> None:
    content = tables()
    content[table][0][column] = value
    assert said in refused(write_folder(tmp_path / "hsds", content))


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("organizations.csv", "name"),
        ("services.csv", "organization_id"),
        ("services.csv", "id"),
        ("phones.csv", "number"),
        ("required_documents.csv", "document"),
    ],
)
def test_a_missing_column_is_named(table: str, column: str, tmp_path: Path) -> None:
    content = tables()
    for row in content[table]:
        del row[column]
    assert f"{table} has no column '{column}'" in refused(write_folder(tmp_path / "hsds", content))


def test_an_identifier_twice_in_a_table_is_refused(tmp_path: Path) -> None:
    content = tables()
    content["services.csv"].append(dict(content["services.csv"][0]))
    assert "services.csv row 3" in refused(write_folder(tmp_path / "hsds", content))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("3", "neither an object nor a list"),
        ("[]", "nothing to import"),
        ("{}", "neither an organisation"),
        ('[{"name": "x"}]', "neither an organisation"),
        ('{"services.csv": {}}', "not a list of rows"),
        ('{"services.csv": [3]}', "is not an object"),
        ('{"id": "o1", "name": "x", "services": [{"id": "s1"}]}', "has no 'name'"),
        ('{"id": "o1", "name": {"en": "x"}}', "not a text"),
        ("[" * 100_000, "nested too deeply"),
        ("[" + "1" * 5000 + "]", "a number that is none"),
    ],
)
def test_json_that_is_no_directory_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    assert said in refused(path)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("s1"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
columns = [(table, column) for table, rows in tables().items() for row in rows for column in row]


@given(st.sampled_from(columns), values, st.booleans())
def test_any_value_anywhere_is_taken_or_refused_in_one_line(
    where: tuple[str, str], value: object, as_nested: bool
) -> None:
    # Nesting takes the place of references to parents.
    assume(not as_nested or not where[1].endswith("_id"))
    content = tables()
    content[where[0]][0][where[1]] = value
    batch = Batch()
    try:
        read_json(batch, nested(content) if as_nested else content, "made.json")
        build(batch, LISTS, Known())
    except BadUsage as error:
        assert len(str(error).splitlines()) == 1


@given(values)
def test_any_json_is_taken_or_refused_in_one_line(value: object) -> None:
    try:
        read_json(Batch(), value, "made.json")
    except BadUsage as error:
        assert len(str(error).splitlines()) == 1


def test_what_is_not_there_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "missing")
    (tmp_path / "empty").mkdir()
    assert "none of organizations.csv" in refused(tmp_path / "empty")
    lone = write_folder(tmp_path / "lone", tables()) / "services.csv"
    assert "give the folder" in refused(lone)
    latin = tmp_path / "latin.json"
    latin.write_bytes('{"id": "é"}'.encode("latin-1"))
    assert "not UTF-8" in refused(latin)


def test_a_ragged_or_broken_csv_is_refused_with_its_row(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "hsds", tables())
    (folder / "organizations.csv").write_text("id,name\no1,Legal,extra\n", encoding="utf-8")
    assert "organizations.csv row 2" in refused(folder)
    (folder / "organizations.csv").write_text('id,name\no1,"Legal\n', encoding="utf-8")
    assert "organizations.csv row 2" in refused(folder)
    (folder / "organizations.csv").write_text("", encoding="utf-8")
    assert "organizations.csv is empty" in refused(folder)
    (folder / "organizations.csv").write_text("id,name,name\n", encoding="utf-8")
    assert "'name' twice" in refused(folder)


@pytest.mark.parametrize(
    "name", ["../organizations.csv", "/organizations.csv", "a/../../b.csv", "c:\\x.csv"]
)
def test_a_zip_that_points_outside_is_refused(name: str, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "hostile.zip", tables())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "id,name\n")
    assert "points outside" in refused(path)


@pytest.mark.parametrize("target", ["../secret.csv", "/etc/passwd", "sub/organizations.csv"])
def test_a_descriptor_that_points_outside_is_refused(target: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "hsds", tables())
    resources = [{"name": "organization", "path": target}]
    write_json(folder / "datapackage.json", {"resources": resources})
    assert "points outside" in refused(folder)


def test_a_zip_of_two_directories_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "two.zip", tables(), "a/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("b/services.csv", "id,organization_id,name\n")
    assert "in 2 folders" in refused(path)
    content = bytearray(write_zip(tmp_path / "damaged.zip", tables()).read_bytes())
    content[60:90] = bytes(30)
    (tmp_path / "damaged.zip").write_bytes(content)
    assert "damaged" in refused(tmp_path / "damaged.zip")
