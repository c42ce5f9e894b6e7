"""Which tables a release has: definitions as data, a text of the policy or ``tables.toml``."""

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Literal, Protocol

from console.errors import BadUsage

Counts = Literal["calls", "mentions", "contacts", "referrals"]

COUNTABLE = (
    "gender", "age", "region", "perpetrator", "caller", "urgency", "language", "first_disclosure",
    "prior_contact", "source", "campaign", "campus", "want", "outcome",
    "relation", "day", "hour", "one_platform",
)  # fmt: skip
"""What a call has one code of, numbered for the queries. ``day`` is counted by, never printed."""

REGION, AREA = "region", "area"
"""A region lies in one area: a table by region is one by area, too."""

DERIVED: dict[str, tuple[str, ...]] = {
    AREA: (REGION,),
    "hour": ("hour",),
    "weekday": ("day",),
    "unmet_need": ("want", "outcome"),
}
"""Dimensions that follow from others of the same call, and from which."""

OF_CONTACTS = frozenset({"kind"})
OF_REFERRALS = frozenset({"status", "partner"})
OF_CALLS = frozenset({*COUNTABLE, *DERIVED}) - {"day"}

_SAY_THE_SAME = {"unmet_need": {"want", "outcome"}, "one_platform": {"platform"}}
"""Dimensions that tell of the same codes of a call: rounding does not tie them to one another."""

MOST_DIMENSIONS = 3
"""How many single-valued dimensions one table may have."""

MOST_CELLS = 10_000
"""How many cells one table may have, totals among them: beyond that nobody reads it."""

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

    def columns(self) -> tuple[str, ...]:
        """Return the single-valued dimensions that the table is counted from, derived by others."""
        singles = (name for name in self.dimensions if name != self.mentioned)
        return tuple(dict.fromkeys(base for name in singles for base in bases(name)))


class Dimensioned(Protocol):
    """Whatever has dimensions: the definition of a table, or a table."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions in print order."""
        ...


def bases(dimension: str) -> tuple[str, ...]:
    """Return the dimensions that a derived one follows from; any other one follows from itself."""
    return DERIVED.get(dimension, (dimension,))


def standard(many_valued: Collection[str]) -> tuple[Definition, ...]:
    """Return the standard set, given the codebook's many-valued dimensions.

    Raises ``BadUsage`` as ``parse`` does.
    """
    return parse(standard_text(), many_valued)


def standard_text() -> str:
    """Return ``tables.toml``, which is documented in itself."""
    return resources.files("console.figures").joinpath("tables.toml").read_text("utf-8")


def parse(text: str, many_valued: Collection[str]) -> tuple[Definition, ...]:
    """Return the definitions in a TOML text of ``[[table]]`` entries.

    Raises ``BadUsage`` for a text that is not TOML, an unknown kind of count, a doubled name, a
    dimension in the wrong kind of table, a dimension beside one that it follows from, or tables of
    one kind that form a cycle: those can add up pairwise and still belong to no possible calls.
    """
    try:
        entries = tomllib.loads(text).get("table", [])
        found = [_definition(entry, frozenset(many_valued)) for entry in entries]
    except (tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError) as error:
        raise BadUsage("the table definitions cannot be read; see docs/figures.md") from error
    printed = {name for each in found for name in each.dimensions}
    for one, others in _SAY_THE_SAME.items():
        if one in printed and others & printed:
            raise BadUsage(
                f"{one} follows from {' and '.join(sorted(others & printed))}: side by side they "
                "could give a count away; leave one out"
            )
    names = [definition.name for definition in found]
    if len(set(names)) != len(names):
        raise BadUsage("two tables have the same name; rename one")
    if not found:
        raise BadUsage("a release needs at least one [[table]]; see docs/figures.md")
    for counts, mentioned in dict.fromkeys((each.counts, each.mentioned) for each in found):
        of_one_kind = [x for x in found if (x.counts, x.mentioned) == (counts, mentioned)]
        if not acyclic(edges(of_one_kind)):
            raise BadUsage(f"the tables of {counts} form a cycle of dimensions; leave one out")
    return tuple(found)


def _definition(entry: dict[str, object], many_valued: frozenset[str]) -> Definition:
    name, counts, listed = entry["name"], entry["counts"], entry["dimensions"]
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name == "labels":
        raise TypeError
    if not isinstance(listed, list):
        raise TypeError
    dimensions = tuple(str(dimension) for dimension in listed)
    if not dimensions or len(set(dimensions)) != len(dimensions):
        raise TypeError
    if counts not in ("calls", "mentions", "contacts", "referrals"):
        raise TypeError
    mentioned = [dimension for dimension in dimensions if dimension in many_valued]
    if len(mentioned) != (counts == "mentions"):
        raise BadUsage(
            f"table {name}: a table of mentions has one many-valued dimension, any other none"
        )
    known = {"contacts": OF_CONTACTS, "referrals": OF_REFERRALS}.get(str(counts), OF_CALLS)
    if not {*dimensions} - {*mentioned} <= known:
        raise BadUsage(f"table {name} has a dimension that {counts} are not counted by")
    if len(dimensions) - len(mentioned) > MOST_DIMENSIONS:
        raise BadUsage(f"table {name} has more than {MOST_DIMENSIONS} single-valued dimensions")
    return Definition(name, dimensions, counts, "".join(mentioned))


def edges(tables: Sequence[Dimensioned]) -> list[set[str]]:
    """Return the dimensions of each table; a table by region is one by area, too."""
    return [{*x.dimensions} | ({AREA} if REGION in x.dimensions else set()) for x in tables]


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
