"""Figures: the only way out of the vault. Tally, protect, check, publish once, write."""

from console.figures.folding import fold
from console.figures.ledger import (
    Exported,
    LedgerLine,
    PeriodLine,
    audit_heads,
    export,
    history,
    periods,
    preview,
)
from console.figures.tally import RawTable

__all__ = [
    "Exported",
    "LedgerLine",
    "PeriodLine",
    "RawTable",
    "audit_heads",
    "export",
    "fold",
    "history",
    "periods",
    "preview",
]
