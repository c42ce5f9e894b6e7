"""The tallies' SQL: true counts of a month, from the views, and those that outlive its rows."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from console.errors import ConsoleError
from console.figures.tables import COUNTABLE, Definition
from console.figures.tally import Cell
from console.vault import Vault

KIND: tuple[str, ...] = ("kind",)
"""What every contact is counted by, data or not."""

CALL_SLOTS, MENTION_SLOTS = 4, 3
"""How many single-valued dimensions one pass over the calls, or the mentions, can pick."""

# Which column to pick is a parameter, the column's number in COUNTABLE from 1 or 0 for none, so
# that definitions never become SQL text. Numbers compare many times faster than names.
_SLOT = """
    CASE ? WHEN 0 THEN NULL
           WHEN 1 THEN gender WHEN 2 THEN age WHEN 3 THEN region WHEN 4 THEN perpetrator
           WHEN 5 THEN caller WHEN 6 THEN urgency WHEN 7 THEN language WHEN 8 THEN first_disclosure
           WHEN 9 THEN prior_contact WHEN 10 THEN source WHEN 11 THEN campaign WHEN 12 THEN campus
           WHEN 13 THEN want WHEN 14 THEN outcome WHEN 15 THEN relation END"""

# The rows are counted in Python: SQLite sorts them to group them, which takes twice as long.
CALLS = """
    SELECT SLOT, SLOT, SLOT, SLOT FROM tally_call WHERE period = ?
""".replace("SLOT", _SLOT)

MENTIONS = """
    SELECT SLOT, SLOT, SLOT, code FROM tally_mention WHERE period = ? AND dimension = ?
""".replace("SLOT", _SLOT)

UNMENTIONED = """
    SELECT SLOT, SLOT, SLOT, 'unknown'
    FROM tally_call c
    WHERE period = ?
      AND NOT EXISTS (SELECT 1 FROM tally_mention m WHERE m.call = c.call AND m.dimension = ?)
""".replace("SLOT", _SLOT)

# Of a month whose rows are gone; of every other one there is nothing here.
FOLDED = "SELECT dimensions, cell, count FROM folded WHERE period = ?"

FOLD = "INSERT INTO folded (period, dimensions, cell, count) VALUES (?, ?, ?, ?)"

KINDS = "SELECT kind, count(*) FROM tally_kind WHERE period = ? GROUP BY kind"

SUCCESSORS = "SELECT dimension, code, successor FROM tally_successor"


def grouped(
    vault: Vault, period: str, definitions: Sequence[Definition]
) -> list[list[tuple[Cell, int]]]:
    """Return the period's counts grouped by each definition's dimensions, as few passes as needed.

    A call with no mention of a many-valued dimension counts there as one mention of ``unknown``.
    A merged code counts as its successor; in a month whose rows were folded into counts, it does
    if it was merged by then. Raises ``ConsoleError`` for a table that such a month cannot give.
    """
    results: list[Counter[Cell]] = [Counter() for _ in definitions]
    successors = {row[:2]: row[2] for row in vault.db.execute(SUCCESSORS)}
    for mentioned, dimensions, members in _passes(definitions):
        if mentioned:
            parameters = [*_slots(dimensions, MENTION_SLOTS), period, mentioned]
            counted = Counter[tuple[str, ...]](vault.db.execute(MENTIONS, parameters))
            counted.update(vault.db.execute(UNMENTIONED, parameters))
        else:
            parameters = [*_slots(dimensions, CALL_SLOTS), period]
            counted = Counter(vault.db.execute(CALLS, parameters))
        for member in members:
            places = [
                (name, -1 if name == mentioned else dimensions.index(name))
                for name in definitions[member].dimensions
            ]
            for row, count in counted.items():
                cell = tuple(successors.get((name, row[at]), row[at]) for name, at in places)
                results[member][cell] += count
    kept = _folded(vault, period)
    if kept.get(KIND, Counter())["data",]:
        for definition, result in zip(definitions, results, strict=True):
            result.update(_margin(kept, period, definition))
    return [list(result.items()) for result in results]


def kinds(vault: Vault, period: str) -> Counter[Cell]:
    """Return how many contacts of each kind a month has, data or not."""
    found: Counter[Cell] = Counter(
        {(kind,): count for kind, count in vault.db.execute(KINDS, [period])}
    )
    found.update(_folded(vault, period).get(KIND, {}))
    return found


def fold(vault: Vault, period: str, counts: Mapping[tuple[str, ...], Mapping[Cell, int]]) -> None:
    """Keep the counts of a month by their dimensions, inside the caller's transaction."""
    vault.db.conn.executemany(
        FOLD,
        [
            (period, json.dumps(dimensions), json.dumps(cell), count)
            for dimensions, cells in counts.items()
            for cell, count in cells.items()
            if count
        ],
    )


def is_folded(vault: Vault, period: str) -> bool:
    """Say whether the rows of a month have given way to counts."""
    return bool(_folded(vault, period))


def _folded(vault: Vault, period: str) -> dict[tuple[str, ...], Counter[Cell]]:
    kept: dict[tuple[str, ...], Counter[Cell]] = {}
    for dimensions, cell, count in vault.db.execute(FOLDED, [period]):
        kept.setdefault(tuple(json.loads(dimensions)), Counter())[tuple(json.loads(cell))] = count
    return kept


def _margin(
    kept: Mapping[tuple[str, ...], Mapping[Cell, int]], period: str, definition: Definition
) -> Counter[Cell]:
    """Return the counts of a table as they were folded, or as a margin of a larger one."""
    wanted = set(definition.dimensions)
    for dimensions, cells in sorted(kept.items(), key=lambda item: len(item[0])):
        others = set(dimensions) - {definition.mentioned}
        if wanted <= set(dimensions) and others <= {*COUNTABLE}:
            places = [dimensions.index(name) for name in definition.dimensions]
            margin = Counter[Cell]()
            for cell, count in cells.items():
                margin[tuple(cell[at] for at in places)] += count
            return margin
    raise ConsoleError(
        f"the calls of {period} were folded into counts, and table {definition.name} is not "
        "among them: it begins with a later month"
    )


def _passes(
    definitions: Sequence[Definition],
) -> list[tuple[str, tuple[str, ...], list[int]]]:
    """Pack definitions into passes: mentioned dimension, other ones, definitions' places."""
    passes: list[tuple[str, tuple[str, ...], list[int]]] = []
    for place, definition in enumerate(definitions):
        others = tuple(name for name in definition.dimensions if name != definition.mentioned)
        slots = MENTION_SLOTS if definition.mentioned else CALL_SLOTS
        for at, (mentioned, dimensions, members) in enumerate(passes):
            union = tuple(dict.fromkeys((*dimensions, *others)))
            if mentioned == definition.mentioned and len(union) <= slots:
                passes[at] = (mentioned, union, [*members, place])
                break
        else:
            passes.append((definition.mentioned, others, [place]))
    return passes


def _slots(dimensions: Sequence[str], slots: int) -> list[int | str]:
    picked: list[int | str] = [COUNTABLE.index(dimension) + 1 for dimension in dimensions]
    return picked + [0] * (slots - len(picked))
