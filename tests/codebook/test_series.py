"""Codes are merged, retired and split, and the series of figures stay whole."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console import calls, codebook, figures
from console.errors import BadUsage
from console.figures import store
from console.figures.dimensions import Dimensions
from console.figures.tables import Definition
from console.vault import Vault
from tests.vaults import NOW, make_vault, open_as

MONTH = "2026-10"
MANY = {each.name for each in codebook.load(None, "PK").dimensions() if each.multiple}


def add_calls(vault: Vault, *coded: dict[str, tuple[str, ...]]) -> None:
    """Put finished data calls into the month."""
    for call in coded:
        single = {name: codes[0] for name, codes in call.items() if name not in MANY}
        names = ["operator", "day", "period", *single]
        (identity,) = vault.conn.execute(
            f"INSERT INTO call ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "
            "RETURNING id",
            ["amina", f"{MONTH}-05", MONTH, *single.values()],
        ).fetchone()
        for name in MANY & call.keys():
            for code in call[name]:
                vault.conn.execute(
                    "INSERT INTO call_mention VALUES (?, ?, ?)", [identity, name, code]
                )


def counted(vault: Vault, dimension: str) -> dict[str, int]:
    """What the figures count of the month by code of one dimension."""
    many = dimension in MANY
    definition = Definition(
        dimension, (dimension,), "mentions" if many else "calls", dimension if many else ""
    )
    [rows] = store.grouped(vault, MONTH, [definition], Dimensions(vault).derived)
    return {cell[0]: count for cell, count in rows.items() if count}


def test_a_call_coded_before_a_code_went_can_still_be_finished(tmp_path):
    make_vault(tmp_path)
    coded = {
        "caller": ("self",),
        "gender": ("woman",),
        "age": ("18-25",),
        "region": ("PK-PB",),
        "issue": ("threats", "stalking"),
        "urgency": ("routine",),
    }
    with open_as(tmp_path, "amina") as vault:
        draft = calls.start(vault, now=NOW)
    with open_as(tmp_path, "carla") as vault:
        codebook.retire_code(vault, "region", "PK-PB", now=NOW)
        codebook.merge_code(vault, "issue", "threats", "stalking", now=NOW)
    with open_as(tmp_path, "amina") as vault:
        draft = calls.Draft(draft.call, draft.operator, draft.started_at, coded=coded)
        calls.finish(vault, draft, distress=2, now=NOW)
        assert calls.read(vault, draft.call).coded["issue"] == ("stalking", "threats")
        assert calls.read(vault, draft.call).coded["region"] == ("PK-PB",)


def test_a_call_with_both_codes_is_one_mention_and_one_of_merged_codes_no_unknown(vault):
    add_calls(
        vault,
        {"issue": ("threats", "stalking")},
        {"issue": ("threats", "blackmail", "grooming")},
        {"issue": ("blackmail",)},
        {},
    )
    codebook.merge_code(vault, "issue", "threats", "stalking", now=NOW)
    codebook.merge_code(vault, "issue", "blackmail", "stalking", now=NOW)
    assert counted(vault, "issue") == {"stalking": 3, "grooming": 1, "unknown": 1}
    seen = vault.conn.execute("SELECT code, count(*) FROM tally_mention GROUP BY code").fetchall()
    assert dict(seen) == {"stalking": 3, "grooming": 1}


def test_a_preview_has_no_merged_code_and_every_retired_one(vault):
    add_calls(vault, {"age": ("60+",), "issue": ("threats",)}, {"age": ("0-11",)})
    codebook.merge_code(vault, "age", "60+", "40-59", now=NOW)
    codebook.merge_code(vault, "issue", "threats", "stalking", now=NOW)
    codebook.retire_code(vault, "age", "0-11", now=NOW)
    tables = {table.name: table for table in figures.preview(vault, MONTH)}
    by_age = tables["age_gender"].cells
    assert by_age["40-59", "_T"] == by_age["0-11", "_T"] == 1
    assert not any(cell[0] == "60+" for cell in by_age)
    by_issue = tables["issue_age"].cells
    assert by_issue["stalking", "40-59"] == 1
    assert not any(cell[0] == "threats" for cell in by_issue)


def test_a_published_month_stays_as_it_was_and_the_next_counts_the_successor(tmp_path):
    make_vault(tmp_path / "home")
    with open_as(tmp_path / "home", "carla") as vault:
        with vault.transaction():
            add_calls(vault, *[{"age": ("60+",), "gender": ("woman",)}] * 9)
        first = figures.export(vault, MONTH, tmp_path / "out", now=NOW)
        before = {path.name: path.read_bytes() for path in first.folder.iterdir()}
        codebook.merge_code(vault, "age", "60+", "40-59", now=NOW)
        again = figures.export(vault, MONTH, tmp_path / "again", now=NOW)
        assert {path.name: path.read_bytes() for path in again.folder.iterdir()} == before
        with vault.transaction():
            vault.conn.execute(
                "INSERT INTO call (operator, day, period, age) "
                "VALUES ('amina', '2026-09-01', '2026-09', '60+')"
            )
        later = figures.export(vault, "2026-09", tmp_path / "out", now=NOW)
        assert b"60+" in before["age_gender.csv"]
        assert b"60+" not in (later.folder / "age_gender.csv").read_bytes()


ISSUES = ("threats", "stalking", "blackmail", "grooming", "doxing", "unknown")
AGES = ("0-11", "12-17", "18-25", "26-39", "40-59", "unknown")

coded_calls = st.lists(
    st.fixed_dictionaries(
        {
            "age": st.sampled_from(AGES).map(lambda code: (code,)),
            "issue": st.frozensets(st.sampled_from(ISSUES), max_size=4).map(tuple),
        }
    ),
    max_size=20,
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("issue"), st.sampled_from(ISSUES), st.sampled_from(("", *ISSUES))),
        st.tuples(st.just("age"), st.sampled_from(AGES), st.sampled_from(("", *AGES))),
    ),
    max_size=10,
)


@given(coded_calls, steps)
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_call_counts_once_as_what_its_codes_are_now(vault, coded, steps):
    """Merges and restorations in any order, refused ones among them, beside a count in Python."""
    vault.conn.execute("SAVEPOINT example")
    try:
        add_calls(vault, *coded)
        for dimension, code, into in steps:
            try:
                if into:
                    codebook.merge_code(vault, dimension, code, into, now=NOW)
                else:
                    codebook.restore_code(vault, dimension, code, now=NOW)
            except BadUsage:
                continue
        now = codebook.load(vault, "PK")
        ages = Counter(now.successor("age", call["age"][0]) for call in coded)
        issues = Counter(
            issue
            for call in coded
            for issue in {now.successor("issue", code) for code in call["issue"]} or {"unknown"}
        )
        assert counted(vault, "age") == dict(ages)
        assert counted(vault, "issue") == dict(issues)
        assert set(ages) <= set(now.grid("age"))
        assert set(issues) <= set(now.grid("issue"))
        for each in now.listed("issue"):
            assert (each.successor is None) == (each.code in now.grid("issue"))
            assert each.successor is None or each.retired
            assert now.successor("issue", now.successor("issue", each.code)) == now.successor(
                "issue", each.code
            )
    finally:
        vault.conn.execute("ROLLBACK TO example")
