"""The tallies' SQL: true counts of a month, from the views, and those that outlive its rows."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from console.errors import ConsoleError
from console.figures import bundle_store
from console.figures.tables import (
    COUNTABLE,
    DERIVED,
    OF_CALLS,
    OF_CONTACTS,
    OF_REFERRALS,
    Definition,
    bases,
)
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
           WHEN 13 THEN want WHEN 14 THEN outcome WHEN 15 THEN relation WHEN 16 THEN day
           WHEN 17 THEN hour WHEN 18 THEN one_platform END"""

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

REFERRALS = """
    SELECT status, partner, count(*) FROM tally_referral WHERE period = ? GROUP BY 1, 2
"""

SUCCESSORS = "SELECT dimension, code, successor FROM tally_successor"


Derive = Callable[[str, Sequence[str]], str]
"""The code of a derived dimension, from those that it follows from (``Dimensions.derived``)."""

Kept = dict[tuple[str, ...], Counter[Cell]]
"""Counts without rows, by the dimensions that they were counted by."""


def grouped(
    vault: Vault, period: str, definitions: Sequence[Definition], derive: Derive
) -> list[Counter[Cell]]:
    """Return the period's counts grouped by each definition's dimensions, as few passes as needed.

    They are those of the vault's own rows, of rows that were folded, and of the workstations'
    bundles. A call with no mention of a many-valued dimension counts there as one mention of
    ``unknown``. A merged code counts as its successor; where rows gave way to counts, it does if
    it was merged by then. Raises ``ConsoleError`` for a table that such counts cannot give.
    """
    results = kept(vault, period, definitions, derive)
    _add(results, bundle_store.reported(vault, period), period, definitions, derive)
    return results


def kept(
    vault: Vault, period: str, definitions: Sequence[Definition], derive: Derive
) -> list[Counter[Cell]]:
    """Return what ``grouped`` does, of the vault's own calls alone."""
    results = _rows(vault, period, definitions, derive)
    _add(results, _folded(vault, period), period, definitions, derive)
    return results


def _add(
    results: Sequence[Counter[Cell]],
    counts: Kept,
    period: str,
    definitions: Sequence[Definition],
    derive: Derive,
) -> None:
    if counts:
        for definition, result in zip(definitions, results, strict=True):
            result.update(_margin(counts, period, definition, derive))


def _rows(
    vault: Vault, period: str, definitions: Sequence[Definition], derive: Derive
) -> list[Counter[Cell]]:
    results: list[Counter[Cell]] = [Counter() for _ in definitions]
    successors = {row[:2]: row[2] for row in vault.db.execute(SUCCESSORS)}
    for mentioned, columns, members in _passes(definitions):
        if mentioned:
            parameters = [*_slots(columns, MENTION_SLOTS), period, mentioned]
            counted = Counter[tuple[str, ...]](vault.db.execute(MENTIONS, parameters))
            counted.update(vault.db.execute(UNMENTIONED, parameters))
            dimensions = (*columns, *[""] * (MENTION_SLOTS - len(columns)), mentioned)
        else:
            counted = Counter(vault.db.execute(CALLS, [*_slots(columns, CALL_SLOTS), period]))
            dimensions = columns
        for member in members:
            pick = _picker(dimensions, definitions[member].dimensions, derive, successors)
            for row, count in counted.items():
                results[member][pick(row)] += count
    for definition, result in zip(definitions, results, strict=True):
        if definition.counts == "contacts":
            result.update({(kind,): n for kind, n in vault.db.execute(KINDS, [period])})
        elif definition.counts == "referrals":
            places = [("status", "partner").index(name) for name in definition.dimensions]
            for row in vault.db.execute(REFERRALS, [period]):
                result[tuple(row[at] for at in places)] += row[2]
    return results


def _picker(
    known: Sequence[str],
    wanted: Sequence[str],
    derive: Derive,
    successors: Mapping[tuple[str, str], str],
    *,
    derived: Collection[str] = (),
) -> Callable[[Sequence[str]], Cell]:
    """Return what picks the codes of the wanted dimensions from a row of the known ones.

    ``derived`` are those that were derived before.
    """
    places = []
    for name in wanted:
        derives = name in DERIVED and name not in derived
        found = bases(name) if derives else (name,)
        places.append((name, derives, [(base, known.index(base)) for base in found]))

    def pick(row: Sequence[str]) -> Cell:
        cell = []
        for name, derives, at in places:
            codes = [successors.get((base, row[place]), row[place]) for base, place in at]
            cell.append(derive(name, codes) if derives else codes[0])
        return tuple(cell)

    return pick


def kinds(vault: Vault, period: str) -> Counter[Cell]:
    """Return how many contacts of each kind a month has, data or not."""
    found: Counter[Cell] = Counter(
        {(kind,): count for kind, count in vault.db.execute(KINDS, [period])}
    )
    for counts in (_folded(vault, period), bundle_store.reported(vault, period)):
        found.update(counts.get(KIND, {}))
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


def _folded(vault: Vault, period: str) -> Kept:
    kept: Kept = {}
    for dimensions, cell, count in vault.db.execute(FOLDED, [period]):
        kept.setdefault(tuple(json.loads(dimensions)), Counter())[tuple(json.loads(cell))] = count
    return kept


def _margin(counts: Kept, period: str, definition: Definition, derive: Derive) -> Counter[Cell]:
    """Return the counts of a table as they were kept, or as a margin of a larger one."""
    of = {"contacts": OF_CONTACTS, "referrals": OF_REFERRALS}.get(definition.counts, OF_CALLS)
    for dimensions, cells in sorted(counts.items(), key=lambda item: len(item[0])):
        if (
            {*dimensions} - {definition.mentioned} <= of
            and (not definition.mentioned or definition.mentioned in dimensions)
            and all({name} <= {*dimensions} or {*bases(name)} <= {*dimensions}
                    for name in definition.dimensions)
        ):  # fmt: skip
            pick = _picker(dimensions, definition.dimensions, derive, {}, derived=dimensions)
            margin = Counter[Cell]()
            for cell, count in cells.items():
                margin[pick(cell)] += count
            return margin
    # No count of a table was kept: either there was none, or the table is a younger one.
    if definition.counts == "referrals" or not counts.get(KIND, Counter())["data",]:
        return Counter()
    raise ConsoleError(
        f"the calls of {period} were folded into counts, and table {definition.name} is not "
        "among them: it begins with a later month"
    )


def _passes(
    definitions: Sequence[Definition],
) -> list[tuple[str, tuple[str, ...], list[int]]]:
    """Pack definitions into passes: mentioned dimension, columns, definitions' places."""
    passes: list[tuple[str, tuple[str, ...], list[int]]] = []
    for place, definition in enumerate(definitions):
        if definition.counts not in ("calls", "mentions"):
            continue
        slots = MENTION_SLOTS if definition.mentioned else CALL_SLOTS
        for at, (mentioned, columns, members) in enumerate(passes):
            union = tuple(dict.fromkeys((*columns, *definition.columns())))
            if mentioned == definition.mentioned and len(union) <= slots:
                passes[at] = (mentioned, union, [*members, place])
                break
        else:
            passes.append((definition.mentioned, definition.columns(), [place]))
    return passes


def _slots(columns: Sequence[str], slots: int) -> list[int | str]:
    picked: list[int | str] = [COUNTABLE.index(column) + 1 for column in columns]
    return picked + [0] * (slots - len(picked))
