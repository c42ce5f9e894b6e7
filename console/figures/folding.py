"""Retention: a published month's rows give way to its counts, and every count stays what it is."""

from collections import Counter
from collections.abc import Callable

from console.errors import ConsoleError, Refused
from console.figures import bundle_store, counting, ledger_store, store, tables
from console.figures.dimensions import Dimensions
from console.figures.tally import Cell
from console.vault import Vault

Counts = dict[tuple[str, ...], Counter[Cell]]


def fold(vault: Vault, period: str, drop: Callable[[], object]) -> None:
    """Keep the counts of a published month, and have ``drop`` delete its rows; in a transaction.

    A month that was handed over in a bundle is as one that was published. Kept are the tables of a
    release, every dimension by itself, and the contacts by kind. For a coordinator. Raises
    ``Refused`` for anyone else and for a month that is neither published nor handed over, or was
    folded before, ``ConsoleError`` if a count were not the same afterwards.
    """
    vault.require("coordinator")
    handed_over = bundle_store.handed_over(vault, period) is not None
    if not handed_over and ledger_store.latest(vault, period) is None:
        raise Refused(f"the month {period} is not published: its calls stay until it is")
    if store.is_folded(vault, period):
        raise Refused(f"the month {period} was folded into counts before")
    before = counts(vault, period)
    drop()
    store.fold(vault, period, before)
    if counts(vault, period) != before:
        raise ConsoleError(f"the counts of {period} would have changed: its calls stay")


def counts(vault: Vault, period: str) -> Counts:
    """Return the true counts of a month's rows that outlive them, by their dimensions."""
    dimensions = Dimensions(vault)
    wanted = definitions(vault, dimensions)
    found = store.kept(vault, period, tuple(wanted.values()), dimensions.derived)
    return dict(zip(wanted, found, strict=True))


def definitions(vault: Vault, dimensions: Dimensions) -> dict[tuple[str, ...], tables.Definition]:
    """Return what is counted of a month whose rows go, by dimensions."""
    return {
        definition.dimensions: definition
        for definition in (
            *counting.definitions(vault, dimensions),
            *(tables.Definition(name, (name,), "calls") for name in sorted(tables.OF_CALLS)),
            *(
                tables.Definition(name, (name,), "mentions", name)
                for name in sorted(dimensions.many_valued)
            ),
            tables.Definition("referrals", ("status", "partner"), "referrals"),
            tables.Definition("kind", store.KIND, "contacts"),
        )
    }
