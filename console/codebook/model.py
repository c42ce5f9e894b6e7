"""What the codebook is made of. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.language import LANGUAGES as LANGUAGES

UNKNOWN = "unknown"

# A call's codes by dimension; a single-valued dimension has one at most.
Coded = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a dimension, with its label in the language asked for."""

    dimension: str
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing that is coded; ``multiple`` when a call may have several codes of it."""

    name: str
    label: str
    multiple: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A code that the search found, and the words of the codebook that it was found by."""

    dimension: str
    code: str
    label: str
    dimension_label: str
    matched: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A code as it is kept: labels and callers' words by language.

    ``ages`` is (from, to) in whole years for an age band, ``to`` None when it is open.
    """

    dimension: str
    code: str
    labels: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parent: str | None = None
    ages: tuple[int, int | None] | None = None
    retired: bool = False

    def label(self, language: str) -> str:
        """Return the label in ``language``, else in English, else in any, else the code."""
        return (
            self.labels.get(language)
            or self.labels.get("en")
            or next(iter(self.labels.values()), self.code)
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """A dimension as it is kept; ``closed`` when a site can add no code to it."""

    name: str
    labels: Mapping[str, str]
    multiple: bool
    closed: bool

    def label(self, language: str) -> str:
        """Return the label in ``language``, else in English."""
        return self.labels.get(language) or self.labels["en"]
