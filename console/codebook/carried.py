"""The codes of one site's vault in another of the same helpline: taken over, none ever lost."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from console.codebook import changes, store
from console.codebook.book import entries
from console.errors import BadUsage

if TYPE_CHECKING:
    from datetime import datetime

    from console.vault import Vault

Row = Mapping[str, Any]
"""A code as it is carried: dimension, code, parent, labels, words, retired; JSON's types."""


@dataclass(frozen=True)
class Taken:
    """How many changes were made here, and which codes (dimension/code) could not follow."""

    changes: int
    left: tuple[str, ...]


def carry(vault: "Vault") -> tuple[list[Row], list[Sequence[str]]]:
    """Return the site's own codes and changed ones, and its merges: dimension, code, successor."""
    rows: list[Row] = [
        {
            "dimension": found.dimension,
            "code": found.code,
            "parent": found.parent,
            "labels": dict(found.labels),
            "words": {language: list(said) for language, said in found.words.items()},
            "retired": found.retired,
        }
        for found in map(store.entry, store.site_rows(vault))
    ]
    return rows, [list(merge) for merge in store.merges(vault)]


def take_over(
    vault: "Vault", rows: Iterable[Row], merges: Iterable[Sequence[str]], *, now: "datetime"
) -> Taken:
    """Add the codes that are not here, and rename, retire and merge those that are, as carried.

    Nothing is removed, taken into use again or split up. A change that this list's rules forbid is
    left out and named. Joins the caller's transaction; only a coordinator may.
    """
    vault.require("coordinator")
    before = store.version(vault)
    left: list[str] = []
    rows = list(rows)
    with vault.transaction():
        for row in rows:
            _try(left, row["dimension"], row["code"], partial(_add_or_rename, vault, row, now))
        for row in rows:
            if row["retired"]:
                _try(left, row["dimension"], row["code"], partial(_retire, vault, row, now))
        for dimension, code, successor in merges:
            change = partial(_merge, vault, dimension, code, successor, now)
            _try(left, dimension, code, change)
    return Taken(store.version(vault) - before, tuple(dict.fromkeys(left)))


def _try(left: list[str], dimension: str, code: str, change: Callable[[], None]) -> None:
    try:
        change()
    except BadUsage:
        left.append(f"{dimension}/{code}")


def _add_or_rename(vault: "Vault", row: Row, now: "datetime") -> None:
    dimension, code, labels, words = row["dimension"], row["code"], row["labels"], row["words"]
    here = entries(vault).get((dimension, code))
    if here is None:
        changes.adopt_code(
            vault, dimension, code, labels, words=words, parent=row["parent"], now=now
        )
        return
    new = {name: text for name, text in labels.items() if here.labels.get(name) != text}
    said = {name: each for name, each in words.items() if [*here.words.get(name, ())] != each}
    if new or said:
        changes.rename_code(vault, dimension, code, new, words=said, now=now)


def _retire(vault: "Vault", row: Row, now: "datetime") -> None:
    here = entries(vault).get((row["dimension"], row["code"]))
    if here is not None and not here.retired:
        changes.retire_code(vault, row["dimension"], row["code"], now=now)


def _merge(vault: "Vault", dimension: str, code: str, successor: str, now: "datetime") -> None:
    if code not in store.targets(vault, dimension):
        changes.merge_code(vault, dimension, code, successor, now=now)
