import codecs
import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console import calls, codebook
from console.errors import BadUsage, Refused
from tests.vaults import NOW, make_vault, open_as

MAPPING = """
[day]
column = "day"
format = "%d/%m/%Y"

[hour]
column = "hour"

[map.gender]
column = "gender"
otherwise = "add"
values = { "Mujer" = "woman", "Varón" = "man", "Muxe" = "muxe" }

[map.age]
column = "age"
bands = true

[map.platform]
column = "where"
separator = "/"
values = { "insta" = "instagram", "fb" = "facebook" }

[map.issue]
otherwise = "add"

[map.issue.flags]
yes = ["Si"]
no = ["No"]
"hit" = "physical_assault"
"sexual" = "sexual_violence"

[fixed]
language = "es"
setting = ["home"]

[note]
column = "note"
"""
HEADER = ["day", "hour", "gender", "age", "where", "hit", "sexual", "note"]
ROW = ["01/03/2020", "9", "Mujer", "39", "insta/fb", "Si", "No", ""]


def given_file(folder: Path, rows: list[list[str]], *, mapping: str = MAPPING) -> tuple[Path, Path]:
    file, plan = folder / "calls.csv", folder / "map.toml"
    with file.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([HEADER, *rows])
    plan.write_text(mapping, "utf-8")
    return file, plan


def changed(**cells: str) -> list[str]:
    return [cells.get(name, cell) for name, cell in zip(HEADER, ROW, strict=True)]


def rows(vault, sql):
    return vault.conn.execute(sql).fetchall()


def everything(vault):
    """What an import that failed must leave as it was."""
    tables = ("call", "call_mention", "call_batch", "code", "note", "day_key", "audit")
    return {name: vault.conn.execute(f"SELECT * FROM {name}").fetchall() for name in tables}


def test_a_row_becomes_a_call(vault, tmp_path):
    report = calls.import_calls(vault, *given_file(tmp_path, [ROW]), now=NOW)
    assert (report.rows, report.first_day, report.periods) == (1, "2020-03-01", {"2020-03": 1})
    kept = calls.read(vault, report.first_call)
    assert (kept.day, kept.hour, kept.operator, kept.kind) == ("2020-03-01", 9, "amina", "data")
    assert kept.coded == {
        "gender": ("woman",),
        "age": ("26-39",),
        "language": ("es",),
        "issue": ("physical_assault",),
        "platform": ("facebook", "instagram"),
        "setting": ("home",),
    }
    assert rows(vault, "SELECT rows FROM call_batch") == [(1,)]
    assert vault.audit_lines()[-1].action == "calls.imported"


@pytest.mark.parametrize(
    ("cells", "dimension", "codes"),
    [
        ({"gender": " mujer "}, "gender", ("woman",)),
        ({"gender": ""}, "gender", None),
        ({"age": "39.0"}, "age", ("26-39",)),
        ({"age": " "}, "age", None),
        ({"age": "127"}, "age", ("60+",)),
        ({"where": ""}, "platform", None),
        ({"where": "FB/fb/"}, "platform", ("facebook",)),
        ({"hit": "SI"}, "issue", ("physical_assault",)),
        ({"hit": "no"}, "issue", None),
        ({"hit": ""}, "issue", None),
    ],
)
def test_a_cell_becomes_its_code(vault, tmp_path, cells, dimension, codes):
    report = calls.import_calls(vault, *given_file(tmp_path, [changed(**cells)]), now=NOW)
    assert calls.read(vault, report.first_call).coded.get(dimension) == codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Intersexual", "intersexual"),
        ("Género Fluido", "genero-fluido"),
        ("Otro / Other", "otro-other"),
        ("Muxe", "muxe"),
        ("Woman", "woman"),
        ("x" * 60, "x" * 31 + "-"),
        ("مرد", "code-"),
    ],
)
def test_an_unknown_text_becomes_a_code_of_the_site(vault, tmp_path, text, code):
    report = calls.import_calls(vault, *given_file(tmp_path, [changed(gender=text)]), now=NOW)
    [found] = calls.read(vault, report.first_call).coded["gender"]
    book = codebook.load(vault, "PK")
    assert found == code or (code.endswith("-") and found.startswith(code) and len(found) <= 40)
    assert found in book.grid("gender")
    if text != "Woman":
        assert book.label("gender", found) == text
        assert [(each.code, each.label, each.row) for each in report.added] == [(found, text, 2)]


