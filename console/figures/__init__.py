"""Figures: the only way out of the vault. Tally, protect, check, publish once, write."""

from console.figures.ledger import (
    Exported,
    LedgerLine,
    PeriodLine,
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
    "export",
    "history",
    "periods",
    "preview",
]
