"""One release: count, protect, attack it as an outsider would, and freeze it in the ledger.

Everything here happens inside the caller's transaction, so that a release that fails in any way
leaves nothing behind.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import ParamSpec, TypeVar

from console.errors import ConsoleError, Refused
from console.figures import counting, ledger_store, release
from console.figures.attack import attack, read_files
from console.figures.dimensions import Dimensions
from console.figures.highs import GoOn, regardless
from console.figures.ledger_store import AFTER_ALL, Frozen
from console.figures.protect import Solver, protect
from console.figures.published import Mode, Protected
from console.figures.release import Description, Level, Restated
from console.figures.rounding import BASE, Identity, Model, Row, Solution, identity
from console.figures.spans import months_of
from console.figures.sums import Month, add_up, most_change
from console.figures.suppression import SCRIPT, suppress
from console.figures.suppression.programme import prepare
from console.figures.tally import RawTable
from console.vault import Vault

Progress = Callable[[str, float], None]

_P = ParamSpec("_P")
_T = TypeVar("_T")

_SECRET_DIGITS = 32
_PROTECTING = 0.2
_ATTACKING = 0.6


@dataclass(frozen=True)
class Plan:
    """What is to be published: a period, how it is protected, and what it restates."""

    period: str
    mode: Mode
    now: datetime
    vintage: int = 1
    restates: Restated | None = None


def publish_month(vault: Vault, plan: Plan, tell: Progress, solve: Solver) -> Frozen:
    """Publish the true counts of a month, protected, and return what the ledger keeps.

    Raises ``Refused`` for codes that the code list lacks, and if the attack on the release alone
    or together with those of the ledger proves anything; ``ConsoleError`` if the counts cannot be
    protected.
    """
    tell("counting", 0.0)
    dimensions = Dimensions(vault)
    raw = counting.count(vault, [plan.period], dimensions)
    counting.require_listed(raw, dimensions)
    tell("protecting", _PROTECTING)
    protected = _protected(vault, plan, raw, dimensions, tell, solve)
    _require_none_fell(vault, plan, protected, dimensions)
    return _freeze(vault, plan, protected, dimensions, tell)


def publish_sum(vault: Vault, plan: Plan, tell: Progress) -> Frozen:
    """Publish a longer period: the sums of what its months published.

    Raises ``Refused`` unless every month of it is published, in mode ``rounded``, with a table
    that all of them can give.
    """
    tell("counting", 0.0)
    dimensions = Dimensions(vault)
    months = [_published(vault, month, dimensions) for month in months_of(plan.period)]
    tell("protecting", _PROTECTING)
    summed = add_up(months, dimensions.grid)
    if not summed.tables:
        raise Refused(f"the months of {plan.period} have no table in common; publish them alone")
    return _freeze(vault, plan, summed, dimensions, tell)


def require_larger(vault: Vault, period: str, before: Frozen) -> None:
    """Raise ``Refused`` unless a month's true counts grew since a vintage, and none fell."""
    dimensions = Dimensions(vault)
    known = _true(table.raw for table in _month(vault, period, before.vintage, dimensions).tables)
    found = _true(counting.count(vault, [period], dimensions))
    shared = [(count, found[key]) for key, count in known.items() if key in found]
    if any(now < then for then, now in shared):
        raise Refused(
            f"calls of {period} were amended since it was published, so that some counts fell; "
            "a restatement can only add late calls"
        )
    if all(now == then for then, now in shared):
        raise Refused(f"nothing of {period} came in late that could still be counted in it")


def _true(tables: Iterable[RawTable]) -> dict[object, int]:
    return {identity(raw, cell): count for raw in tables for cell, count in raw.cells.items()}


def _protected(
    vault: Vault,
    plan: Plan,
    raw: list[RawTable],
    dimensions: Dimensions,
    tell: Progress,
    solve: Solver,
) -> Protected:
    if plan.mode == "suppressed":
        return suppress(raw, lambda each: _heard(tell, prepare(each)), areas=dimensions.levels())
    secret = vault.setting("release_secret")
    if not isinstance(secret, str) or len(secret) < _SECRET_DIGITS:
        raise ConsoleError("the vault has no release secret, so nothing can be protected")
    # What a later vintage is steered by is what the first one was, so that few counts change.
    before = plan.period if plan.restates else AFTER_ALL
    so_far = ledger_store.running(vault, dimensions.many_valued, before)
    if plan.restates:
        shown = _month(vault, plan.period, plan.restates.vintage, dimensions).cells()
        solve = _not_less(solve, {key: count for key, (count, _) in shown.items()})
    key = bytes.fromhex(secret)
    return protect(raw, so_far, key, plan.period, _heard(tell, solve), dimensions.levels())


