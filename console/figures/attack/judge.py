"""The attack: what can be proven of every published cell, scenario by scenario, and the verdict."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from console.figures.attack.layout import Layout, joint, linked, overlapping, single
from console.figures.attack.read import Release
from console.figures.highs import GoOn, regardless

if TYPE_CHECKING:
    from console.figures.attack.bounds import Bounds
    from console.figures.attack.system import System

SCENARIOS = ("single", "linked", "over_time", "legend_known", "insider")
"""From the weakest attacker to the strongest; each knows what the one before knows."""

STRONGEST = "legend_known"
"""The strongest outsider, on whom the verdict depends."""

Flaw = Literal["exact", "proven_small", "narrowed"]

Place = tuple[int, int, int]
"""A published cell: numbers of its release, of its table, and of the cell in that."""


@dataclass(frozen=True)
class Known:
    """What an insider knows of a cell: that it counts her own call, or its true count ``count``.

    ``release`` is the name of a release, or empty for every release that has the cell.
    """

    table: str
    cell: Mapping[str, str]
    count: int | None = None
    release: str = ""


@dataclass(frozen=True)
class Finding:
    """What the strongest outsider can prove of one cell: its true count is ``low`` to ``high``.

    ``high`` is ``None`` without a bound. ``flaws`` is empty where that is what the release says.
    """

    release: str
    table: str
    cell: Mapping[str, str]
    published: int | str
    low: int
    high: int | None
    flaws: frozenset[Flaw] = frozenset()


@dataclass(frozen=True)
class Tally:
    """How many cells have each flaw in one scenario; a cell may have more than one."""

    exact: int
    proven_small: int
    narrowed: int


@dataclass(frozen=True)
class Findings:
    """What the attack found, for the strongest outsider, and in numbers for every scenario.

    ``contradictions`` says which releases cannot be true; ``notes`` what else a reader should know.
    """

    releases: tuple[str, ...]
    cells: tuple[Finding, ...]
    exact: int
    proven_small: int
    narrowed: int
    verdict: Literal["safe", "unsafe"]
    scenarios: Mapping[str, Tally]
    contradictions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class Group:
    """Releases whose periods overlap: the layout that holds, and what is proven in it."""

    members: list[int]
    layout: Layout
    system: "System"
    shown: Mapping[Place, int | str]
    proven: "Bounds"
    flaws: Mapping[Place, frozenset[Flaw]]


@dataclass
class _Said:
    """The releases' names, and what there is to say of them; ``whole`` to keep all together."""

    names: list[str]
    whole: bool = False
    contradictions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def listed(self, members: Sequence[int]) -> str:
        return ", ".join(self.names[at] for at in members)


def attack(
    releases: Sequence[Release],
    *,
    insider: Sequence[Known] | None = None,
    seats: bool = False,
    go_on: GoOn = regardless,
) -> Findings:
    """Return what can be proven from these releases together, and whether that is too much.

    The scenario ``insider`` is reported with what one ``insider`` knows, or with ``seats``, where
    every caller of a hidden cell is taken for one who knows her own call, or if nothing is hidden:
    then that tells no more than the outsider knows. It is no part of the verdict. Raises
    ``BadUsage`` for knowledge that fits no release or cannot be true, ``ConsoleError`` if the
    solver proves nothing, and whatever ``go_on`` raises to give the attack up: it is asked before
    every programme, and while one is solved.
    """
    from console.figures.attack.insider import told, unasked

    names = _names(releases)
    said = _Said(names, whole=insider is not None)
    groups = [
        group
        for members in overlapping(releases, range(len(releases)))
        for group in _strongest(releases, members, said, go_on)
    ]
    outside = {place: found for group in groups for place, found in group.flaws.items()}
    scenarios = {
        scenario: tally(
            found for group in groups for found in _weaker(releases, group, scenario, go_on)
        )
        for scenario in SCENARIOS[:3]
    }
    scenarios[STRONGEST] = found = tally(outside.values())
    if insider is not None:
        scenarios["insider"] = tally(told(releases, names, groups, insider, go_on))
    elif seats:
        seen = [unasked(releases, group, go_on) for group in groups]
        scenarios["insider"] = tally(each for found_here, _ in seen for each in found_here)
        if unsettled := sum(count for _, count in seen):
            said.notes.append(f"for {unsettled} cells it was not settled what insiders can prove")
    elif not any(release.hidden for release in releases):
        scenarios["insider"] = found
    unsafe = bool(said.contradictions or found.exact or found.proven_small or found.narrowed)
    return Findings(
        tuple(names),
        tuple(_cells(releases, names, groups)),
        found.exact,
        found.proven_small,
        found.narrowed,
        "unsafe" if unsafe else "safe",
        scenarios,
        tuple(said.contradictions),
        tuple(said.notes),
    )


