"""Figures: the only way out of the vault. Tally, protect, check, publish once, write."""

from console.figures.bundle_store import Workstation
from console.figures.bundles import MadeCounts, Merged, make_counts, merge, retire, workstations
from console.figures.clock import Clock
from console.figures.clock import confirm as confirm_clock
from console.figures.clock import read as read_clock
from console.figures.counting import define_tables, definitions, tables_text
from console.figures.folding import fold
from console.figures.headquarters import MadeSettings, leave
from console.figures.headquarters import make as make_settings
from console.figures.ledger import (
    Closed,
    Exported,
    LedgerLine,
    PeriodLine,
    Restatement,
    Standing,
    audit_heads,
    close,
    export,
    history,
    periods,
    preview,
    restate,
    standings,
)
from console.figures.published import Mode, PublishedTable, Shown
from console.figures.reconcile import (
    TOPICS,
    Cost,
    Label,
    Line,
    MonthTotal,
    cost,
    difference,
    named,
    over_time,
    reconcile,
    title,
)
from console.figures.review import Review, labels, months, review
from console.figures.spans import require_month
from console.figures.tally import RawTable

__all__ = [
    "TOPICS",
    "Clock",
    "Closed",
    "Cost",
    "Exported",
    "Label",
    "LedgerLine",
    "Line",
    "MadeCounts",
    "MadeSettings",
    "Merged",
    "Mode",
    "MonthTotal",
    "PeriodLine",
    "PublishedTable",
    "RawTable",
    "Restatement",
    "Review",
    "Shown",
    "Standing",
    "Workstation",
    "audit_heads",
    "close",
    "confirm_clock",
    "cost",
    "define_tables",
    "definitions",
    "difference",
    "export",
    "fold",
    "history",
    "labels",
    "leave",
    "make_counts",
    "make_settings",
    "merge",
    "months",
    "named",
    "over_time",
    "periods",
    "preview",
    "read_clock",
    "reconcile",
    "require_month",
    "restate",
    "retire",
    "review",
    "standings",
    "tables_text",
    "title",
    "workstations",
]
