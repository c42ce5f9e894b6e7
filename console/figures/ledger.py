"""What may be asked of the ledger: preview, close, export, restate, and what was published.

A month is open, then closed, then published. What is published is frozen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from console.errors import BadUsage, Refused
from console.figures import bundle_store, clock, counting, folder, ledger_store, publishing, store
from console.figures.headquarters import require_ours
from console.figures.ledger_store import Frozen
from console.figures.protect import Solver
from console.figures.published import Mode
from console.figures.publishing import Plan, Progress
from console.figures.release import hxl_files
from console.figures.release.files import Restated
from console.figures.solve import minimise
from console.figures.spans import folder_of, is_month, listed, months_of, require_month
from console.figures.tally import RawTable
from console.text import plain
from console.vault import Vault

State = Literal["open", "closed", "published"]

_LONGEST_REASON = 500


@dataclass(frozen=True)
class Exported:
    """A written release. Changes are in calls: mean and largest over all printed counts."""

    folder: Path
    period: str
    vintage: int
    mode: str
    digest: str
    tables: int
    mean_change: float
    largest_change: int
    already_published: bool


@dataclass(frozen=True)
class LedgerLine:
    """One published release."""

    period: str
    vintage: int
    mode: str
    published_on: str
    published_by: str
    digest: str
    reason: str = ""


@dataclass(frozen=True)
class PeriodLine:
    """One month: its true number of data calls and how it stands.

    ``late`` of the calls were of an earlier month, which was closed when they came in.
    """

    period: str
    calls: int
    state: State
    late: int = 0


@dataclass(frozen=True)
class Standing:
    """Where one period stands, in full.

    ``late`` calls of earlier months count in it, ``moved`` calls of its own days count later.
    ``reported``, ``missing`` and ``absent`` name the workstations that are due for it.
    """

    period: str
    calls: int
    state: State
    closed_on: str
    closed_by: str
    late: int
    moved: int
    reported: tuple[str, ...]
    missing: tuple[str, ...]
    absent: tuple[str, ...]
    releases: tuple[LedgerLine, ...]


@dataclass(frozen=True)
class Closed:
    """A month that takes no further call. ``already`` if it took none before."""

    period: str
    absent: tuple[str, ...]
    already: bool


@dataclass(frozen=True)
class Restatement:
    """A later vintage of a month, with the ``late`` contacts that it counts besides."""

    period: str
    vintage: int
    late: int
    digest: str


def periods(vault: Vault) -> list[PeriodLine]:
    """Return the months that have calls, a closing or a release, oldest first, for a coordinator.

    Raises ``Refused`` for anyone else.
    """
    vault.require("coordinator")
    return [
        PeriodLine(period, calls, _state(closed=closed, published=published), late)
        for period, calls, late, closed, published in ledger_store.periods(vault)
    ]


def _state(*, closed: bool, published: bool) -> State:
    if published:
        return "published"
    return "closed" if closed else "open"


def history(vault: Vault) -> list[LedgerLine]:
    """Return every published release, oldest period first, for a coordinator.

    Raises ``Refused`` for anyone else.
    """
    vault.require("coordinator")
    reasons = ledger_store.reasons(vault)
    return [
        LedgerLine(*row, reason=reasons.get((row[0], row[1]), ""))
        for row in ledger_store.history(vault)
    ]


def standings(vault: Vault) -> list[Standing]:
    """Return where every month and every longer published period stands, for a coordinator.

    Raises ``Refused`` for anyone else.
    """
    lines = history(vault)
    months = {line.period: line for line in periods(vault)}
    closings = ledger_store.closings(vault)
    moved: dict[str, int] = {}
    for own, _, calls in ledger_store.late(vault):
        moved[own] = moved.get(own, 0) + calls
    found = []
    for period in sorted({*months, *moved, *(line.period for line in lines)}):
        bare = PeriodLine(period, 0, "open" if is_month(period) else "published")
        month = months.get(period, bare)
        closed_on, closed_by = closings.get(period, ("", ""))
        reports = bundle_store.reports(vault, period) if is_month(period) else []
        found.append(
            Standing(
                period,
                month.calls,
                month.state,
                closed_on,
                closed_by,
                month.late,
                moved.get(period, 0),
                tuple(each.workstation for each in reports if each.calls is not None),
                tuple(each.workstation for each in reports if each.missing),
                tuple(each.workstation for each in reports if each.absent),
                tuple(line for line in lines if line.period == period),
            )
        )
    return found


def audit_heads(vault: Vault) -> dict[str, str]:
    """Return what the published releases state of the audit trail: its head then, by period.

    For a coordinator and IT staff. Raises ``Refused`` for anyone else.
    """
    vault.require("coordinator", "it")
    return ledger_store.audit_heads(vault)


def preview(vault: Vault, period: str) -> list[RawTable]:
    """Return the true counts of a month or a longer period, with every margin.

    For a coordinator's eyes: raises ``Refused`` for anyone else, and ``BadUsage`` for what is no
    period (see ``spans.months_of``).
    """
    vault.require("coordinator")
    return counting.count(vault, months_of(period))


def close(vault: Vault, period: str, *, now: datetime, absent: Iterable[str] = ()) -> Closed:
    """Close a month that is over: no further call counts in it, and no bundle is taken for it.

    ``absent`` names workstations that it does not wait for. For a coordinator; closing twice does
    nothing. Raises ``Refused`` for anyone else, for a month that is not over or was over before the
    vault's first day, for workstations that neither reported nor are absent, and for a clock that
    cannot be right; ``BadUsage`` for what is no month, and for an absent workstation that the month
    does not wait for.
    """
    vault.require("coordinator")
    require_month(period)
    _require_over(period, now)
    with vault.transaction():
        already = period in ledger_store.closings(vault)
        if already and absent:
            raise Refused(f"the month {period} is closed already; nobody can be declared absent")
        if not already:
            clock.require(vault, now)
            clock.require_begun(vault, period, now)
            _declare_absent(vault, period, absent, now)
            shut(vault, period, now=now)
        reports = bundle_store.reports(vault, period)
    return Closed(period, tuple(each.workstation for each in reports if each.absent), already)


def shut(vault: Vault, period: str, *, now: datetime) -> None:
    """Close a month that waits for nobody, unless it is closed; inside the caller's transaction.

    Raises ``Refused`` naming the workstations that it waits for.
    """
    if period in ledger_store.closings(vault):
        return
    missing = [each.workstation for each in bundle_store.reports(vault, period) if each.missing]
    if missing:
        raise Refused(
            f"the month {period} waits for {listed(missing)}: merge their bundles, or declare them "
            f"absent: helpline figures close --month {period} --absent NAME"
        )
    ledger_store.close(vault, period, day=now.date().isoformat())
    vault.audit("period.closed", period, now=now)


def _declare_absent(vault: Vault, period: str, absent: Iterable[str], now: datetime) -> None:
    ids = {each.name: each.id for each in bundle_store.workstations(vault)}
    due = {each.workstation: each for each in bundle_store.reports(vault, period)}
    for name in absent:
        if name not in due:
            raise BadUsage(
                f"the month {period} waits for no workstation called {plain(name, lines=False)}; "
                "see: helpline bundle workstations list"
            )
        if due[name].calls is not None:
            raise BadUsage(f"{name} has reported for {period}, so it is not absent")
        bundle_store.declare_absent(vault, period, ids[name], day=now.date().isoformat())
        vault.audit("workstation.absent", f"{period} {name}", now=now)


def export(
    vault: Vault,
    period: str,
    out: Path,
    *,
    now: datetime,
    mode: Mode | None = None,
    vintage: int | None = None,
    hxl: bool = False,
    progress: Progress | None = None,
    solve: Solver = minimise,
) -> Exported:
    """Publish a period that is over, once and for ever, and write its files to ``out/PERIOD``.

    A month is closed first, if it waits for nobody. A longer period is the sum of its published
    months. What is published already is written again, byte for byte: the newest vintage, or the
    one that is asked for. Without ``mode`` a new release is ``rounded``. With ``hxl`` the tables
    are written with tags, too, to ``out/PERIOD-hxl``.

    Raises ``Refused`` for anyone but a coordinator, for a period that is not over or was over
    before the vault's first day, in another mode than it was published in, that waits for
    workstations, with codes that the code list lacks or that would give a count away; ``BadUsage``
    for what is no period, a vintage that there is not and a folder that holds something else;
    ``ConsoleError`` if the tables cannot be protected or the disk refuses. Nothing is published
    then, unless it is the disk that failed while the files were written: exporting again completes
    that.
    """
    vault.require("coordinator")
    months = months_of(period)
    tell = progress or _silent
    folder.require_room(out)
    target, tagged = out / folder_of(period), out / f"{folder_of(period)}-hxl"
    with vault.transaction():
        frozen = ledger_store.find(vault, period, vintage)
        already = frozen is not None
        if frozen is None:
            if vintage is not None and ledger_store.latest(vault, period) is not None:
                raise BadUsage(f"{period} has no vintage {vintage}; see: helpline figures history")
            _require_over(months[-1], now)
            clock.require(vault, now)
            clock.require_begun(vault, period, now)
            frozen = _publish(vault, Plan(period, mode or "rounded", now), tell, solve)
        elif mode not in (None, frozen.mode):
            raise Refused(
                f"{period} is published in mode {frozen.mode}; in two modes at once it would give "
                "counts away"
            )
        folder.is_written(target, frozen.files)
        tags = (
            {Path(name).name: text for name, text in hxl_files(frozen.files).items()} if hxl else {}
        )
        if tags:
            folder.is_written(tagged, tags)
        vault.audit("release.exported", f"{period} {frozen.digest}", now=now)
    tell("writing", 0.95)
    folder.write(target, frozen.files)
    if tags:
        folder.write(tagged, tags)
    tell("done", 1.0)
    return Exported(
        target,
        period,
        frozen.vintage,
        frozen.mode,
        frozen.digest,
        frozen.tables,
        frozen.mean_change,
        frozen.largest_change,
        already,
    )


def _publish(vault: Vault, plan: Plan, tell: Progress, solve: Solver) -> Frozen:
    require_ours(vault, months_of(plan.period))
    if is_month(plan.period):
        shut(vault, plan.period, now=plan.now)
        return publishing.publish_month(vault, plan, tell, solve)
    if plan.mode != "rounded":
        raise Refused("hidden counts cannot be added up: a longer period is published rounded")
    return publishing.publish_sum(vault, plan, tell)


def restate(
    vault: Vault,
    period: str,
    reason: str,
    *,
    now: datetime,
    progress: Progress | None = None,
    solve: Solver = minimise,
) -> Restatement:
    """Publish a further vintage of a month: its late calls count in it, and in no later month.

    Only those move that count in a month which is still open. ``reason`` stays in the vault. For a
    coordinator. Raises ``Refused`` for anyone else, for a month that is not published, is part of
    a longer published period, was folded into counts or has nothing to add, and if anything could
    be proven from all its vintages together; ``BadUsage`` for what is no month or no reason;
    ``ConsoleError`` as ``export``. Nothing is changed then.
    """
    vault.require("coordinator")
    require_month(period)
    why = plain(reason, lines=False).strip()
    if not why or len(why) > _LONGEST_REASON:
        raise BadUsage("say in a line why the month is restated: --reason TEXT")
    tell = progress or _silent
    with vault.transaction():
        before = _restatable(vault, period)
        clock.require(vault, now)
        late = ledger_store.count_back(vault, period)
        publishing.require_larger(vault, period, before)
        mode: Mode = "suppressed" if before.mode == "suppressed" else "rounded"
        plan = Plan(period, mode, now, before.vintage + 1, Restated(before.vintage))
        frozen = publishing.publish_month(vault, plan, tell, solve)
        ledger_store.give_reason(vault, period, frozen.vintage, why)
        vault.audit("release.restated", f"{period} vintage {frozen.vintage}", now=now)
    tell("done", 1.0)
    return Restatement(period, frozen.vintage, late, frozen.digest)


def _restatable(vault: Vault, period: str) -> Frozen:
    before = ledger_store.latest(vault, period)
    if before is None:
        raise Refused(f"the month {period} is not published, so there is nothing to restate")
    require_ours(vault, [period])
    for line in history(vault):
        if line.period != period and period in months_of(line.period):
            raise Refused(
                f"the month {period} is part of {line.period}, which is published: both stay as "
                "they are"
            )
    if store.is_folded(vault, period):
        raise Refused(f"the calls of {period} were folded into counts: it stays as it is")
    return before


def _require_over(month: str, now: datetime) -> None:
    if month >= now.date().isoformat()[:7]:
        raise Refused(f"the month {month} is not over; close or export it when it is")


def _silent(_step: str, _share: float) -> None:
    """Tell nobody."""