def test_texts_that_differ_in_case_and_accents_share_one_code(vault, tmp_path):
    texts = ["Género Fluido", "genero fluido", "GÉNERO FLUIDO", "género-fluido"]
    file = given_file(tmp_path, [changed(gender=text) for text in texts])
    report = calls.import_calls(vault, *file, now=NOW)
    assert [each.label for each in report.added] == ["Género Fluido"]
    assert rows(vault, "SELECT gender, count(*) FROM call GROUP BY 1") == [("genero-fluido", 4)]


def test_a_code_of_a_flag_is_added_when_a_row_first_needs_it(vault, tmp_path):
    file = given_file(tmp_path, [ROW, changed(sexual="Si")])
    report = calls.import_calls(vault, *file, now=NOW)
    [added] = report.added
    assert (added.code, added.label, added.row) == ("sexual_violence", "Sexual violence", 3)
    assert calls.read(vault, report.last_call).coded["issue"] == (
        "physical_assault",
        "sexual_violence",
    )


def test_a_column_of_free_text_is_no_code_list(vault, tmp_path):
    before = everything(vault)
    file = given_file(tmp_path, [changed(gender=f"said thing {n}") for n in range(501)])
    with pytest.raises(BadUsage, match=r"\[map.gender\] would add more than 500"):
        calls.import_calls(vault, *file, now=NOW)
    assert everything(vault) == before


