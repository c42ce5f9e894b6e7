"""Breaks: emotional load, what it earns, the rota, and the cover that is left on the line."""

from console.breaks.load import KINDS, Load, Offer, Policy
from console.breaks.pause import Break, remaining
from console.breaks.room import (
    book,
    cover,
    current,
    end,
    import_rota,
    load,
    miss,
    offer,
    on_shift,
    policy,
    set_policy,
    shifts,
    start,
)
from console.breaks.rota import Cover, Shift

__all__ = [
    "KINDS",
    "Break",
    "Cover",
    "Load",
    "Offer",
    "Policy",
    "Shift",
    "book",
    "cover",
    "current",
    "end",
    "import_rota",
    "load",
    "miss",
    "offer",
    "on_shift",
    "policy",
    "remaining",
    "set_policy",
    "shifts",
    "start",
]
