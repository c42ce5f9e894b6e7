"""The code lists that are shipped, read from the data files beside this module.

Their format: one file per dimension, one table per code with ``label`` (by language),
``words`` (callers' own words, by language; ``ur`` is Roman-script Urdu) and, for age bands,
``from`` and ``to`` in years. ``dimensions.toml``, ``tags.toml`` and ``rules.toml`` explain
themselves; ``mappings/`` is read by ``mappings.py``.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from console.codebook.model import Entry, Shape
from console.codebook.rules import Clear, Imply, Rules, Show

# A condition on "issue_tag" is one on the issues that carry the tag.
_TAG = "_tag"


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
        for name, table in read("dimensions").items()
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
        for code, table in read(dimension).items()
    )


@cache
def rules() -> Rules:
    """Return the rules of the form."""
    table = read("rules")
    return Rules(
        required=tuple(table["required"]),
        always=frozenset(table["always"]),
        suggested=frozenset(table["suggested"]),
        show=tuple(Show(rule["dimension"], _conditions(rule["when"])) for rule in table["show"]),
        imply=tuple(
            Imply(
                rule["dimension"],
                rule["code"],
                _conditions(rule["when"]),
                frozenset(rule.get("over", ())),
            )
            for rule in table["imply"]
        ),
        clear=tuple(Clear(rule["dimension"], _conditions(rule["when"])) for rule in table["clear"]),
    )


@cache
def tags(dimension: str) -> dict[str, frozenset[str]]:
    """Return the tags of the dimension's shipped codes, by code; empty when it has none."""
    return {code: frozenset(names) for code, names in read("tags").get(dimension, {}).items()}


def read(name: str) -> dict[str, Any]:
    """Return the data file ``name`` (without ``.toml``) as it stands."""
    return tomllib.loads(files(__package__).joinpath("data", f"{name}.toml").read_text("utf-8"))


def _conditions(when: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    """Return the codes of each condition, tags told out into the codes that carry them."""
    conditions: dict[str, frozenset[str]] = {}
    for name, values in when.items():
        dimension = name.removesuffix(_TAG)
        wanted = frozenset(values)
        if dimension != name:
            wanted = frozenset(code for code, has in tags(dimension).items() if has & wanted)
        conditions[dimension] = conditions.get(dimension, frozenset()) | wanted
    return conditions
