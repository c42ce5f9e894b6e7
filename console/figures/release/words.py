"""What a release says in words: its own wording, the labels of codes, and its period by name."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from console.figures.tally import RawTable
from console.text import plain

Labels = Callable[[str, str, str], str]
"""The words for a code: (language, dimension, code); an empty code is the dimension's own name."""

LONGEST = 300
"""How many characters of a label or a site's name a release prints."""

_FORMULA_STARTS = frozenset("=+-@|%\t\r\n＝＋－＠")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])")


@cache
def wording() -> dict[str, dict[str, str]]:
    """Return what a release says in words, by language and key, from ``wording.toml``."""
    text = resources.files("console.figures.release").joinpath("wording.toml").read_text("utf-8")
    return tomllib.loads(text)


def clean(text: str) -> str:
    """Return one line of printable text, no longer than ``LONGEST``."""
    line = plain(text, lines=False).strip()
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def guard(text: str) -> str:
    """Return one line that no spreadsheet takes for a formula: an apostrophe goes before such."""
    line = plain(text, lines=False).strip()
    return "'" + line if line[:1] in _FORMULA_STARTS and line else line


def first_day(period: str) -> tuple[int, int, int]:
    """Return year, month and day that a period begins on.

    The period is ``YYYY-MM``, ``YYYY``, ``YYYY-Qn`` or ``YYYY-MM/YYYY-MM``. Raises ``ValueError``
    for anything else.
    """
    start = period.split("/")[0]
    if found := _MONTH.fullmatch(start):
        return int(found[1]), int(found[2]), 1
    if found := _QUARTER.fullmatch(start):
        return int(found[1]), 3 * int(found[2]) - 2, 1
    if re.fullmatch("[0-9]{4}", start):
        return int(start), 1, 1
    raise ValueError("no period")


@dataclass(frozen=True)
class Words:
    """The words of one language: labels cleaned for print, and the release's own wording."""

    language: str
    labels: Labels

    def __getitem__(self, key: str) -> str:
        return wording()[self.language][key]

    def label(self, dimension: str, code: str = "") -> str:
        """Return the label of a code, the code itself where there is none, as one clean line."""
        return clean(self.labels(self.language, dimension, code)) or clean(code or dimension)

    def title(self, table: RawTable) -> str:
        """Return a table's dimensions in words: ``Issue × Gender``."""
        return " × ".join(self.label(dimension) for dimension in table.dimensions)

    def unit(self, table: RawTable) -> str:
        """Return what a table counts in words: ``calls``, ``mentions of Issue``."""
        if table.mentioned:
            return self["mentions_of"].format(dimension=self.label(table.mentioned))
        return self[f"{table.counts}_unit"]

    def period(self, period: str) -> str:
        """Return a period in words: ``March 2020``, ``quarter 1 of 2020``."""
        return " – ".join(self._part(part) for part in period.split("/"))

    def _part(self, part: str) -> str:
        if found := _MONTH.fullmatch(part):
            return f"{self['months'].split()[int(found[2]) - 1]} {found[1]}"
        if found := _QUARTER.fullmatch(part):
            return self["quarter"].format(quarter=found[2], year=found[1])
        return part
