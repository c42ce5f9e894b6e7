"""Which made-up caller is on the line, and how much has been heard of them. Pure."""

from dataclasses import dataclass, replace

from console.practice.model import Caller


@dataclass(frozen=True, slots=True)
class Desk:
    """The callers of a practice, whose turn it is (from 0), and how many lines were heard."""

    callers: tuple[Caller, ...]
    turn: int = 0
    heard: int = 0

    @property
    def caller(self) -> Caller:
        """The caller who is on the line, or rings next."""
        return self.callers[self.turn]

    @property
    def lines(self) -> tuple[str, ...]:
        """What the caller has said so far."""
        return self.caller.lines[: self.heard]

    def ring(self) -> "Desk":
        """The call is taken: the caller says the first line."""
        return replace(self, heard=1)

    def listen(self) -> "Desk":
        """The caller says the next line, as long as there is one."""
        return replace(self, heard=min(self.heard + 1, len(self.caller.lines)))

    def move_on(self) -> "Desk":
        """The next caller rings; after the last one the first."""
        return replace(self, turn=(self.turn + 1) % len(self.callers), heard=0)
