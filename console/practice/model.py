"""What a made-up caller is made of. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expected:
    """A code that the author of a caller expects: any of ``codes``, the first above all.

    ``said`` are the caller's words for it, part of one of the lines, and ``typed`` what finds
    it on the code line; either may be empty.
    """

    dimension: str
    codes: tuple[str, ...]
    said: str
    typed: str


@dataclass(frozen=True, slots=True)
class Caller:
    """A made-up caller in one language: what is said, line by line, and what is in it.

    ``kinds`` are the kinds of contact that are right for it, ``("data",)`` for a call to code.
    ``cards`` names those that would have helped; ``notice`` is for the trainee, afterwards.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    lines: tuple[str, ...]
    expected: tuple[Expected, ...]
    notice: tuple[str, ...]
    cards: tuple[str, ...]

    @property
    def coded(self) -> dict[str, tuple[str, ...]]:
        """The codes of the call as its author would code it."""
        coded: dict[str, tuple[str, ...]] = {}
        for each in self.expected:
            coded[each.dimension] = (*coded.get(each.dimension, ()), each.codes[0])
        return coded
