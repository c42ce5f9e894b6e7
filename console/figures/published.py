"""Tables as they are published, in either mode, beside the true ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from console.figures.tally import Cell, RawTable

Mode = Literal["rounded", "suppressed"]

Shown = int | str
"""What a cell shows: a count, or in mode ``suppressed`` the label of a hidden one."""


@dataclass(frozen=True)
class PublishedTable:
    """One table as it is published, beside the true one; every cell of the true one is shown."""

    raw: RawTable
    published: Mapping[Cell, Shown]

    def changes(self) -> list[int]:
        """Return how far each shown count is from the true one, in calls; hidden cells have none.

        The cells are in the table's order.
        """
        return [
            abs(shown - self.raw.cells[cell])
            for cell, shown in self.published.items()
            if isinstance(shown, int)
        ]


@dataclass(frozen=True)
class Protected:
    """The tables of one release, protected and checked.

    ``gave_way`` are the true tables that others of fewer dimensions stand for. ``certificate`` is,
    in mode ``suppressed``, the content of ``certificate.json``, and empty otherwise.
    """

    mode: Mode
    tables: tuple[PublishedTable, ...]
    gave_way: tuple[RawTable, ...] = ()
    certificate: Mapping[str, object] = field(default_factory=dict)

    @property
    def coarser(self) -> tuple[str, ...]:
        """The names of the tables that gave way."""
        return tuple(table.name for table in self.gave_way)
