"""The check before writing: each broken promise is seen, without the model or the solver."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from console.errors import ConsoleError
from console.figures.check import check
from console.figures.protect import protect
from console.figures.rounding import Latent, build, published, witness
from console.figures.solve import minimise
from console.figures.tally import TOTAL, Cell, RawTable
from tests.figures.rows import AREAS, STANDARD, Call, long_tailed, tables_of, whole_calls

Tables = list[tuple[RawTable, dict[Cell, int]]]


def a_release() -> tuple[Tables, dict[Latent, int]]:
    tables = tables_of(long_tailed(11, 400))
    model = build(tables, {}, b"made-up", "2020-03", {})
    solution = minimise(model)
    rounded = [(table, published(table, model, solution)) for table in tables]
    return rounded, witness(model, solution)


def test_a_sound_release_passes() -> None:
    check(*a_release(), {})


def _one_more(tables: Tables) -> None:
    tables[0][1]["r0", "woman"] += 1


def _add(table: dict[Cell, int], amount: int, *codes: str) -> None:
    for cell in [codes, (TOTAL, codes[1]), (codes[0], TOTAL), (TOTAL, TOTAL)]:
        table[cell] += amount


def _too_far(tables: Tables) -> None:
    _add(tables[0][1], 25, "r0", "woman")


def _below_zero(tables: Tables) -> None:
    table = tables[0][1]
    cell = next(cell for cell, count in table.items() if count == 0 and TOTAL not in cell)
    _add(table, -5, *cell)


def _no_sum(tables: Tables) -> None:
    raw, table = tables[0]
    cell = next(cell for cell, count in table.items() if count < raw.cells[cell])
    table[cell] += 5


def _missing(tables: Tables) -> None:
    del tables[0][1]["r3", "man"]


def _not_whole(tables: Tables) -> None:
    tables[0][1]["r0", "woman"] = float(tables[0][1]["r0", "woman"])  # type: ignore[assignment]


def _other_margin(tables: Tables) -> None:
    """Moves five calls between two genders, in one table only; each cell stays near the truth."""
    raw, table = tables[0]
    for code in {cell[0] for cell in table if cell[0] != TOTAL}:
        for one in ("woman", "man", "trans_woman", "other", "unknown"):
            for two in ("woman", "man", "trans_woman", "other", "unknown"):
                moved = {
                    (code, one): 5,
                    (TOTAL, one): 5,
                    (code, two): -5,
                    (TOTAL, two): -5,
                }
                near = all(
                    table[cell] + by >= 0 and abs(table[cell] + by - raw.cells[cell]) <= 4
                    for cell, by in moved.items()
                )
                if one != two and near:
                    for cell, by in moved.items():
                        table[cell] += by
                    return
    raise AssertionError("the sample has no such pair; choose another seed")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_one_more, "no multiple"),
        (_not_whole, "no multiple"),
        (_below_zero, "no multiple"),
        (_too_far, "off by more than 4"),
        (_no_sum, "does not add up"),
        (_missing, "each combination"),
        (_other_margin, "otherwise than another"),
    ],
)
def test_a_broken_promise_is_seen(harm: Callable[[Tables], None], words: str) -> None:
    tables, latent = a_release()
    harm(tables)
    with pytest.raises(ConsoleError, match=words):
        check(tables, latent, {})


def of_areas() -> Tables:
    """Return tables of true counts that are multiples of five, and so may be published as such."""
    calls = [call for call in whole_calls(6, 60) for _ in range(5)]
    wanted = ("kind", "region_gender", "unmet_need_area")
    raw = tables_of(calls, [each for each in STANDARD if each.name in wanted])
    kinds = {cell: n - n % 5 for cell, n in raw[0].cells.items()}
    kinds[TOTAL,] = sum(n for cell, n in kinds.items() if cell != (TOTAL,))
    return [(replace(raw[0], cells=kinds), kinds), *((each, dict(each.cells)) for each in raw[1:])]


def test_areas_are_the_sums_of_their_regions() -> None:
    check(of_areas(), {}, AREAS)
    with pytest.raises(ConsoleError, match="not the sum of its regions"):
        check(of_areas(), {}, {**AREAS, "r0": "r3"})


def test_contacts_that_are_calls_are_as_many_as_the_calls() -> None:
    tables = of_areas()
    raw, kinds = tables[0]
    for cell in (("data",), (TOTAL,)):
        kinds[cell] += 5
    tables[0] = (replace(raw, cells=dict(kinds)), kinds)
    with pytest.raises(ConsoleError, match="otherwise than another"):
        check(tables, {}, AREAS)


def test_mentions_that_the_calls_of_an_area_leave_no_room_for_are_seen() -> None:
    wanted = [each for each in STANDARD if each.name in ("region_gender", "area_issue")]
    call = {**whole_calls(6, 1)[0], "region": "r4", "area": "r3", "issue": frozenset({"rape"})}
    calls, mentions = tables_of([call] * 10, wanted)
    for more in (5, -5):
        cells = {cell: n + more if n else 0 for cell, n in mentions.cells.items()}
        wrong = replace(mentions, cells=cells)
        with pytest.raises(ConsoleError, match="leaves no calls for"):
            check([(calls, calls.cells), (wrong, cells)], {}, AREAS)


def test_a_witness_that_does_not_fit_is_seen() -> None:
    tables, latent = a_release()
    for key in [
        next(key for key in latent if key.code),
        next(key for key in latent if not key.code),
    ]:
        for by in (5, -5):
            with pytest.raises(ConsoleError, match=r"possible truth|does not fit"):
                check(tables, {**latent, key: latent[key] + by}, {})
    with pytest.raises(ConsoleError, match=r"possible truth|does not fit"):
        check(tables, {}, {})


def test_calls_without_mentions_enough_are_seen() -> None:
    calls: list[Call] = [
        {
            "gender": gender,
            "age": "18-25",
            "region": "r1",
            "perpetrator": "partner",
            "issue": frozenset({"rape"}),
        }
        for gender in ["woman"] * 10 + ["man"] * 5
    ]
    tables = tables_of(calls)
    true = [(table, dict(table.cells)) for table in tables]
    model = build(tables, {}, b"made-up", "2020-03", {})
    latent = witness(model, minimise(model))
    check(true, latent, {})
    wrong = {key: 5 if key.code and count == 10 else count for key, count in latent.items()}
    with pytest.raises(ConsoleError, match="possible truth"):
        check(true, wrong, {})


def test_every_table_of_a_protected_release_was_checked() -> None:
    result = protect(tables_of(long_tailed(11, 400)), {}, b"made-up", "2020-03", minimise)
    tables, _ = a_release()
    assert [(table.raw, table.published) for table in result.tables] == tables