def tally(found: Iterable[frozenset[Flaw]]) -> Tally:
    """Return how many cells have each flaw."""
    listed = list(found)
    return Tally(
        sum("exact" in each for each in listed),
        sum("proven_small" in each for each in listed),
        sum("narrowed" in each for each in listed),
    )


def flaws_of(
    release: Release,
    shown: int | str,
    proven: tuple[float, float],
    fair: tuple[float, float] = (0.0, float("inf")),
) -> frozenset[Flaw]:
    """Return what is wrong with a proven interval of an unpublished cell.

    ``fair`` is what the releases of the shorter periods say of a longer one by their sums.
    A label without a greatest count makes no promise that could be narrowed: the cell is hidden
    for the sake of others, and its total less theirs is always known to within what they hide.
    """
    low, high = proven
    found: set[Flaw] = set()
    least, most = release.stated(shown)
    if low == high:
        found.add("exact")
    if low >= 1 and high <= release.small:
        found.add("proven_small")
    if isinstance(shown, int):
        narrower = low > max(least, fair[0]) or high < min(_bound(most), fair[1])
    else:
        narrower = most is not None and (low > least or high < most)
    if narrower:
        found.add("narrowed")
    return frozenset(found)


def _bound(most: int | None) -> float:
    return float("inf") if most is None else most


def _unpublished(
    releases: Sequence[Release], members: Sequence[int]
) -> Iterator[tuple[Place, int | str]]:
    """Yield the cells whose true counts are not printed, hidden or changed, and what is."""
    for at in members:
        release = releases[at]
        for number, table in enumerate(release.tables):
            for cell, shown in enumerate(table.cells.values()):
                if release.max_change or not isinstance(shown, int):
                    yield (at, number, cell), shown


def _names(releases: Sequence[Release]) -> list[str]:
    """Return the releases' names, numbered where two have the same."""
    names: list[str] = []
    for at, release in enumerate(releases):
        same = sum(other.name == release.name for other in releases[:at])
        names.append(f"{release.name} #{same + 1}" if same else release.name)
    return names


def _strongest(
    releases: Sequence[Release], members: list[int], said: _Said, go_on: GoOn
) -> list[Group]:
    """Return what the strongest outsider proves of overlapping releases.

    A longer period that is the mere sum of the others is put aside before these are attacked.
    Where they cannot all be true they are taken apart: one that contradicts itself is left out,
    then vintages that say nothing of one another count different calls, then each stands alone.
    """
    from console.figures.attack.solver import ContradictionError

    go_on()
    aside = _put_aside(releases, members, said, go_on)
    if aside:
        return aside
    try:
        return [_group(releases, members, joint(releases, members), go_on)]
    except ContradictionError:
        alone: list[Group] = []
    for at in members:
        try:
            alone.append(_group(releases, [at], linked(releases, [at]), go_on))
        except ContradictionError:
            said.contradictions.append(f"{said.names[at]} contradicts itself")
    left = [at for group in alone for at in group.members]
    for changed in (False, True):
        try:
            group = _group(releases, left, joint(releases, left, changed=changed), go_on)
        except ContradictionError:
            continue
        if changed:
            said.notes.append(
                f"the counts must have changed between vintages among {said.listed(left)}, and "
                "no release says so: they were taken apart"
            )
        return [group]
    said.contradictions.append(f"{said.listed(left)} contradict each other")
    return alone


