"""Which tables a release has: definitions as data, read from ``tables.toml``."""

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Literal, get_args

from console.errors import BadUsage

Counts = Literal["calls", "mentions"]

COUNTABLE = (
    "gender", "age", "region", "perpetrator", "caller", "urgency", "language", "first_disclosure",
    "prior_contact", "source", "campaign", "campus", "want", "outcome",
    "relation",
)  # fmt: skip
"""The single-valued dimensions that calls can be counted by, numbered for the queries."""

MOST_DIMENSIONS = 3
"""How many single-valued dimensions one table may have."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Definition:
    """One table: its file name without ``.csv``, its dimensions in print order, what it counts.

    ``mentioned`` is the many-valued dimension of a table of mentions, and empty otherwise.
    """

    name: str
    dimensions: tuple[str, ...]
    counts: Counts
    mentioned: str = ""


def standard(many_valued: Collection[str]) -> tuple[Definition, ...]:
    """Return the standard set, given the codebook's many-valued dimensions.

    Raises ``BadUsage`` as ``parse`` does.
    """
    text = resources.files("console.figures").joinpath("tables.toml").read_text("utf-8")
    return parse(text, many_valued)


def parse(text: str, many_valued: Collection[str]) -> tuple[Definition, ...]:
    """Return the definitions in a TOML text of ``[[table]]`` entries.

    Raises ``BadUsage`` for a text that is not TOML, an unknown kind of count, a doubled name, a
    dimension in the wrong kind of table, or tables of calls that form a cycle: those can add up
    pairwise and still belong to no possible set of calls.
    """
    try:
        entries = tomllib.loads(text).get("table", [])
        found = [_definition(entry, frozenset(many_valued)) for entry in entries]
    except (tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError) as error:
        raise BadUsage("the table definitions cannot be read; see docs/figures.md") from error
    names = [definition.name for definition in found]
    if len(set(names)) != len(names):
        raise BadUsage("two tables have the same name; rename one")
    if not acyclic([definition.dimensions for definition in found if not definition.mentioned]):
        raise BadUsage("the tables of calls form a cycle of dimensions; leave one of them out")
    return tuple(found)


def _definition(entry: dict[str, object], many_valued: frozenset[str]) -> Definition:
    name, counts, listed = entry["name"], entry["counts"], entry["dimensions"]
    if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(listed, list):
        raise TypeError
    dimensions = tuple(str(dimension) for dimension in listed)
    if counts not in get_args(Counts) or not dimensions or len(set(dimensions)) != len(dimensions):
        raise TypeError
    if not set(dimensions) <= {*COUNTABLE, *many_valued}:
        raise BadUsage(f"table {name} has a dimension that calls are not counted by")
    if len(set(dimensions) - set(many_valued)) > MOST_DIMENSIONS:
        raise BadUsage(f"table {name} has more than {MOST_DIMENSIONS} single-valued dimensions")
    mentioned = [dimension for dimension in dimensions if dimension in many_valued]
    if len(mentioned) != (counts == "mentions"):
        raise BadUsage(
            f"table {name}: a table of mentions has one many-valued dimension, of calls none"
        )
    return Definition(
        name,
        dimensions,
        "mentions" if mentioned else "calls",
        mentioned[0] if mentioned else "",
    )


def acyclic(edges: Sequence[Collection[str]]) -> bool:
    """Say whether the dimension sets form an acyclic hypergraph (Graham's reduction).

    Tables over an acyclic set of dimensions that agree on their shared margins are always the
    margins of one table of whole, non-negative counts (Vorob'ev 1962).
    """
    left = [set(edge) for edge in edges]
    changed = True
    while changed:
        changed = False
        for index, edge in enumerate(left):
            others = left[:index] + left[index + 1 :]
            lonely = {name for name in edge if not any(name in other for other in others)}
            if lonely:
                edge -= lonely
                changed = True
            if any(edge <= other for other in others):
                del left[index]
                changed = True
                break
    return len(left) <= 1
