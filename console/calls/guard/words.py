"""The words that the guard knows, read from the data files beside this module."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def public_numbers(country: str) -> frozenset[str]:
    """Return the short and public numbers, as digits, that anybody in ``country`` may call."""
    table = _read("public")
    return frozenset(
        number
        for place in ("everywhere", country)
        for number in table.get(place, {}).get("numbers", ())
    )


@cache
def number_words() -> dict[str, tuple[int, int]]:
    """Return the words of all languages that say digits: how many digits, and their value."""
    table = _read("spoken")
    words: dict[str, tuple[int, int]] = {}
    for language in table["languages"].values():
        for value, said in language.items():
            for word in said:
                words.setdefault(word, (len(value), int(value)))
    for word, digits in table["repeats"].items():
        words[word] = (digits, -1)
    return words


@cache
def common_words() -> frozenset[str]:
    """Return words of all languages that go on a sentence, and are never part of a name."""
    return _all("common")


@cache
def no_names() -> frozenset[str]:
    """Return words with a capital that are no person: days, months, peoples, platforms."""
    return _all("capitals") | platforms()


@cache
def phrases(name: str) -> tuple[str, ...]:
    """Return the phrases of all languages that introduce a name in one way."""
    said = _read("names")[name].values()
    return tuple(phrase.replace("’", "['’]") for each in said for phrase in each)


@cache
def closed_phrases() -> tuple[tuple[tuple[str, ...], str], ...]:
    """Return the phrases around a name, each behind the words without which it cannot occur."""
    return tuple(
        (tuple(each["with"]), each["like"].replace("’", "['’]"))
        for each in _read("names")["closed"]
    )


@cache
def platforms() -> frozenset[str]:
    """Return the names of great platforms."""
    return frozenset(_read("words")["platforms"])


@cache
def handle_words() -> tuple[str, ...]:
    """Return the words after which a handle may stand."""
    return tuple(_read("words")["handles"])


def _all(name: str) -> frozenset[str]:
    return frozenset(word for said in _read("words")[name].values() for word in said.split())


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("data", f"{name}.toml").read_text("utf-8"))
