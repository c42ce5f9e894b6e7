"""Retention: a published month's rows give way to its counts, and every count stays what it is."""

from collections import Counter
from collections.abc import Callable

from console import codebook
from console.errors import ConsoleError, Refused
from console.figures import ledger_store, store, tables
from console.figures.tally import Cell
from console.vault import Vault

Counts = dict[tuple[str, ...], Counter[Cell]]


def fold(vault: Vault, period: str, drop: Callable[[], object]) -> None:
    """Keep the counts of a published month, and have ``drop`` delete its rows; in a transaction.

    Kept are the tables of a release, every dimension by itself, and the contacts by kind. For a
    coordinator. Raises ``Refused`` for anyone else and for a month that is not published or was
    folded before, ``ConsoleError`` if a count were not the same afterwards.
    """
    vault.require("coordinator")
    if ledger_store.latest(vault, period) is None:
        raise Refused(f"the month {period} is not published: its calls stay until it is")
    if store.is_folded(vault, period):
        raise Refused(f"the month {period} was folded into counts before")
    before = counts(vault, period)
    drop()
    store.fold(vault, period, before)
    if counts(vault, period) != before:
        raise ConsoleError(f"the counts of {period} would have changed: its calls stay")


def counts(vault: Vault, period: str) -> Counts:
    """Return the true counts of a month that outlive its rows, by their dimensions."""
    book = codebook.load(vault, str(vault.setting("country")))
    many = [dimension.name for dimension in book.dimensions() if dimension.multiple]
    definitions = [
        *tables.standard(many),
        *(tables.Definition(name, (name,), "calls") for name in tables.COUNTABLE),
        *(tables.Definition(name, (name,), "mentions", name) for name in many),
    ]
    found: Counts = {store.KIND: store.kinds(vault, period)}
    for definition, rows in zip(
        definitions, store.grouped(vault, period, definitions), strict=True
    ):
        found[definition.dimensions] = Counter(dict(rows))
    return found
