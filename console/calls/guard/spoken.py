"""Phone numbers as they are read out: "oh seven double nine", "zéro six douze". Pure."""

import re
from collections.abc import Iterator
from itertools import pairwise

from console.calls.guard.marks import Mark
from console.calls.guard.words import number_words

_FEWEST = 7
_TOKEN = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[\s,.\-\u2010-\u2013]{1,3}\Z")
_AND = frozenset({"and", "et", "og", "y", "aur"})


def spoken(low: str) -> Iterator[Mark]:
    """Yield runs of number words, digits among them, that say seven digits or more.

    ``low`` is a text in lower case. Words of all languages count side by side: those who read
    out a number mix them.
    """
    words = number_words()
    run: list[tuple[int, int, int, int, bool]] = []
    for match in _TOKEN.finditer(low):
        word = match[0]
        if run and not _BETWEEN.match(low[run[-1][1] : match.start()]):
            yield from _number(run)
            run = []
        if word in words:
            run.append((match.start(), match.end(), *words[word], True))
        elif run and word in _AND:
            run.append((match.start(), match.end(), 0, -1, True))
        elif word.isdecimal() and len(word) <= 15:
            run.append((match.start(), match.end(), len(word), int(word), False))
        elif run:
            yield from _number(run)
            run = []
    yield from _number(run)


def _number(run: list[tuple[int, int, int, int, bool]]) -> Iterator[Mark]:
    """Yield the run as a number if it is one; somebody who counts aloud says no number."""
    while run and run[-1][2] == 0:
        run = run[:-1]
    if not run:
        return
    values = [value for _, _, digits, value, _ in run if digits]
    said = sum(digits for _, _, digits, _, _ in run)
    by_word = sum(in_words for *_, in_words in run)
    counted = all(after - before == 1 for before, after in pairwise(values))
    if said >= _FEWEST and by_word >= 3 and not counted:
        yield Mark(run[0][0], run[-1][1], "phone")