def test_exact_duplicates_are_separate_calls(vault, tmp_path):
    report = calls.import_calls(vault, *given_file(tmp_path, [ROW] * 3), now=NOW)
    assert report.rows == 3
    assert rows(vault, "SELECT count(*) FROM tally_call") == [(3,)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_a_byte_order_mark_makes_no_difference(vault, tmp_path, encoding, mark):
    file, plan = given_file(tmp_path, [ROW], mapping=f'file.encoding = "{encoding}"\n{MAPPING}')
    file.write_bytes(mark + file.read_bytes())
    assert calls.import_calls(vault, file, plan, now=NOW).rows == 1


def test_other_encodings_and_delimiters_are_read(vault, tmp_path):
    mapping = f'file = {{ encoding = "latin-1", delimiter = ";" }}\n{MAPPING}'
    file, plan = given_file(tmp_path, [], mapping=mapping)
    lines = [";".join(cells) for cells in (HEADER, changed(gender="Género Fluido"))]
    file.write_text("\r\n".join(lines), "latin-1")
    report = calls.import_calls(vault, file, plan, now=NOW)
    assert [each.label for each in report.added] == ["Género Fluido"]


def test_the_same_file_is_not_taken_twice(vault, tmp_path):
    file, plan = given_file(tmp_path, [ROW])
    calls.import_calls(vault, file, plan, now=NOW)
    before = everything(vault)
    copy = file.rename(tmp_path / "another name.csv")
    with pytest.raises(Refused, match="imported on 2026-11-21"):
        calls.import_calls(vault, copy, plan, now=NOW)
    assert everything(vault) == before


@pytest.mark.parametrize("name", ["carla", "ines"])
def test_only_an_operator_imports(home, tmp_path, name):
    with open_as(home, name) as vault:
        with pytest.raises(Refused):
            calls.import_calls(vault, *given_file(tmp_path, [ROW]), now=NOW)
        assert rows(vault, "SELECT count(*) FROM call") == [(0,)]


BAD = [
    ({"day": "2020-03-01"}, "column day: no day"),
    ({"day": ""}, "column day: no day"),
    ({"day": "31/02/2020"}, "column day: no day"),
    ({"day": "23/11/2026"}, "column day: a day that has not come yet"),
    ({"hour": "24"}, "column hour"),
    ({"age": "old"}, "column age: no age"),
    ({"age": "-3"}, "column age: no age"),
    ({"age": "131"}, "column age: no age"),
    ({"age": "nan"}, "column age: no age"),
    ({"where": "insta/myspace"}, "column where"),
    ({"gender": "a@example.com"}, "column gender: what looks like an identifier"),
    ({"hit": "maybe"}, "column hit: neither yes nor no"),
]


@pytest.mark.parametrize(("cells", "message"), BAD)
def test_a_bad_last_row_leaves_nothing(vault, tmp_path, cells, message):
    before = everything(vault)
    good = [changed(gender="Intersexual", note="she called 0300-1234567", sexual="Si")] * 2500
    file = given_file(tmp_path, [*good, changed(**cells)])
    with pytest.raises(BadUsage, match=f"row 2502, {message}"):
        calls.import_calls(vault, *file, now=NOW)
    assert everything(vault) == before


@pytest.mark.parametrize("extra", [["more"], None])
def test_a_row_of_another_length_is_named(vault, tmp_path, extra):
    row = [*ROW, *extra] if extra else ROW[:-1]
    with pytest.raises(BadUsage, match=r"row 3: \d columns where the header has 8"):
        calls.import_calls(vault, *given_file(tmp_path, [ROW, row]), now=NOW)


def test_the_first_bad_rows_are_named_and_all_counted(vault, tmp_path):
    file = given_file(tmp_path, [ROW, *[changed(age="old")] * 9])
    with pytest.raises(BadUsage) as caught:
        calls.import_calls(vault, *file, now=NOW)
    message = str(caught.value)
    assert [f"row {number}," in message for number in (2, 3, 7, 8)] == [False, True, True, False]
    assert "and 4 more rows" in message
    assert "\n" not in message


def test_what_a_bad_cell_says_is_not_repeated(vault, tmp_path):
    with pytest.raises(BadUsage) as caught:
        calls.import_calls(vault, *given_file(tmp_path, [changed(age="canary")]), now=NOW)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no column"),
        (",".join(HEADER).encode(), "no rows"),
        (b"day,hour\n1,2\n", "no column"),
        (",".join([*HEADER, "day"]).encode(), "several columns"),
        (",".join(HEADER).encode() + b"\n\xff\xfe,,,,,,,\n", "no utf-8-sig text"),
        (",".join(HEADER).encode() + b'\n"a"b,,,,,,,\n', "no CSV"),
        (",".join(HEADER).encode() + b'\n"a,,,,,,,\n', "no CSV"),
    ],
)
def test_a_file_that_makes_no_sense_leaves_nothing(vault, tmp_path, content, message):
    file, plan = given_file(tmp_path, [])
    file.write_bytes(content)
    before = everything(vault)
    with pytest.raises(BadUsage, match=message):
        calls.import_calls(vault, file, plan, now=NOW)
    assert everything(vault) == before


def test_a_file_that_is_not_there_is_named(vault, tmp_path):
    file, plan = given_file(tmp_path, [ROW])
    with pytest.raises(BadUsage, match=r"none\.csv"):
        calls.import_calls(vault, tmp_path / "none.csv", plan, now=NOW)
    with pytest.raises(BadUsage, match=r"none\.toml"):
        calls.import_calls(vault, file, tmp_path / "none.toml", now=NOW)


def test_a_note_passes_the_guard_and_is_sealed(vault, tmp_path):
    noted = [
        changed(note="he rang from 0300-1234567,\ntwice"),
        changed(note=" "),
        changed(note="nothing to mask"),
    ]
    report = calls.import_calls(vault, *given_file(tmp_path, noted), now=NOW)
    notes = [calls.read(vault, report.first_call + number).note for number in range(3)]
    assert notes == ["he rang from [phone],\ntwice", "", "nothing to mask"]
    assert report.notes == 2
    assert [(each.row, dict(each.kinds)) for each in report.masked] == [(2, {"phone": 1})]


