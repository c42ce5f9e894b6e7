"""Keyed, additive, controlled rounding to base 5, as a mixed-integer model in plain data.

Each cell with true count ``a`` is published as ``5q`` with ``q`` either ``a // 5`` or one more,
never the latter where ``a`` is a multiple of 5. Which one is the model's choice: near the keyed
random target, near the running true total, and such that all tables stay one possible truth.
All quantities of the model are in units of 5. Source: design of the figures, mode ``rounded``;
controlled rounding after Cox (1987) and Causey, Cox and Ernst (1985).
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from console.errors import ConsoleError
from console.figures.tables import AREA, REGION
from console.figures.tally import TOTAL, Cell, RawTable, axes_of, sums_of

BASE = 5
MAX_CHANGE = BASE - 1

_LEDGER_WEIGHT = 3
"""How much nearness to the running true total counts against nearness to the target."""

CALLS = "calls/"
"""The kind of count that tables of calls have, in an identity."""

_DATA = {("kind", "data")}
"""The contacts that are calls."""

Identity = tuple[str, frozenset[tuple[str, str]]]
"""What a cell counts, whichever table prints it: kind of count, and its codes but totals."""


@dataclass(frozen=True)
class Running:
    """Sums over the releases published so far of one cell: published and true, in counts."""

    published: int = 0
    true: int = 0


@dataclass(frozen=True)
class Choice:
    """A cell that is published as ``5 * floor``, or ``5`` more if ``free`` and chosen so."""

    floor: int
    free: bool
    gain: int
    """Cost of choosing the upper value, less the cost of the lower one."""


@dataclass(frozen=True)
class Row:
    """A linear row: ``low <= sum(weight * unknown) <= high``; ``None`` is no bound.

    Unknowns are numbered: the choices first, then the latent counts.
    """

    terms: tuple[tuple[int, int], ...]
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Latent:
    """A count that no table prints: calls of a cell over ``beside``, or their mentions of ``code``.

    ``code`` is empty for the calls.
    """

    mentioned: str
    beside: tuple[str, ...]
    cell: Cell
    code: str


@dataclass(frozen=True)
class Model:
    """The problem: one choice per cell, and whole latent counts >= 0, that satisfy the rows."""

    identities: dict[Identity, int] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)
    latent: list[Latent] = field(default_factory=list)
    printed: dict[Latent, int] = field(default_factory=dict)
    """Those counts of a tie that a table does print after all, by their choice."""
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Solution:
    """Per choice whether the upper value was taken, and the latent counts in units of 5."""

    upper: tuple[bool, ...]
    latent: tuple[int, ...]


def identity(table: RawTable, cell: Cell) -> Identity:
    """Return what the cell counts, equal for the equal cells of linked tables."""
    pairs = frozenset(pair for pair in zip(table.dimensions, cell, strict=True) if pair[1] != TOTAL)
    if table.counts == "contacts" and pairs == _DATA:
        return CALLS, frozenset()
    return f"{table.counts}/{table.mentioned}", pairs


def drawn_up(secret: bytes, period: str, table: str, cell: Cell, remainder: int) -> bool:
    """Draw whether the target is the upper multiple: probability ``remainder / 5``, exactly keyed.

    ``u`` is the first 8 bytes of HMAC-SHA256(secret, "period|table|cell"), the cell as a JSON list.
    """
    message = f"{period}|{table}|{json.dumps(cell)}".encode()
    digest = hmac.digest(secret, message, hashlib.sha256)
    return int.from_bytes(digest[:8], "big") * BASE < remainder << 64


def build(
    tables: Sequence[RawTable],
    running: Mapping[Identity, Running],
    secret: bytes,
    period: str,
    areas: Mapping[str, str],
) -> Model:
    """Return the model of all tables of one period, solved jointly.

    Equal cells of linked tables are one choice, named for the draw after the first table that has
    it. ``areas`` gives the area that each region lies in. Raises ``ConsoleError`` if linked tables
    disagree on a true count.
    """
    model = Model()
    true: list[int] = []
    if any(AREA in table.dimensions for table in tables):
        tables = [*tables, *(by_area(each, areas) for each in tables if REGION in each.dimensions)]
    for table in tables:
        for cell, count in table.cells.items():
            key = identity(table, cell)
            index = model.identities.get(key)
            if index is None:
                up = drawn_up(secret, period, table.name, cell, count % BASE)
                model.identities[key] = len(model.choices)
                model.choices.append(_choice(count, up, running.get(key, Running())))
                true.append(count)
            elif true[index] != count:
                raise ConsoleError(
                    f"table {table.name} disagrees with another one; nothing written"
                )
    sums = {
        (
            model.identities[identity(table, total)],
            tuple(sorted(model.identities[identity(table, part)] for part in parts)),
        ): None
        for table in tables
        for total, parts in sums_of(table)
    }
    for whole, addends in sums:
        _add_row(model, [(index, 1) for index in addends] + [(whole, -1)], 0, 0)
    for area, regions in areas_of(model.identities, areas):
        terms = [(model.identities[region], 1) for region in regions]
        _add_row(model, [*terms, (model.identities[area], -1)], 0, 0)
    for mentioned in dict.fromkeys(table.mentioned for table in tables if table.mentioned):
        for beside in _groups(tables, mentioned):
            _tie(model, tables, mentioned, beside)
    return model


def by_area(table: RawTable, areas: Mapping[str, str]) -> RawTable:
    """Return a table by region as one by area, which readers can add up where it is not printed.

    ``areas`` gives the area that each region lies in.
    """
    at = table.dimensions.index(REGION)
    cells: dict[Cell, int] = {}
    for cell, count in table.cells.items():
        key = (*cell[:at], areas.get(cell[at], cell[at]), *cell[at + 1 :])
        cells[key] = cells.get(key, 0) + count
    names = (*table.dimensions[:at], AREA, *table.dimensions[at + 1 :])
    return RawTable(table.name + "/area", names, table.counts, cells, table.mentioned)


def areas_of(
    identities: Collection[Identity], areas: Mapping[str, str]
) -> Iterator[tuple[Identity, tuple[Identity, ...]]]:
    """Yield each cell by area with the cells by region that it is the sum of, where all are there.

    ``areas`` gives the area that each region lies in.
    """
    regions: dict[str, list[str]] = {}
    for region, area in areas.items():
        regions.setdefault(area, []).append(region)
    for counts, codes in identities:
        for dimension, area in codes:
            if dimension == AREA:
                rest = codes - {(AREA, area)}
                parts = tuple((counts, rest | {(REGION, code)}) for code in regions.get(area, ()))
                if parts and all(part in identities for part in parts):
                    yield (counts, codes), parts


def published(table: RawTable, model: Model, solution: Solution) -> dict[Cell, int]:
    """Return the table's published counts under a solution, cells in the table's order."""
    result = {}
    for cell in table.cells:
        index = model.identities[identity(table, cell)]
        result[cell] = BASE * (model.choices[index].floor + solution.upper[index])
    return result


def witness(model: Model, solution: Solution) -> dict[Latent, int]:
    """Return the latent counts of a solution, in counts, to be checked against the tables."""
    found = dict(zip(model.latent, (BASE * value for value in solution.latent), strict=True))
    for latent, at in model.printed.items():
        found[latent] = BASE * (model.choices[at].floor + solution.upper[at])
    return found


def _choice(count: int, up: bool, so_far: Running) -> Choice:
    floor, remainder = divmod(count, BASE)
    target = BASE * (floor + up)
    drift = so_far.published - so_far.true - count
    lower, upper = (
        abs(value - target) + _LEDGER_WEIGHT * abs(value + drift)
        for value in (BASE * floor, BASE * (floor + 1))
    )
    return Choice(floor, remainder > 0, upper - lower)


def _add_row(
    model: Model, terms: Sequence[tuple[int, int]], low: int | None, high: int | None
) -> None:
    """Add a row over choices' whole values and latent counts; constants move to the bounds."""
    count = len(model.choices)
    constant = sum(weight * model.choices[at].floor for at, weight in terms if at < count)
    unknown = tuple((at, weight) for at, weight in terms if at >= count or model.choices[at].free)
    low = None if low is None else low - constant
    high = None if high is None else high - constant
    if unknown or (low is not None and low > 0) or (high is not None and high < 0):
        model.rows.append(Row(unknown, low, high))


