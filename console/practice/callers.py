"""The made-up callers, read from the data files in ``callers/``.

Their format: ``title``, ``lines`` and ``notice`` by language; a table ``expect`` for each code,
with ``codes`` that are right, ``said`` (the caller's words for it) and ``typed`` (what finds it
on the code line) by language; ``cards`` that would have helped; ``kinds`` for a contact that is
no call. ``{place}`` stands for a region of the country: its name in what is said, its code in
``codes``.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from console.codebook import Code, Codebook
from console.practice.model import Caller, Expected

_PLACE = "{place}"


def callers(language: str, where: Code) -> tuple[Caller, ...]:
    """Return the callers in ``language`` (en, fr, nb or es), in the order in which they ring.

    ``where`` is the region that they call from; see ``place``.
    """
    return tuple(_caller(name, data, language, where) for name, data in _read())


def place(book: Codebook) -> Code:
    """Return the region that the callers of the book's country call from."""
    wanted = _places().get(book.country)
    codes = book.codes("region")
    return next((code for code in codes if code.code == wanted), codes[0])


def _caller(name: str, data: dict[str, Any], language: str, where: Code) -> Caller:
    return Caller(
        name=name,
        title=data["title"][language],
        kinds=tuple(data.get("kinds", ("data",))),
        lines=tuple(line.replace(_PLACE, where.label) for line in data["lines"][language]),
        expected=tuple(
            Expected(
                dimension=each["dimension"],
                codes=tuple(code.replace(_PLACE, where.code) for code in each["codes"]),
                said=each.get("said", {}).get(language, "").replace(_PLACE, where.label),
                typed=each.get("typed", {}).get(language, "").replace(_PLACE, where.label),
            )
            for each in data.get("expect", ())
        ),
        notice=tuple(data["notice"][language]),
        cards=tuple(data["cards"]),
    )


@cache
def _read() -> tuple[tuple[str, dict[str, Any]], ...]:
    found = files(__package__).joinpath("callers").iterdir()
    return tuple(
        (file.name.removesuffix(".toml"), tomllib.loads(file.read_text("utf-8")))
        for file in sorted(found, key=lambda file: file.name)
        if file.name.endswith(".toml")
    )


@cache
def _places() -> dict[str, str]:
    return tomllib.loads(files(__package__).joinpath("places.toml").read_text("utf-8"))
