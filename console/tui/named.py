"""What the screens call the things that the rooms know by a word of English."""

from collections.abc import Sequence

from console.calls import Mark
from console.language import _, later

ROLES = (later("operator"), later("coordinator"), later("it"))
"""What a member may be."""

KINDS = (
    later("e-mail"),
    later("link"),
    later("bank number"),
    later("national number"),
    later("phone"),
    later("handle"),
    later("date of birth"),
    later("name"),
)
"""What a mark in a note may be."""

STATES = (later("open"), later("closed"), later("published"))
"""How a month of the figures stands."""

COUNTED = (later("calls"), later("mentions"), later("contacts"), later("referrals"))
"""What a table counts."""


def pointed_out(marks: Sequence[Mark]) -> str:
    """Return the line that names the first of ``marks``, one or more, and its key."""
    kind, more = _(marks[0].kind), len(marks) - 1
    if not more:
        return _("⚠ {kind} in the note: F10 replaces it").format(kind=kind)
    words = _("⚠ {kind} in the note and {count} more: F10 replaces it")
    return words.format(kind=kind, count=more)
