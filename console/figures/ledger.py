"""What may be asked of the figures: preview, export, and what was published."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from console import codebook
from console.errors import BadUsage, ConsoleError, Refused
from console.figures import folder, ledger_store, release, store, tables
from console.figures.protect import Solver, protect
from console.figures.solve import minimise
from console.figures.tally import TOTAL, RawTable, tabulate
from console.vault import Vault

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Exported:
    """A written release. Changes are in calls: mean and largest over all printed cells."""

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


@dataclass(frozen=True)
class PeriodLine:
    """One month: its true number of data calls, and whether it is published."""

    period: str
    calls: int
    state: Literal["open", "published"]


def periods(vault: Vault) -> list[PeriodLine]:
    """Return the months that have data calls or a release, oldest first, for a coordinator.

    Raises ``Refused`` for anyone else.
    """
    vault.require("coordinator")
    return [
        PeriodLine(period, calls, "published" if published else "open")
        for period, calls, published in ledger_store.periods(vault)
    ]


def history(vault: Vault) -> list[LedgerLine]:
    """Return every published release, oldest month first, for a coordinator.

    Raises ``Refused`` for anyone else.
    """
    vault.require("coordinator")
    return [LedgerLine(*row) for row in ledger_store.history(vault)]


def audit_heads(vault: Vault) -> dict[str, str]:
    """Return what the published releases state of the audit trail: its head then, by month.

    For a coordinator and IT staff. Raises ``Refused`` for anyone else.
    """
    vault.require("coordinator", "it")
    return ledger_store.audit_heads(vault)


def preview(vault: Vault, period: str) -> list[RawTable]:
    """Return the true counts of a month ``YYYY-MM`` with every margin, for a coordinator's eyes.

    Raises ``Refused`` for anyone else and ``BadUsage`` for what is no month.
    """
    vault.require("coordinator")
    _require_month(period)
    return _tables(vault, period)


def export(
    vault: Vault,
    period: str,
    out: Path,
    *,
    now: datetime,
    progress: Progress | None = None,
    solve: Solver = minimise,
) -> Exported:
    """Publish a month that is over, once and for ever, and write its files to ``out/YYYY-MM``.

    A month that is published already is written again, byte for byte. Raises ``Refused`` for
    anyone but a coordinator, for a month that is not over, and for codes that the code list lacks;
    ``BadUsage`` for what is no month and a folder that holds something else; ``ConsoleError`` if
    the tables cannot be protected or the disk refuses. Nothing is published then, unless it is the
    disk that failed while the files were written: exporting again completes that.
    """
    vault.require("coordinator")
    _require_month(period)
    if period >= now.date().isoformat()[:7]:
        raise Refused(f"the month {period} is not over; export it when it is")
    tell = progress or _silent
    target = out / period
    with vault.transaction():
        frozen = ledger_store.latest(vault, period)
        already = frozen is not None
        if frozen is None:
            frozen = _publish(vault, period, now, tell, solve)
        folder.is_written(target, frozen.files)
        vault.audit("release.exported", f"{period} {frozen.digest}", now=now)
    tell("writing", 0.9)
    folder.write(target, frozen.files)
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


def _publish(
    vault: Vault, period: str, now: datetime, tell: Progress, solve: Solver
) -> ledger_store.Frozen:
    secret = vault.setting("release_secret")
    if not isinstance(secret, str) or len(secret) < 32:
        raise ConsoleError("the vault has no release secret, so nothing can be protected")
    tell("counting", 0.0)
    raw = _tables(vault, period)
    _require_listed(vault, raw)
    tell("protecting", 0.3)
    so_far = ledger_store.running(vault, _many_valued(vault))
    protected = protect(raw, so_far, bytes.fromhex(secret), period, solve)
    tell("publishing", 0.8)
    site = vault.setting("site", "")
    files, digest = release.files_of(period, site, protected, _labels(vault), vault.audit_head())
    day = now.date().isoformat()
    ledger_store.publish(vault, period, protected.tables, files, digest=digest, day=day)
    vault.audit("release.published", f"{period} {digest}", now=now)
    frozen = ledger_store.latest(vault, period)
    if frozen is None or frozen.files != files:
        raise ConsoleError("the ledger did not keep the release; nothing was published")
    return frozen


def _tables(vault: Vault, period: str) -> list[RawTable]:
    definitions = tables.standard(_many_valued(vault))
    grid = _codebook(vault).grid
    counted = store.grouped(vault, period, definitions)
    return [
        tabulate(definition, grid, rows)
        for definition, rows in zip(definitions, counted, strict=True)
    ]


def _require_listed(vault: Vault, raw: list[RawTable]) -> None:
    """Refuse codes that the list lacks: a row printed only when it has calls proves a call."""
    grid = _codebook(vault).grid
    for table in raw:
        for position, dimension in enumerate(table.dimensions):
            listed = {*grid(dimension), TOTAL}
            if any(cell[position] not in listed for cell in table.cells):
                raise Refused(
                    f"calls have a code of {dimension} that the code list lacks; "
                    "add it with 'helpline code add', then export"
                )


def _labels(vault: Vault) -> release.Labels:
    books = {language: _codebook(vault, language) for language in codebook.LANGUAGES}
    names = {
        language: {dimension.name: dimension.label for dimension in book.dimensions()}
        for language, book in books.items()
    }

    def label(language: str, dimension: str, code: str) -> str:
        if not code:
            return names[language][dimension]
        if code == TOTAL:
            return release.wording()[language]["total"]
        return books[language].label(dimension, code)

    return label


def _codebook(vault: Vault, language: str = "en") -> codebook.Codebook:
    return codebook.load(vault, str(vault.setting("country")), language)


def _many_valued(vault: Vault) -> frozenset[str]:
    return frozenset(item.name for item in _codebook(vault).dimensions() if item.multiple)


def _require_month(period: str) -> None:
    if not _MONTH.fullmatch(period):
        raise BadUsage(f"{period[:20]!a} is no month; write it as YYYY-MM, such as 2026-10")


def _silent(_step: str, _share: float) -> None:
    """Tell nobody."""
