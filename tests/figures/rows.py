"""Made-up calls as plain rows, and true tables of them without a vault."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import product

from hypothesis import strategies as st

from console.figures.published import PublishedTable
from console.figures.tables import Definition, parse, standard
from console.figures.tally import TOTAL, RawTable, tabulate

Call = Mapping[str, str | frozenset[str]]

MANY = frozenset({"issue", "platform", "setting"})
GRIDS = {
    "gender": ("woman", "man", "trans_woman", "other", "unknown"),
    "age": ("0-11", "12-17", "18-25", "26-39", "unknown"),
    "region": tuple(f"r{n}" for n in range(9)),
    "perpetrator": ("partner", "parent", "stranger", "teacher", "other", "unknown"),
    "issue": ("rape", "stalking", "threats", "blackmail", "bullying", "other", "unknown"),
}
AREAS = {f"r{n}": f"r{n // 3 * 3}" for n in range(9)}
MORE = {
    "caller": ("self", "on_behalf", "unknown"),
    "first_disclosure": ("yes", "no", "unknown"),
    "campaign": ("film", "unknown"),
    "campus": ("other", "unknown"),
    "source": ("campaign", "social_media", "unknown"),
    "one_platform": ("whatsapp", "instagram", "several", "unknown"),
    "unmet_need": ("shelter", "report", "met"),
    "weekday": ("mon", "tue", "sun"),
    "hour": ("09", "10", "22", "unknown"),
}
OTHER = {
    "area": ("r0", "r3", "r6"),
    "kind": ("data", "silent", "unknown"),
    "status": ("referred", "declined"),
    "partner": ("authority", "organisation"),
}
DEFINITIONS = parse(
    "".join(
        f'[[table]]\nname = "{"_".join(pair)}"\ndimensions = {list(pair)}\n'
        f'counts = "{"mentions" if pair[0] == "issue" else "calls"}"\n'
        for pair in (
            ("region", "gender"),
            ("age", "gender"),
            ("issue", "gender"),
            ("issue", "age"),
            ("perpetrator", "gender"),
        )
    ),
    MANY,
)
"""A few small tables, for what has to be tried many times; the standard set is many larger ones."""

STANDARD = standard(MANY)


def a_call() -> st.SearchStrategy[Call]:
    single = {name: st.sampled_from(codes) for name, codes in GRIDS.items() if name != "issue"}
    issues = st.frozensets(st.sampled_from(GRIDS["issue"]), max_size=4)
    return st.fixed_dictionaries({**single, "issue": issues})


def some_calls(most: int = 60) -> st.SearchStrategy[list[Call]]:
    """Sets of rows in which whole groups of calls are alike, as real ones are."""
    groups = st.tuples(a_call(), st.integers(1, 9))
    return st.lists(groups, max_size=most // 5).map(
        lambda pairs: [call for call, times in pairs for _ in range(times)]
    )


def whole_calls(seed: int, count: int) -> list[Call]:
    """Rows with all that the standard tables count; with regions' areas."""
    dice = random.Random(seed)
    return [
        {
            **call,
            **{name: dice.choice(codes) for name, codes in MORE.items()},
            "area": AREAS[str(call["region"])],
        }
        for call in long_tailed(seed, count)
    ]


def long_tailed(seed: int, count: int) -> list[Call]:
    dice = random.Random(seed)

    def pick(codes: tuple[str, ...]) -> str:
        return codes[min(int(dice.paretovariate(0.9)) - 1, len(codes) - 1)]

    return [
        {
            **{name: pick(codes) for name, codes in GRIDS.items() if name != "issue"},
            "issue": frozenset(pick(GRIDS["issue"]) for _ in range(dice.randint(0, 4))),
        }
        for _ in range(count)
    ]


def tables_of(
    calls: Iterable[Call], definitions: Iterable[Definition] = DEFINITIONS
) -> list[RawTable]:
    calls = list(calls)
    made = []
    for definition in definitions:
        counts: Counter[tuple[str, ...]] = Counter()
        if definition.counts == "contacts":
            counts = Counter({("data",): len(calls), ("silent",): 3})
        elif definition.counts == "referrals":
            counts = Counter({("referred", "authority"): len(calls) // 3})
        else:
            for call in calls:
                axes = []
                for name in definition.dimensions:
                    value = call[name]
                    axes.append([value] if isinstance(value, str) else value or ["unknown"])
                counts.update(product(*axes))
        made.append(tabulate(definition, {**GRIDS, **MORE, **OTHER}.__getitem__, counts.items()))
    return made


def assert_promises(tables: Iterable[PublishedTable]) -> None:
    """Every promise of the published numbers, restated here and not taken from the package."""
    shared: dict[object, int] = {}
    for table in tables:
        for cell, count in table.published.items():
            assert count % 5 == 0
            assert count >= 0
            assert abs(count - table.raw.cells[cell]) <= 4
            for position, code in enumerate(cell):
                if code == TOTAL:
                    parts = [
                        other
                        for other in table.published
                        if other[position] != TOTAL
                        and other[:position] + other[position + 1 :]
                        == cell[:position] + cell[position + 1 :]
                    ]
                    assert count == sum(table.published[part] for part in parts)
            named = zip(table.raw.dimensions, cell, strict=True)
            key = (table.raw.counts, frozenset(pair for pair in named if pair[1] != TOTAL))
            if key == ("contacts", {("kind", "data")}):
                key = ("calls", frozenset())
            assert shared.setdefault(key, count) == count
