"""What to tell a trainee about a practice call. Pure.

It compares with what the author of the caller expects, and says where in the caller's words
each code was. It gives no marks: the trainee and the trainer talk about the rest.
"""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from console.codebook import UNKNOWN, Coded
from console.practice.model import Caller, Expected

Verdict = Literal["missed", "differs", "extra", "found"]
"""What is worth a word comes first."""

_ORDER: tuple[Verdict, ...] = ("missed", "differs", "extra", "found")
_DATA = "data"


@dataclass(frozen=True, slots=True)
class Taken:
    """The call as the trainee took it.

    ``kind`` and ``coded`` as the vault has them, ``lines`` of the caller that were heard,
    ``identifiers`` that were left in the note, and how long it was.
    """

    kind: str
    coded: Coded
    lines: int
    identifiers: int
    length: timedelta


@dataclass(frozen=True, slots=True)
class Point:
    """One dimension: what was ``coded``, what was ``expected``, and why.

    ``said`` are the caller's words for it ("" where there are none), ``heard`` whether the
    trainee waited for them, ``typed`` what finds the code on the code line.
    """

    verdict: Verdict
    dimension: str
    coded: tuple[str, ...]
    expected: tuple[str, ...]
    said: str = ""
    heard: bool = True
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """The points, what is worth a word first, and the call that they are about."""

    points: tuple[Point, ...]
    taken: Taken

    @property
    def found(self) -> int:
        """How many codes are as expected."""
        return sum(point.verdict == "found" for point in self.points)

    @property
    def expected(self) -> int:
        """How many codes were expected."""
        return sum(point.verdict != "extra" for point in self.points)


def judge(caller: Caller, taken: Taken, multiple: Set[str]) -> Feedback:
    """Compare the call as taken with the caller; ``multiple`` names dimensions of many codes.

    Where the kind of contact is another than expected, there is nothing further to compare.
    """
    if taken.kind != _DATA or taken.kind not in caller.kinds:
        right = taken.kind in caller.kinds
        kind = Point("found" if right else "differs", "kind", (taken.kind,), caller.kinds)
        return Feedback((kind,), taken)
    points = [
        *(_point(caller, each, taken, multiple) for each in caller.expected),
        *_extra(caller.expected, taken.coded, multiple),
    ]
    return Feedback(tuple(sorted(points, key=lambda point: _ORDER.index(point.verdict))), taken)


def _point(caller: Caller, each: Expected, taken: Taken, multiple: Set[str]) -> Point:
    have = tuple(taken.coded.get(each.dimension, ()))
    # The vault leaves out what is unknown.
    right = tuple(code for code in each.codes if code in (have or (UNKNOWN,)))
    verdict: Verdict
    if right:
        verdict, have = "found", right
    elif have and each.dimension not in multiple:
        verdict = "differs"
    else:
        verdict, have = "missed", ()
    heard = not each.said or any(each.said in line for line in caller.lines[: taken.lines])
    return Point(verdict, each.dimension, have, each.codes, each.said, heard, each.typed)


def _extra(expected: Iterable[Expected], coded: Coded, multiple: Set[str]) -> Iterator[Point]:
    """Yield the codes beyond those expected, in dimensions where the author expected any."""
    right: dict[str, set[str]] = {}
    for each in expected:
        right.setdefault(each.dimension, set()).update(each.codes)
    for dimension, codes in right.items():
        if dimension in multiple:
            for code in coded.get(dimension, ()):
                if code not in codes:
                    yield Point("extra", dimension, (code,), ())
