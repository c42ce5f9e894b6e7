"""Linear programmes as plain data, and the solver for those of mode ``suppressed``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from console.errors import ConsoleError
from console.figures import highs

NO_BOUND = float("inf")

_NODES = 2_000
"""After how many nodes a search in whole numbers stops: a count, so that runs are repeatable."""


@dataclass(frozen=True)
class Row:
    """A linear row: ``low <= sum(weight * unknown) <= high``."""

    terms: tuple[tuple[int, float], ...]
    low: float
    high: float


@dataclass(frozen=True)
class Programme:
    """Unknowns with bounds, and the rows that they satisfy; ``whole`` are in whole numbers."""

    bounds: Sequence[tuple[float, float]]
    rows: Sequence[Row]
    whole: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Answer:
    """Values of the unknowns that the solver gives, and whether it calls them the cheapest."""

    values: tuple[float, ...]
    proven: bool


Ask = Callable[[Mapping[int, float], Mapping[int, tuple[float, float]]], Answer | None]
"""Asks for the least cost, by unknown, under bounds that replace the programme's this once.

The answer is None where there is no solution.
"""

Solver = Callable[[Programme], Ask]


def prepare(programme: Programme, seconds: float = 120.0) -> Ask:
    """Return a way to ask HiGHS, on one thread, about a programme; later questions start warm.

    After ``seconds`` a question has failed. Questions raise ``ConsoleError`` if the solver neither
    finds a solution nor proves that there is none.
    """
    import highspy
    import numpy as np

    solver = highs.solver(
        "nothing was written", mip_rel_gap=0.0, mip_abs_gap=0.0, mip_max_nodes=_NODES
    )
    count = len(programme.bounds)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = count, len(programme.rows)
    model.col_cost_ = np.zeros(count)
    model.col_lower_ = np.array([float(low) for low, _ in programme.bounds])
    model.col_upper_ = np.array([float(high) for _, high in programme.bounds])
    model.row_lower_ = np.array([float(row.low) for row in programme.rows])
    model.row_upper_ = np.array([float(row.high) for row in programme.rows])
    if programme.whole:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[at in programme.whole] for at in range(count)]
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.cumsum([0, *(len(row.terms) for row in programme.rows)])
    matrix.index_ = np.array([at for row in programme.rows for at, _ in row.terms], dtype=np.int32)
    matrix.value_ = np.array([float(w) for row in programme.rows for _, w in row.terms])
    if solver.passModel(model) != highspy.HighsStatus.kOk:
        raise ConsoleError("the solver did not take the tables; nothing was written")
    everything = np.arange(count, dtype=np.int32)

    def ask(cost: Mapping[int, float], bounds: Mapping[int, tuple[float, float]]) -> Answer | None:
        costs = np.zeros(count)
        for at, price in cost.items():
            costs[at] = price
        solver.changeColsCost(count, everything, costs)
        for at, (low, high) in bounds.items():
            solver.changeColBounds(at, float(low), float(high))
        solver.setOptionValue("time_limit", solver.getRunTime() + seconds)
        solver.run()
        status = solver.getModelStatus()
        found = solver.getInfo().primal_solution_status == highspy.kSolutionStatusFeasible
        values = tuple(solver.getSolution().col_value) if found else ()
        for at in bounds:
            low, high = programme.bounds[at]
            solver.changeColBounds(at, float(low), float(high))
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        stopped = (
            highspy.HighsModelStatus.kSolutionLimit,
            highspy.HighsModelStatus.kIterationLimit,
        )
        proven = status == highspy.HighsModelStatus.kOptimal
        if values and (proven or (programme.whole and status in stopped)):
            return Answer(values, proven)
        raise ConsoleError("the solver came to no end with the hidden cells; nothing was written")

    return ask
