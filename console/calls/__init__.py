"""Calls: a live one from its first second to its end, and those that come in from a file."""

from console.calls.identifiers import Mark, find_identifiers, mask, masked
from console.calls.importer import import_calls
from console.calls.live import (
    coarsen,
    drafts,
    finish,
    finish_non_data,
    read,
    recent,
    save,
    set_aside,
    start,
    take_back,
    take_up,
)
from console.calls.model import (
    MULTIPLE,
    SINGLE,
    AddedCode,
    CallLine,
    Draft,
    Finished,
    FinishedCall,
    ImportReport,
    MaskedNote,
)
from console.calls.rules import TAKE_BACK

__all__ = [
    "MULTIPLE",
    "SINGLE",
    "TAKE_BACK",
    "AddedCode",
    "CallLine",
    "Draft",
    "Finished",
    "FinishedCall",
    "ImportReport",
    "Mark",
    "MaskedNote",
    "coarsen",
    "drafts",
    "find_identifiers",
    "finish",
    "finish_non_data",
    "import_calls",
    "mask",
    "masked",
    "read",
    "recent",
    "save",
    "set_aside",
    "start",
    "take_back",
    "take_up",
]