def _groups(tables: Sequence[RawTable], mentioned: str) -> list[tuple[str, ...]]:
    """Return the sets of dimensions over which mentions are tied to calls, none within another.

    Tables of mentions are tied together where one table of calls has all that stands beside the
    mentioned dimension in them; what no table of calls has is tied by its total alone.
    """
    besides = [
        tuple(name for name in table.dimensions if name != mentioned)
        for table in tables
        if table.mentioned == mentioned
    ]
    groups = [frozenset(beside) for beside in besides]
    for table in tables:
        if table.counts == "calls":
            within = [each for each in besides if {*each} <= {*table.dimensions}]
            groups.append(frozenset(name for each in within for name in each))
    order = tuple(dict.fromkeys(name for beside in besides for name in beside))
    largest = [group for group in groups if not any(group < other for other in groups)]
    return [tuple(name for name in order if name in group) for group in dict.fromkeys(largest)]


def _tie(model: Model, tables: Sequence[RawTable], mentioned: str, beside: tuple[str, ...]) -> None:
    """Tie tables of mentions to those of calls through latent calls and latent mentions.

    Each call is mentioned under at least one code, and under any code once. A reader knows that,
    and would prove a small cell wherever calls and mentions were rounded apart (calls shown as 5,
    their mentions as 0). So the published tables must be margins of latent calls ``y`` over the
    dimensions ``beside`` the mentioned one, and of latent mentions ``m``, with ``m <= y`` for each
    code and the sum of ``m`` over the codes ``>= y``. What a table prints is no unknown.
    """
    of_calls = [table for table in tables if table.counts == "calls"]
    of_mentions = [
        table
        for table in tables
        if table.mentioned == mentioned and {*table.dimensions} <= {mentioned, *beside}
    ]
    if not of_calls:
        return
    codes: dict[str, tuple[str, ...]] = {}
    for table in of_mentions:
        codes.update(zip(table.dimensions, axes_of(table), strict=True))
    parts: dict[Identity, list[int]] = {}

    def unknown(latent: Latent, among: Sequence[RawTable], cell: Cell) -> int | None:
        dimensions = (mentioned, *beside) if latent.code else beside
        keys = list(_margins(among, dimensions, cell))
        if not all(_possible(model, key) for key in keys):
            return None
        counts = f"mentions/{mentioned}" if latent.code else CALLS
        whole = (counts, frozenset(zip(dimensions, cell, strict=True)))
        if whole in keys:
            model.printed[latent] = model.identities[whole]
            return model.identities[whole]
        at = _latent(model, latent)
        for key in keys:
            parts.setdefault(key, []).append(at)
        return at

    for cell in product(*(codes[dimension] for dimension in beside)):
        call = unknown(Latent(mentioned, beside, cell, ""), of_calls, cell)
        if call is None:
            continue
        mentions = []
        for code in codes[mentioned]:
            at = unknown(Latent(mentioned, beside, cell, code), of_mentions, (code, *cell))
            if at is not None:
                mentions.append((at, 1))
                _add_row(model, [(call, 1), (at, -1)], 0, None)
        _add_row(model, [*mentions, (call, -1)], 0, None)
    for key, latent in parts.items():
        whole = model.identities[key]
        _add_row(model, [(at, 1) for at in latent] + [(whole, -1)], 0, 0)


def _margins(
    tables: Sequence[RawTable], dimensions: tuple[str, ...], cell: Cell
) -> Iterator[Identity]:
    """Yield, once each, what the finest margin of each table over the dimensions counts."""
    pairs = dict(zip(dimensions, cell, strict=True))
    yield from dict.fromkeys(
        identity(table, tuple(pairs.get(dimension, TOTAL) for dimension in table.dimensions))
        for table in tables
    )


def _possible(model: Model, key: Identity) -> bool:
    """Say whether the cell can be published above 0. A code no table of calls has is no call."""
    index = model.identities.get(key)
    return index is not None and (model.choices[index].floor > 0 or model.choices[index].free)


def _latent(model: Model, latent: Latent) -> int:
    model.latent.append(latent)
    return len(model.choices) + len(model.latent) - 1
