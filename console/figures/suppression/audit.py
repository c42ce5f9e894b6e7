"""The last look at suppressed tables before anything is written, by the script that readers have.

``check_release`` is Python alone and shares no rule with the search, so that a wrong programme, or
a solver that lies, is caught here as every reader would catch it.
"""

from collections.abc import Mapping, Sequence

from console.errors import ConsoleError
from console.figures.published import PublishedTable
from console.figures.suppression.check_release import problem
from console.figures.tables import AREA, REGION

_NONE = (1, 0)
"""What a label admits that nobody explains: no count."""


def audit(
    tables: Sequence[PublishedTable],
    proof: Mapping[str, object],
    labels: Mapping[str, tuple[int, int | None]],
    areas: Mapping[str, str],
) -> None:
    """Raise ``ConsoleError`` unless the tables are true and the proof is one.

    Every combination is shown once, as its true count or a label that admits it; and
    ``check_release`` finds nothing wrong with what is shown.
    """
    for table in tables:
        if set(table.published) != set(table.raw.cells):
            raise _failure(f"{table.raw.name} does not print each combination once")
        for cell, shown in table.published.items():
            count = table.raw.cells[cell]
            low, high = labels.get(shown, _NONE) if isinstance(shown, str) else (shown, shown)
            if not (low <= count and (high is None or count <= high)):
                raise _failure(f"{table.raw.name} has a cell that is not true")
    release = {
        "mode": "suppressed",
        "hidden": labels,
        "levels": [{"dimension": REGION, "coarser": AREA, "codes": areas}],
    }
    described = [
        (
            {
                "name": table.raw.name,
                "dimensions": table.raw.dimensions,
                "counts": table.raw.counts,
                "of": table.raw.mentioned,
            },
            {cell: str(shown) for cell, shown in table.published.items()},
        )
        for table in tables
    ]
    try:
        wrong = problem(release, described, proof)
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise _failure("the proof cannot be read") from error
    if wrong:
        raise _failure(wrong)


def _failure(what: str) -> ConsoleError:
    return ConsoleError(f"the audit of the hidden cells failed: {what}; nothing was written")