def test_a_contact_that_was_no_data_call_keeps_its_kind_alone(vault, tmp_path):
    mapping = MAPPING.replace(
        "[map.gender]",
        '[map.kind]\ncolumn = "where"\nvalues = { "hush" = "silent" }\n\n[map.gender]',
    ).replace('[map.platform]\ncolumn = "where"', '[map.platform]\ncolumn = "hit"')
    mapping = mapping.replace('"hit" = "physical_assault"\n', "").replace(
        'values = { "insta"', 'values = { "Si" = "other", "insta"'
    )
    rows_ = [changed(where="hush", note="canary"), changed(where="")]
    report = calls.import_calls(vault, *given_file(tmp_path, rows_, mapping=mapping), now=NOW)
    first, last = (calls.read(vault, n) for n in (report.first_call, report.last_call))
    assert (first.kind, first.coded, first.note) == ("silent", {}, "")
    assert (last.kind, last.coded["gender"]) == ("data", ("woman",))


def test_a_row_of_a_published_month_counts_in_the_next_open_one(vault, tmp_path):
    with vault.transaction():
        vault.conn.execute(
            "INSERT INTO release VALUES ('2020-03', 1, 'rounded', '2020-04-01', 'carla', 'x')"
        )
    file = given_file(tmp_path, [ROW, changed(day="01/02/2020")])
    report = calls.import_calls(vault, *file, now=NOW)
    assert report.periods == {"2020-02": 1, "2020-04": 1}
    assert rows(vault, "SELECT day, period FROM call ORDER BY id") == [
        ("2020-03-01", "2020-04"),
        ("2020-02-01", "2020-02"),
    ]


def test_progress_goes_up_to_the_end(vault, tmp_path):
    told = []
    file = given_file(tmp_path, [ROW] * 5000)
    calls.import_calls(
        vault, *file, now=NOW, progress=lambda step, share: told.append((step, share))
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert all(0 < share <= 1 for share in shares)
    assert len(shares) == 2


def test_imported_calls_are_not_among_the_recent_ones(vault, tmp_path):
    calls.import_calls(vault, *given_file(tmp_path, [ROW]), now=NOW)
    assert calls.recent(vault) == []


CELLS = {
    "day": st.dates().map(lambda day: f"{day.day:02}/{day.month:02}/{2010 + day.year % 10}"),
    "hour": st.integers(0, 23).map(str) | st.just(""),
    "gender": st.sampled_from(["Mujer", "Varón", "", "Muxe", "Intersexual", "Queer", "MUJER"]),
    "age": st.integers(0, 130).map(str) | st.just("") | st.sampled_from(["39.0", "7,5"]),
    "where": st.sampled_from(["", "insta", "fb", "insta/fb", "fb/insta"]),
    "hit": st.sampled_from(["Si", "No", "SI", ""]),
    "sexual": st.sampled_from(["Si", "No", "si"]),
    "note": st.just(""),
}
GENDERS = {"mujer": "woman", "varón": "man", "": "unknown"}
BANDS = [(11, "0-11"), (17, "12-17"), (25, "18-25"), (39, "26-39"), (59, "40-59"), (130, "60+")]


def band(cell: str) -> str:
    if not cell:
        return "unknown"
    return next(code for last, code in BANDS if int(float(cell.replace(",", "."))) <= last)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*(CELLS[name] for name in HEADER)).map(list), min_size=1, max_size=60))
