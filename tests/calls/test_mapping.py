import re
import tomllib
from pathlib import Path

import pytest

from console import calls, codebook
from console.calls import mapping
from console.errors import BadUsage
from tests.vaults import NOW

BOOK = codebook.load(None, "PK")
DOCS = Path(__file__).parents[2] / "docs"
LEAST = '[day]\ncolumn = "day"\nformat = "%Y-%m-%d"\n'


def test_the_least_mapping_is_a_day():
    plan = mapping.read(LEAST, BOOK)
    assert (plan.encoding, plan.delimiter, plan.day.column) == ("utf-8-sig", ",", "day")
    assert (plan.columns, plan.flags, plan.fixed, plan.note) == ((), (), {}, None)


@pytest.mark.parametrize(
    ("added", "named"),
    [
        ("[map.gender", "no TOML"),
        ('[map.colour]\ncolumn = "c"', "map.colour"),
        ("[map.gender]", "[map.gender] column"),
        ("[map.gender]\ncolumn = 3", "[map.gender] column"),
        ('[map.gender]\ncolumn = "c"\ncolour = 1', "[map.gender] colour"),
        ('[map.gender]\ncolumn = "c"\nblank = "red"', "[map.gender] blank"),
        ('[map.gender]\ncolumn = "c"\notherwise = "drop"', "[map.gender] otherwise"),
        ('[map.gender]\ncolumn = "c"\nbands = true', "[map.gender] bands"),
        ('[map.gender]\ncolumn = "c"\nseparator = ";"', "[map.gender] separator"),
        ('[map.gender]\ncolumn = "c"\nvalues = { a = "red" }', "[map.gender] values.a"),
        ('[map.gender]\ncolumn = "c"\nvalues = { a = 1 }', "[map.gender] values.a"),
        ('[map.gender]\ncolumn = "c"\nvalues = []', "[map.gender] values"),
        (
            '[map.gender]\ncolumn = "c"\notherwise = "add"\nvalues = { a = "Red!" }',
            "[map.gender] values.a",
        ),
        ('[map.safe]\ncolumn = "c"\notherwise = "add"', "[map.safe] otherwise"),
        ('[map.gender.flags]\nyes = ["1"]\nc = "woman"', "[map.gender] flags"),
        ('[map.issue.flags]\nc = "stalking"', "[map.issue.flags] yes"),
        ('[map.issue.flags]\nyes = "Si"\nc = "stalking"', "[map.issue.flags] yes"),
        ('[map.issue.flags]\nyes = [1]\nc = "stalking"', "[map.issue.flags] yes"),
        ('[map.issue.flags]\nyes = ["1"]\nc = "red"', "[map.issue.flags] c"),
        ('[map.issue.flags]\nyes = ["1"]\nc = 1', "[map.issue.flags] c"),
        ('[map.issue.flags]\nyes = ["1"]', "[map.issue] flags"),
        (
            '[map.issue]\notherwise = "other"\n[map.issue.flags]\nyes = ["1"]\nc = "stalking"',
            "[map.issue] otherwise",
        ),
        ('[fixed]\ncolour = "red"', "[fixed] colour"),
        ('[fixed]\ngender = "red"', "[fixed] gender"),
        ('[fixed]\ngender = ["woman"]', "[fixed] gender"),
        ('[fixed]\ngender = "woman"\n[map.gender]\ncolumn = "c"', "[fixed] gender"),
        ('[file]\nencoding = "klingon"', "[file] encoding"),
        ('[file]\ndelimiter = ";;"', "[file] delimiter"),
        ('[file]\nquote = "x"', "[file] quote"),
        ("[note]", "[note] column"),
        ('[hour]\nformat = "%H"', "[hour] column"),
        ("[colour]", "[colour]"),
        ('map = "x"', "[map]"),
    ],
)
def test_a_key_that_makes_no_sense_is_named(added, named):
    text = f"{added}\n{LEAST}" if added.startswith("map") else f"{LEAST}{added}\n"
    with pytest.raises(BadUsage) as caught:
        mapping.read(text, BOOK)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "[day]", '[day]\ncolumn = "day"'])
def test_a_mapping_without_its_day_names_it(text):
    with pytest.raises(BadUsage, match="day"):
        mapping.read(text, BOOK)


def test_a_column_may_be_called_yes():
    plan = mapping.read(f'{LEAST}[map.issue.flags]\nyes = ["1"]\nno = "stalking"', BOOK)
    assert plan.flags[0].columns == {"no": "stalking"}


@pytest.mark.parametrize("country", ["AR", "PK", ""])
def test_the_shipped_example_is_a_mapping(country):
    text = (DOCS / "examples" / "linea144.toml").read_text("utf-8")
    plan = mapping.read(text, codebook.load(None, country))
    assert {each.dimension for each in plan.columns} == {"gender", "age", "region", "perpetrator"}
    assert {each.dimension for each in plan.flags} == {"issue", "setting"}


def test_the_mappings_in_the_documentation_are_mappings():
    blocks = re.findall(r"```toml\n(.*?)```", (DOCS / "import.md").read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        keys = tomllib.loads(block)
        mapping.read(block if "day" in keys else LEAST + block, BOOK)


def test_the_worked_example_of_the_documentation_gives_what_it_says(vault, tmp_path):
    page = (DOCS / "import.md").read_text("utf-8")
    [rows] = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    [plan] = [text for text in re.findall(r"```toml\n(.*?)```", page, re.DOTALL) if "[day]" in text]
    file, toml = tmp_path / "calls-2024.csv", tmp_path / "calls-2024.toml"
    file.write_text(rows, "utf-8")
    toml.write_text(plan, "utf-8")
    report = calls.import_calls(vault, file, toml, now=NOW)
    kept = [calls.read(vault, report.first_call + number) for number in range(3)]
    table = [f"| {call.day}, {call.hour} | `{call.coded['gender'][0]}`" for call in kept]
    assert report.rows == 3
    assert all(start in page for start in table)
    assert kept[0].note == "Wrote from [phone] again"
    assert [call.coded.get("age") for call in kept] == [("18-25",), None, ("26-39",)]
    assert set(kept[1].coded["platform"]) == {"whatsapp", "instagram"}
    bad = tmp_path / "bad.csv"
    bad.write_text(rows.replace("Hijra;34;;", "Hijra;34;myspace;"), "utf-8")
    with pytest.raises(BadUsage) as caught:
        calls.import_calls(vault, bad, toml, now=NOW)
    assert str(caught.value) in page
