"""A solver that lies, gives up or takes too long: then there is no release."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pytest

from console.errors import ConsoleError, Refused
from console.figures.suppression import hidden_labels, suppress
from console.figures.suppression.audit import audit
from console.figures.suppression.programme import Answer, Ask, Programme, prepare
from tests.figures.rows import AREAS, long_tailed, tables_of
from tests.figures.suppress.shapes import hidden, municipalities, table

Bounds = Mapping[int, tuple[float, float]]


def _changed(programme: Programme, by: float) -> Ask:
    true = prepare(programme)

    def ask(cost: Mapping[int, float], bounds: Bounds) -> Answer | None:
        answer = true(cost, bounds)
        if answer is None:
            return None
        return replace(answer, values=tuple(value + by for value in answer.values))

    return ask


def _always_still(programme: Programme) -> Ask:
    def ask(cost: Mapping[int, float], bounds: Bounds) -> Answer | None:
        values = [min(max(0.0, low), high) for low, high in programme.bounds]
        for at, (low, _) in bounds.items():
            values[at] = low
        return Answer(tuple(values), True)

    return ask


def _impossible(programme: Programme) -> Ask:
    return lambda cost, bounds: None


@pytest.mark.parametrize("by", [-1, 1, 0.5])
def test_a_solver_whose_counts_are_off_is_caught(by: float) -> None:
    with pytest.raises(ConsoleError, match="nothing was written"):
        suppress([municipalities()], partial(_changed, by=by), threshold=4)


def test_a_solver_that_says_yes_to_everything_is_caught() -> None:
    with pytest.raises(ConsoleError, match="nothing was written"):
        suppress([municipalities()], _always_still, threshold=4)


def test_where_the_solver_finds_nothing_possible_nothing_is_published() -> None:
    with pytest.raises(Refused, match="not even one-way"):
        suppress([table("t", ("c",), [1, 9, 30])], _impossible)


def test_a_solver_that_runs_out_of_time_is_a_failure() -> None:
    with pytest.raises(ConsoleError, match="came to no end"):
        suppress(tables_of(long_tailed(4, 200)), partial(prepare, seconds=0.0), areas=AREAS)


def test_the_audit_finds_a_proof_that_lacks_a_witness() -> None:
    result = suppress([municipalities()], threshold=4)
    fewer = {**result.certificate, "witnesses": []}
    with pytest.raises(ConsoleError, match="not shown to be possibly 0 and 3"):
        audit(result.tables, fewer, hidden_labels(4), {})


@pytest.mark.parametrize("shown", [30, 2, "<4", "x", "no label"])
def test_the_audit_finds_a_cell_that_is_not_true_or_not_hidden(shown: int | str) -> None:
    result = suppress([municipalities()], threshold=4)
    (only,) = result.tables
    cell = next(cell for (_, cell), label in hidden(result).items() if label == "<4")
    if shown == "<4":
        cell = ("m1", "soshjelp")
    altered = replace(only, published={**only.published, cell: shown})
    with pytest.raises(ConsoleError, match="audit of the hidden cells failed"):
        audit([altered], result.certificate, hidden_labels(4), {})


def test_the_audit_finds_a_cell_that_is_not_printed() -> None:
    result = suppress([municipalities()], threshold=4)
    (only,) = result.tables
    fewer = dict(only.published)
    del fewer["m1", "soshjelp"]
    with pytest.raises(ConsoleError, match="each combination once"):
        audit([replace(only, published=fewer)], result.certificate, hidden_labels(4), {})
