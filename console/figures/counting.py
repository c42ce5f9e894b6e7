"""True counts as tables: of a month or several, over the full grid of every dimension."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from math import prod

from console.errors import BadUsage, Refused
from console.figures import store, tables
from console.figures.dimensions import Dimensions
from console.figures.tally import TOTAL, Cell, RawTable, tabulate
from console.vault import Vault

POLICY = "figures.tables"
"""The setting that holds the line's own table definitions, a text like ``tables.toml``."""


def definitions(
    vault: Vault, dimensions: Dimensions | None = None
) -> tuple[tables.Definition, ...]:
    """Return the tables of a release: the policy's, or the standard set.

    Raises ``BadUsage`` for a policy that this version cannot read.
    """
    text = vault.setting(POLICY, "")
    many = (dimensions or Dimensions(vault)).many_valued
    return tables.parse(text, many) if isinstance(text, str) and text else tables.standard(many)


def define_tables(vault: Vault, text: str, *, now: datetime) -> tuple[tables.Definition, ...]:
    """Have releases consist of the tables of a text from now on, or of the standard set if empty.

    For a coordinator. What is published stays. Raises ``Refused`` for anyone else and ``BadUsage``
    for a text that cannot be read or tables that are too large; then nothing has changed.
    """
    vault.require("coordinator")
    dimensions = Dimensions(vault)
    many = dimensions.many_valued
    found = tables.parse(text, many) if text else tables.standard(many)
    for definition in found:
        cells = prod(len(dimensions.grid(name)) + 1 for name in definition.dimensions)
        if cells > tables.MOST_CELLS:
            raise BadUsage(
                f"table {definition.name} would have {cells} cells, more than "
                f"{tables.MOST_CELLS}; leave out a dimension"
            )
    with vault.transaction():
        vault.set_setting(POLICY, text)
        vault.audit("figures.tables", now=now)
    return found


def tables_text(vault: Vault) -> str:
    """Return the text of the table definitions, for a coordinator to change.

    Raises ``Refused`` for anyone else.
    """
    vault.require("coordinator")
    own = vault.setting(POLICY, "")
    return own if isinstance(own, str) and own else tables.standard_text()


def count(
    vault: Vault, months: Sequence[str], dimensions: Dimensions | None = None
) -> list[RawTable]:
    """Return the true tables of some months together, with every margin.

    Raises ``ConsoleError`` for a table that a month without rows cannot give.
    """
    dimensions = dimensions or Dimensions(vault)
    wanted = definitions(vault, dimensions)
    sums: list[Counter[Cell]] = [Counter() for _ in wanted]
    for month in months:
        found = store.grouped(vault, month, wanted, dimensions.derived)
        for total, part in zip(sums, found, strict=True):
            total.update(part)
    return [
        tabulate(definition, dimensions.grid, rows.items())
        for definition, rows in zip(wanted, sums, strict=True)
    ]


def require_listed(raw: Sequence[RawTable], dimensions: Dimensions) -> None:
    """Raise ``Refused`` for codes that the list lacks: their rows would say that there are calls.

    A row that is printed only when it has calls proves a call.
    """
    for table in raw:
        for position, dimension in enumerate(table.dimensions):
            listed = {*dimensions.grid(dimension), TOTAL}
            if any(cell[position] not in listed for cell in table.cells):
                raise Refused(
                    f"calls have a code of {dimension} that the code list lacks; "
                    "add it with 'helpline code add', then export"
                )