def _put_aside(
    releases: Sequence[Release], members: Sequence[int], said: _Said, go_on: GoOn
) -> list[Group]:
    """Return the groups without the longest period, and that by itself; none if it matters."""
    from console.figures.attack.longer import summed, top_of

    top = top_of(releases, members)
    if top is None or said.whole:
        return []
    heard = _Said(said.names)
    rest = [
        group
        for part in overlapping(releases, [at for at in members if at != top])
        for group in _strongest(releases, part, heard, go_on)
    ]
    found = None if heard.contradictions or heard.notes else summed(releases, top, rest)
    if found is None:
        return []
    system, proven = found
    shown = dict(_unpublished(releases, [top]))
    flaws = _flaws(releases, system, shown, proven)
    if any(flaws.values()):
        return []
    return [*rest, Group([top], linked(releases, [top]), system, shown, proven, flaws)]


def _group(releases: Sequence[Release], members: list[int], layout: Layout, go_on: GoOn) -> Group:
    from console.figures.attack.system import build

    system = build(releases, layout)
    shown = dict(_unpublished(releases, members))
    proven, flaws = judged(releases, system, shown, go_on)
    return Group(members, layout, system, shown, proven, flaws)


def judged(
    releases: Sequence[Release],
    system: "System",
    shown: Mapping[Place, int | str],
    go_on: GoOn,
) -> tuple["Bounds", dict[Place, frozenset[Flaw]]]:
    """Return what is proven of the cells in a system, and what is wrong with that.

    Raises ``ContradictionError`` if the system contradicts itself.
    """
    import numpy as np

    from console.figures.attack.bounds import prove

    wanted = np.zeros(len(system.low), dtype=bool)
    wanted[[int(system.printed[place[:2]][place[2]]) for place in shown]] = True
    proven = prove(system, wanted, go_on)
    return proven, _flaws(releases, system, shown, proven)


def _flaws(
    releases: Sequence[Release],
    system: "System",
    shown: Mapping[Place, int | str],
    proven: "Bounds",
) -> dict[Place, frozenset[Flaw]]:
    found = {}
    for place, what in shown.items():
        number = int(system.printed[place[:2]][place[2]])
        found[place] = flaws_of(
            releases[place[0]],
            what,
            (float(proven.low[number]), float(proven.high[number])),
            (float(system.fair_low[number]), float(system.fair_high[number])),
        )
    return found


def _weaker(
    releases: Sequence[Release], group: Group, scenario: str, go_on: GoOn
) -> Iterator[frozenset[Flaw]]:
    """Yield the flaws that a weaker outsider finds; none where the strongest finds none."""
    from console.figures.attack.system import build

    places = [place for place, found in group.flaws.items() if found]
    labelled = any(releases[at].hidden for at in group.members)
    if not places or (scenario == "over_time" and not labelled):
        yield from (group.flaws[place] for place in places)
        return
    if scenario == "over_time":
        parts = [(group.members, group.layout)]
    else:
        lay = single if scenario == "single" else linked
        parts = [([at], lay(releases, [at])) for at in group.members]
    for members, layout in parts:
        here = {place: group.shown[place] for place in places if place[0] in members}
        if here:
            system = build(releases, layout, legend=False)
            yield from judged(releases, system, here, go_on)[1].values()


def _cells(
    releases: Sequence[Release], names: Sequence[str], groups: Sequence[Group]
) -> Iterator[Finding]:
    """Yield every printed cell; of a release that contradicts itself, with what it says."""
    group_of = {at: group for group in groups for at in group.members}
    for at, release in enumerate(releases):
        group = group_of.get(at)
        for number, table in enumerate(release.tables):
            for place, (cell, shown) in enumerate(table.cells.items()):
                low, high = release.stated(shown)
                found: frozenset[Flaw] = frozenset()
                if group is not None:
                    unknown = group.system.printed[at, number][place]
                    most = float(group.proven.high[unknown])
                    low = int(group.proven.low[unknown])
                    high = None if most == float("inf") else int(most)
                    found = group.flaws.get((at, number, place), found)
                named = dict(zip(table.dimensions, cell, strict=True))
                yield Finding(names[at], table.name, named, shown, low, high, found)
