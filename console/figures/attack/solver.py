"""The attack's solver: the one file of it that knows highspy, whose parts come from `highs`."""

import numpy as np

from console.errors import ConsoleError
from console.figures import highs
from console.figures.attack.system import Floats, Whole

SLACK = 1e-6
"""How far from a whole number a solution may be: ten times the solver's own tolerance."""


class ContradictionError(Exception):
    """No counts at all satisfy the equations."""


class Program:
    """A linear programme over real unknowns that is solved for many objectives.

    Rows are as in ``System``: entry ``e`` is ``weight[e] * unknown[at[e]]`` in row ``row[e]``, rows
    ascending. ``go_on`` is asked before each objective and during it.
    """

    def __init__(
        self,
        low: Floats,
        high: Floats,
        row: Whole,
        at: Whole,
        weight: Floats,
        least: Floats,
        most: Floats,
        go_on: highs.GoOn = highs.regardless,
    ) -> None:
        import highspy

        self._highspy = highspy
        self._size = len(low)
        self._columns = np.arange(self._size, dtype=np.int32)
        self._go_on = go_on
        self._solver = highs.solver("nothing was proven", presolve="off", time_limit=600.0)
        highs.heed(self._solver, go_on)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = self._size, len(least)
        program.col_cost_ = np.zeros(self._size)
        program.col_lower_, program.col_upper_ = low, high
        program.row_lower_, program.row_upper_ = least, most
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.searchsorted(row, np.arange(len(least) + 1))
        program.a_matrix_.index_ = at
        program.a_matrix_.value_ = weight
        if self._solver.passModel(program) != highspy.HighsStatus.kOk:
            raise ConsoleError("the solver did not take the equations; nothing was proven")

    def bound(self, column: int, low: float, high: float) -> None:
        """Give an unknown other bounds."""
        self._solver.changeColBounds(column, low, high)

    def least(self, costs: Floats) -> Floats | None:
        """Return unknowns with the least ``costs * unknowns``; ``None`` if there is no bound.

        Raises ``ContradictionError`` if nothing satisfies the rows, ``ConsoleError`` if the solver
        proves neither.
        """
        self._go_on()
        self._solver.changeColsCost(self._size, self._columns, costs)
        self._solver.run()
        status, known = self._solver.getModelStatus(), self._highspy.HighsModelStatus
        if status == known.kInfeasible:
            raise ContradictionError
        if status in (known.kUnbounded, known.kUnboundedOrInfeasible):
            return None
        if status != known.kOptimal:
            raise ConsoleError("the solver proved no bound; nothing was proven")
        return np.array(self._solver.getSolution().col_value)
