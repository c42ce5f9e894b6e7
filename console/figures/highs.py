"""HiGHS as every room of the figures uses it; highspy is imported on first use only."""

from collections.abc import Callable
from typing import Any

from console.errors import ConsoleError


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
