"""The solver of mode ``rounded``, as plain data in and out; what it is made of is `highs`."""

from console.errors import ConsoleError
from console.figures import highs
from console.figures.rounding import Model, Solution


class NoRoundingError(ConsoleError):
    """These tables cannot be rounded together; coarser ones may be."""


def minimise(model: Model, seconds: float = 600.0) -> Solution:
    """Return the cheapest choices, proven optimal, by HiGHS on one thread.

    The same model gives the same solution on every run. Raises ``NoRoundingError`` if there is
    none, and ``ConsoleError`` for any other status, and after so many ``seconds``: an unproven
    solution is never used.
    """
    import highspy
    import numpy as np

    count, latent = len(model.choices), len(model.latent)
    solver = highs.solver(
        "nothing was written", mip_rel_gap=0.0, mip_abs_gap=0.0, time_limit=float(seconds)
    )
    program = highspy.HighsLp()
    program.num_col_ = count + latent
    program.num_row_ = len(model.rows)
    program.col_cost_ = np.array([float(choice.gain) for choice in model.choices] + [0.0] * latent)
    program.col_lower_ = np.zeros(count + latent)
    program.col_upper_ = np.array(
        [float(choice.free) for choice in model.choices] + [highspy.kHighsInf] * latent
    )
    program.integrality_ = [highspy.HighsVarType.kInteger] * (count + latent)
    program.row_lower_ = np.array(
        [-highspy.kHighsInf if row.low is None else float(row.low) for row in model.rows]
    )
    program.row_upper_ = np.array(
        [highspy.kHighsInf if row.high is None else float(row.high) for row in model.rows]
    )
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.cumsum([0, *(len(row.terms) for row in model.rows)])
    program.a_matrix_.index_ = np.array([at for row in model.rows for at, _ in row.terms])
    program.a_matrix_.value_ = np.array([float(w) for row in model.rows for _, w in row.terms])
    if solver.passModel(program) != highspy.HighsStatus.kOk:
        raise ConsoleError("the solver did not take the tables; nothing was written")
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        raise NoRoundingError("these tables cannot be rounded together; nothing was written")
    if status == highspy.HighsModelStatus.kTimeLimit:
        raise ConsoleError(
            f"no proven rounding was found in {seconds:.0f} seconds; nothing was written: "
            "leave out a table of three dimensions, or try again on a faster machine"
        )
    if status != highspy.HighsModelStatus.kOptimal:
        raise ConsoleError("the solver found no proven rounding; nothing was written")
    values = [round(value) for value in solver.getSolution().col_value]
    return Solution(tuple(value == 1 for value in values[:count]), tuple(values[count:]))
