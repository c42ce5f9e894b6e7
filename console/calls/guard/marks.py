"""What the guard answers with: marks over a note, and what may stand in their place. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

# What a mark may be, in order of who wins where two overlap.
KINDS = (
    "e-mail",
    "link",
    "bank number",
    "national number",
    "phone",
    "handle",
    "date of birth",
    "name",
)
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a note, ``start`` to ``end`` in characters, and the kind of identifier."""

    start: int
    end: int
    kind: str


def settled(found: Iterable[Mark]) -> list[Mark]:
    """Return the marks that win where some overlap, in the order of the text.

    The kind decides, then the earlier start, then the greater length.
    """
    marks = sorted(found, key=lambda mark: (_RANK[mark.kind], mark.start, -mark.end))
    kept: list[Mark] = []
    taken = bytearray(max((mark.end for mark in marks), default=0))
    for mark in marks:
        if not any(taken[mark.start : mark.end]):
            taken[mark.start : mark.end] = b"\x01" * (mark.end - mark.start)
            kept.append(mark)
    return sorted(kept, key=lambda mark: mark.start)


def mask(text: str, mark: Mark) -> str:
    """Return what is to stand in a note in place of ``text``, the words that ``mark`` covers.

    The kind in brackets ("[phone]"), and the line breaks of the text, so that the lines of the
    note keep their places.
    """
    return f"[{mark.kind}]" + "\n" * text.count("\n")


def masked(text: str, marks: Iterable[Mark]) -> str:
    """Return the whole ``text`` with every one of its ``marks`` replaced."""
    parts, at = [], 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        parts += [text[at : mark.start], mask(text[mark.start : mark.end], mark)]
        at = mark.end
    return "".join([*parts, text[at:]])