def _heard(tell: Progress, solve: Callable[_P, _T]) -> Callable[_P, _T]:
    """Return a solver that tells before each question, so that who listens may give up there."""

    def told(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        tell("protecting", _PROTECTING)
        return solve(*args, **kwargs)

    return told


def _not_less(solve: Solver, shown: Mapping[Identity, int]) -> Solver:
    """Return a solver that shows no count lower than an earlier vintage did.

    Where that showed the upper one of a count's two values, the count had a remainder, and it has
    not become less: so there is an upper value again.
    """

    def solve_further(model: Model) -> Solution:
        held = [
            Row(((number, 1),), 1, 1)
            for key, number in model.identities.items()
            if shown.get(key) == BASE * (model.choices[number].floor + 1)
        ]
        return solve(replace(model, rows=[*model.rows, *held]))

    return solve_further


def _freeze(
    vault: Vault, plan: Plan, protected: Protected, dimensions: Dimensions, tell: Progress
) -> Frozen:
    about = _described(vault, plan, protected, dimensions)
    files, digest = release.files_of(about, protected)
    require_safe(files, _vintages(vault, plan), partial(tell, "attacking", _ATTACKING))
    tell("publishing", 0.9)
    ledger_store.publish(
        vault,
        plan.period,
        protected.tables,
        files,
        mode=plan.mode,
        vintage=plan.vintage,
        digest=digest,
        day=plan.now.date().isoformat(),
    )
    vault.audit("release.published", f"{plan.period} {digest}", now=plan.now)
    frozen = ledger_store.latest(vault, plan.period)
    if frozen is None or frozen.files != files:
        raise ConsoleError("the ledger did not keep the release; nothing was published")
    return frozen


def _described(
    vault: Vault, plan: Plan, protected: Protected, dimensions: Dimensions
) -> Description:
    printed = {name for table in protected.tables for name in table.raw.dimensions}
    levels = (Level("region", "area", dimensions.levels()),)
    return Description(
        plan.period,
        dimensions.label,
        site=str(vault.setting("site", "")),
        audit_head=vault.audit_head(),
        vintage=plan.vintage,
        restates=plan.restates,
        levels=levels if {"region", "area"} <= printed else (),
        checker=SCRIPT if plan.mode == "suppressed" else b"",
        max_change=most_change(len(months_of(plan.period))),
    )


def require_safe(
    files: Mapping[str, bytes], others: Sequence[Mapping[str, bytes]], go_on: GoOn = regardless
) -> None:
    """Raise ``Refused`` if an outsider could prove what a release hides.

    It is attacked together with the earlier vintages of its period, ``others``. Whatever ``go_on``
    raises gives it up: it is asked again and again.
    """
    go_on()
    releases = [*map(read_files, others), read_files(files)]
    if attack(releases, go_on=go_on).verdict != "safe":
        raise Refused(
            "a reader could prove a count that the release hides, so nothing was published; "
            "leave a table out, or wait for the next month"
        )


def _vintages(vault: Vault, plan: Plan) -> list[Mapping[str, bytes]]:
    """Return the files of the earlier vintages of a period, newest last.

    No other release has to be attacked beside it: a sum of months is what any reader can make of
    them, and a month of a published sum is never restated.
    """
    return [
        ledger_store.files_of(vault, plan.period, vintage) for vintage in range(1, plan.vintage)
    ]


def _require_none_fell(vault: Vault, plan: Plan, protected: Protected, known: Dimensions) -> None:
    """Raise ``Refused`` for a count shown lower than before, though there can only be more calls.

    A 5 that falls to 0 would have been 1 to 4. The attack finds that, too, but takes long over it.
    """
    if plan.restates is None or plan.mode != "rounded":
        return
    before = _month(vault, plan.period, plan.restates.vintage, known).cells()
    for table in protected.tables:
        for cell, shown in table.published.items():
            was, _ = before.get(identity(table.raw, cell), (0, 0))
            if isinstance(shown, int) and shown < was:
                raise Refused(
                    f"protected anew, a count of {plan.period} would show less than it did, which "
                    "would give it away; wait for more late calls"
                )


def _published(vault: Vault, month: str, dimensions: Dimensions) -> Month:
    frozen = ledger_store.latest(vault, month)
    if frozen is None:
        raise Refused(f"the month {month} is not published; a longer period needs all its months")
    if frozen.mode != "rounded":
        raise Refused(
            f"the month {month} was published with hidden counts, which cannot be added up"
        )
    return _month(vault, month, frozen.vintage, dimensions)


def _month(vault: Vault, period: str, vintage: int, dimensions: Dimensions) -> Month:
    return ledger_store.month(vault, period, vintage, dimensions.many_valued)
