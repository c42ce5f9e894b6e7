"""What tables are printed by: each dimension's grid, its words, and what derived ones follow from.

Most dimensions are the codebook's; the others, and their words, are in ``dimensions.toml``.
"""

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache, cached_property
from importlib import resources
from typing import Any

from console import codebook
from console.figures.tally import TOTAL
from console.vault import Vault

UNKNOWN = "unknown"
MET = "met"
"""The code of ``unmet_need`` for a call that was not left without a service."""

NO_SERVICE = "no_service"
"""The outcome that leaves a need unmet."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = (*(f"{hour:02d}" for hour in range(24)), UNKNOWN)


class Dimensions:
    """The dimensions of a vault's figures, in all languages. Unchanging, like a codebook."""

    def __init__(self, vault: Vault) -> None:
        country = str(vault.setting("country"))
        self._books = {
            language: codebook.load(vault, country, language) for language in codebook.LANGUAGES
        }
        self._book = self._books["en"]

    @cached_property
    def many_valued(self) -> frozenset[str]:
        """Return the dimensions of which a call may have several codes."""
        return frozenset(item.name for item in self._book.dimensions() if item.multiple)

    def grid(self, dimension: str) -> tuple[str, ...]:
        """Return every code of a dimension that figures print, in print order."""
        if dimension == "area":
            return tuple(dict.fromkeys(self._top(code) for code in self._book.grid("region")))
        if dimension == "unmet_need":
            return (*self._book.grid("want"), MET)
        if dimension == "one_platform":
            *listed, last = self._book.grid("platform")
            return (*listed, "several", last)
        if dimension == "hour":
            return HOURS
        own = _own().get(dimension)
        return tuple(own["codes"]) if own else self._book.grid(dimension)

    def label(self, language: str, dimension: str, code: str) -> str:
        """Return the words for a code, for a total, or for the dimension where the code is empty.

        A code that nobody has words for stands for itself.
        """
        if code == TOTAL:
            return str(_own()[TOTAL]["label"][language])
        own = _own().get(dimension)
        if own and not code:
            return str(own["label"][language])
        if own and code in own["codes"]:
            return str(own["codes"][code][language])
        book = self._books[language]
        if not code:
            return next(item.label for item in book.dimensions() if item.name == dimension)
        return book.label(_CODED_IN.get(dimension, dimension), code)

    def levels(self) -> dict[str, str]:
        """Return the area that each code of ``region`` lies in; a top-level one lies in itself."""
        return {code: self._top(code) for code in self._book.grid("region")}

    def derived(self, dimension: str, codes: Sequence[str]) -> str:
        """Return a call's code of a derived dimension, from those of ``tables.bases`` of it."""
        if dimension == "area":
            return self._top(codes[0])
        if dimension == "weekday":
            return _weekday(codes[0])
        if dimension == "unmet_need":
            want, outcome = codes
            return want if outcome == NO_SERVICE else MET
        if dimension == "hour":
            return UNKNOWN if codes[0] is None else f"{int(codes[0]):02d}"
        return codes[0]

    def _top(self, region: str) -> str:
        while (parent := self._book.parent("region", region)) is not None:
            region = parent
        return self._book.successor("region", region)


_CODED_IN = {"area": "region", "unmet_need": "want", "one_platform": "platform"}


@cache
def _weekday(day: str) -> str:
    return WEEKDAYS[date.fromisoformat(day).weekday()]


@cache
def _own() -> dict[str, Any]:
    """Return the words of ``dimensions.toml`` by dimension: ``label``, and ``codes`` by code."""
    text = resources.files("console.figures").joinpath("dimensions.toml").read_text("utf-8")
    return tomllib.loads(text)
