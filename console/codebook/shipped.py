"""The code lists that are shipped, read from the data files beside this module.

Their format: one file per dimension, one table per code with ``label`` (by language),
``words`` (callers' own words, by language; ``ur`` is Roman-script Urdu) and, for age bands,
``from`` and ``to`` in years. ``dimensions.toml`` and ``rules.toml`` explain themselves.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from console.codebook.model import Entry, Shape
from console.codebook.rules import Imply, Rules, Show


@cache
def shapes() -> dict[str, Shape]:
    """Return the dimensions by name, in the order of the form."""
    return {
        name: Shape(
            name=name,
            labels=table["label"],
            multiple=table.get("multiple", False),
            closed=table.get("closed", False),
        )
        for name, table in _read("dimensions").items()
    }


@cache
def entries() -> tuple[Entry, ...]:
    """Return every shipped code, by dimension and in the order of the form."""
    return tuple(
        Entry(
            dimension=dimension,
            code=code,
            labels=table["label"],
            words={name: tuple(words) for name, words in table.get("words", {}).items()},
            ages=(table["from"], table.get("to")) if "from" in table else None,
        )
        for dimension in shapes()
        for code, table in _read(dimension).items()
    )


@cache
def rules() -> Rules:
    """Return the rules of the form."""
    table = _read("rules")
    return Rules(
        required=tuple(table["required"]),
        always=frozenset(table["always"]),
        suggested=frozenset(table["suggested"]),
        show=tuple(
            Show(
                rule["dimension"], {name: frozenset(codes) for name, codes in rule["when"].items()}
            )
            for rule in table["show"]
        ),
        imply=tuple(
            Imply(
                rule["dimension"],
                rule["code"],
                {name: frozenset(codes) for name, codes in rule["when"].items()},
            )
            for rule in table["imply"]
        ),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("data", f"{name}.toml").read_text("utf-8"))