def test_totals_agree_with_a_plain_count_of_the_file(tmp_path_factory, table):
    home = tmp_path_factory.mktemp("home")
    make_vault(home)
    with open_as(home, "amina") as vault:
        calls.import_calls(vault, *given_file(home, table), now=NOW)
        cells = [dict(zip(HEADER, row, strict=True)) for row in table]
        plain = {
            "gender": Counter(
                GENDERS.get(row["gender"].casefold(), row["gender"].casefold()) for row in cells
            ),
            "age": Counter(band(row["age"]) for row in cells),
            "period": Counter("-".join(row["day"].split("/")[:0:-1]) for row in cells),
        }
        for name, counts in plain.items():
            found = vault.conn.execute(f"SELECT {name}, count(*) FROM tally_call GROUP BY 1")
            assert dict(found.fetchall()) == counts
        mentions = Counter()
        for row in cells:
            mentions["physical_assault"] += row["hit"].casefold() == "si"
            mentions["sexual_violence"] += row["sexual"].casefold() == "si"
            mentions["instagram"] += "insta" in row["where"]
            mentions["facebook"] += "fb" in row["where"]
            mentions["home"] += 1
        found = vault.conn.execute("SELECT code, count(*) FROM tally_mention GROUP BY 1")
        assert dict(found.fetchall()) == +mentions


REAL = Path(__file__).parents[2].parent / "shared" / "data" / "linea144"
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "linea144.toml"


@pytest.mark.parametrize("country", ["AR", "PK"])
@pytest.mark.parametrize("file", sorted(REAL.glob("*.csv")), ids=lambda file: file.stem)
def test_totals_agree_with_the_published_file(tmp_path, file, country):
    with file.open(encoding="utf-8-sig", newline="") as text:
        table = list(csv.DictReader(text))
    make_vault(tmp_path, country=country)
    with open_as(tmp_path, "amina") as vault:
        report = calls.import_calls(vault, file, EXAMPLE, now=NOW)
        assert report.rows == len(table)
        book = codebook.load(vault, country)

        def counts(sql):
            return Counter(dict(vault.conn.execute(sql).fetchall()))

        found = counts("SELECT gender, count(*) FROM tally_call GROUP BY 1")
        column = "genero_persona_en_situacion_de_violencia"
        plain = Counter(row[column] for row in table)
        assert found["woman"] == plain["Mujer"]
        assert found["unknown"] == plain[""]
        assert found["intersexual"] == plain["Intersexual"] > 0
        assert found["travesti"] == plain["Travesti"] > 0
        assert found["trans_man"] == sum(
            n for text, n in plain.items() if text.casefold() in ("varon trans", "varón trans")
        )
        assert found.total() == len(table)
        found = counts("SELECT region, count(*) FROM tally_call GROUP BY 1")
        plain = Counter(
            row["prov_residencia_persona_en_situacion_violencia"].casefold().replace("ó", "o")
            for row in table
        )
        assert found["AR-X"] == plain["cordoba"] > 0
        assert found["AR-G"] == plain["santiago del estero"] > 0
        assert found["unknown"] == plain[""]
        assert set(found) <= set(book.grid("region"))
        assert len(found) == len(plain)
        assert book.label("region", "AR-X") == "Córdoba"
        found = counts("SELECT perpetrator, count(*) FROM tally_call GROUP BY 1")
        plain = Counter(row["vinculo_con_la_persona_agresora"] for row in table)
        assert found["former_partner"] == plain["Ex pareja"]
        assert found["parent"] == plain["Padre o tutor"] + plain["Madre o tutor"]
        found = counts("SELECT age, count(*) FROM tally_call GROUP BY 1")
        plain = Counter(band(row["edad_persona_en_situacion_de_violencia"]) for row in table)
        assert found == plain
        found = counts("SELECT code, count(*) FROM tally_mention GROUP BY 1")
        for code, column in {
            "physical_assault": "tipo_de_violencia_fisica",
            "sexual_violence": "tipo_de_violencia_sexual",
            "symbolic_violence": "tipo_de_violencia_simbolica",
            "reproductive_coercion": "modalidad_violencia_contra_libertad_reproductiva",
            "home": "tipo_de_violencia_domestica",
            "media": "modalidad_de_violencia_mediatica",
        }.items():
            assert found[code] == sum(row[column].casefold() == "si" for row in table) > 0
        found = counts("SELECT period, count(*) FROM tally_call GROUP BY 1")
        assert found == Counter(row["fecha"][:7] for row in table)
