"""What a check found: parts looked at, what is wrong with them and what to do, worth a notice."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from console.errors import ConsoleError
from console.vault.database import driver, trouble

State = Literal["good", "wrong", "not checked"]
BACKUP = "restore vault.db and the folder keys from the same backup"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with ``part`` of the vault, and what to do about it."""

    part: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Part:
    """What was looked at; ``detail`` says how much was found in order, or why it was not."""

    name: str
    state: State
    detail: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found; ``notices`` are worth knowing and nothing is wrong with them."""

    parts: tuple[Part, ...]
    findings: tuple[Finding, ...]
    notices: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether nothing is wrong, and nothing was left unseen but what others must look at."""
        return not self.findings


@dataclass
class Sheet:
    """A check as it goes on: parts done so far, and what was found."""

    parts: list[Part] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    _detail: str = ""
    _part: str = ""

    @contextlib.contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Look at one part; what its block raises is a finding, and the check goes on."""
        before, self._part, self._detail = len(self.findings), name, ""
        try:
            with trouble():
                yield
        except ConsoleError as error:
            self.wrong(*split(str(error)))
        except driver().DatabaseError:
            self.wrong("vault.db is damaged", BACKUP)
        state: State = "wrong" if len(self.findings) > before else "good"
        self.parts.append(Part(name, state, self._detail))

    def wrong(self, problem: str, remedy: str) -> None:
        """Note something wrong with the part that is looked at."""
        self.findings.append(Finding(self._part, problem, remedy))

    def saw(self, detail: str) -> None:
        """Say what the part that is looked at consists of."""
        self._detail = detail

    def skip(self, name: str, why: str) -> None:
        """Say that a part was not looked at, and why."""
        self.parts.append(Part(name, "not checked", why))

    def report(self) -> CheckReport:
        """Return what was found."""
        return CheckReport(tuple(self.parts), tuple(self.findings), tuple(self.notices))


def split(line: str) -> tuple[str, str]:
    """Return the problem and the remedy of an error's one line."""
    problem, _, remedy = line.removesuffix(".").partition(": ")
    return problem, remedy or BACKUP
