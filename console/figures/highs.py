"""HiGHS as every room of the figures uses it; highspy is imported on first use only."""

from collections.abc import Callable
from itertools import count
from typing import Any

from console.errors import ConsoleError

GoOn = Callable[[], None]
"""Asked again and again during long work, which ends with whatever it raises."""

_STEPS = 32
"""How many steps, of milliseconds, a solver takes between two questions."""


def solver(undone: str, **options: object) -> Any:
    """Return a solver that is silent, on one thread and repeatable, with further options.

    Raises ``ConsoleError`` for an option that it does not take, ending in ``undone``, which says
    what was not done.
    """
    import highspy

    make: Callable[[], Any] = highspy.Highs
    made = make()
    always = {"output_flag": False, "threads": 1, "random_seed": 0}
    for option, value in {**always, **options}.items():
        if made.setOptionValue(option, value) != highspy.HighsStatus.kOk:
            raise ConsoleError(f"the solver refused its option {option}; {undone}")
    return made


def heed(made: Any, go_on: GoOn) -> None:
    """Have a solver of linear programmes ask ``go_on`` every few steps of the simplex method.

    What that raises comes out of the solver's ``run``; the solver is of no use any more then.
    """
    steps = count(1)

    def step(_event: object) -> None:
        if next(steps) % _STEPS == 0:
            go_on()

    made.cbSimplexInterrupt.subscribe(step)


def regardless() -> None:
    """Go on, whatever is asked."""
