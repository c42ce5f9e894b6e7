"""Names: after phrases that introduce one, and from the site's own list. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from console.calls.guard.marks import Mark
from console.calls.guard.words import closed_phrases, common_words, no_names, phrases

_W = r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_])){0,39}"
_WORD = re.compile(_W)
_NAME = rf"(?P<name>{_W}(?: {_W}){{0,2}}?)"
_CAPITAL = _NAME.replace("name", "capital")
# Between phrase and name.
_GAP = (
    r"(?: {0,2}: {0,2}\n?| {1,3}| ?[=-] )"
    r"(?:(?:spelled|spelt|written|probably|maybe|really|actually|like) )?[\"«'“‘]?"
)
_WEAK_ENDS = re.compile(
    r"\s?(?:[,;!?)\"”»]|\.(?!\w)|\s-\s|$)|\s(?:speaking|calling|again|here|from|and|la|le|et|som|og|"
    r"fra|her|igjen|y|llam|otra|hoon|hun|baat|bol|à|au|the|his|i\b)",
    re.IGNORECASE,
)
_CAPITAL_WITHIN = re.compile(r"[^\W\d_a-zß-öø-ÿ]")
_ARTICLE = re.compile(r"(?:el|la) (?=[A-ZÀ-Þ])")
_PARTICLES = frozenset(
    {"de", "la", "del", "los", "van", "von", "bin", "bint", "binte", "al", "el", "da", "dos", "di"}
)
_MOST_WORDS = 5
# "His name was mentioned", "son nom est affiché": a participle, but for Fred and Ahmed.
_PARTICIPLE = re.compile(r".{2,}(?:(?<![mryh])ed|ée?s?|ad[oa]|id[oa])\Z")
_COPULA = re.compile(r"(?:\b(?:is|was|est|es|er)|[’']s) \Z")


@cache
def _rules() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of phrases that are strong, weak, need a capital, and of titles."""
    strong, label, weak, capital, kin, titles = (
        "|".join(phrases(name)) for name in ("strong", "label", "weak", "capital", "kin", "titles")
    )
    copula = r"(?:(?: min| mi| mitt| sin| vår)?(?: is| was|['’]s| er| est| es| hai|,| ?:)?)"
    return (
        re.compile(rf"\b(?:(?:{strong}){_GAP}|(?:{label}) ?[:=]\s{{0,3}})"),
        re.compile(rf"\b(?:{weak})[ ,]{{1,2}}"),
        re.compile(rf"\b(?:(?:{capital}) |(?:{kin}){copula} )"),
        re.compile(rf"(?<!\w)(?:{titles})\.? (?=[^\W\d_])"),
    )


@cache
def _closed() -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    return tuple(
        (words, re.compile(like.replace("NAME", _NAME).replace("CAPITAL", _CAPITAL)))
        for words, like in closed_phrases()
    )


def names(text: str, low: str) -> Iterator[Mark]:
    """Yield names that a phrase or a title introduces; ``low`` is the text in lower case."""
    strong, weak, capital, title = _rules()
    for match in strong.finditer(low):
        yield from _after(text, match.end(), lower=True)
    if not _CAPITAL_WITHIN.search(text):
        # What follows needs a capital, but for phrases that close.
        yield from _between(text, low)
        return
    for match in weak.finditer(low):
        for mark in _after(text, match.end()):
            if _WEAK_ENDS.match(text, mark.end):
                yield mark
    for match in capital.finditer(low):
        for mark in _after(text, match.end()):
            # Capitals only are an office more often than a person.
            if not (text[mark.start : mark.end].isupper() and mark.end - mark.start <= 5):
                yield mark
    for match in title.finditer(text):
        for mark in _after(text, match.end()):
            yield Mark(match.start(), mark.end, "name")
    yield from _between(text, low)


def _between(text: str, low: str) -> Iterator[Mark]:
    """Yield names with a phrase on both sides."""
    for words, pattern in _closed():
        if not any(word in low for word in words):
            continue
        for match in pattern.finditer(low):
            group = match.lastgroup or ""
            name = match[group].split()
            if any(map(_is_none, name)):
                continue
            if group == "name" or text[match.start(group)].isupper():
                yield Mark(match.start(group), match.end(group), "name")


def _after(text: str, start: int, *, lower: bool = False) -> Iterator[Mark]:
    """Yield the name that begins at ``start``, if what stands there can be one.

    With ``lower`` it may be in lower case.
    """
    _, _, _, title = _rules()
    before = title.match(text, start) or _ARTICLE.match(text, start)
    begin = before.end() if before else start
    first = _WORD.match(text, begin)
    if first is None or _is_none(first[0]):
        return
    small = not first[0][0].isupper()
    if small and (not lower or before or not _may_be_small(text, first)):
        return
    end = first.end()
    if small:
        second = _WORD.match(text, end + 1) if text[end : end + 1] == " " else None
        if second is not None and _ends_name(text, second):
            end = second.end()
    else:
        end = _whole(text, end)
    yield Mark(start, end, "name")


def _is_none(word: str) -> bool:
    folded = word.casefold().replace("’", "'")
    return folded in no_names() or folded in common_words()


def _may_be_small(text: str, word: re.Match[str]) -> bool:
    """Tell whether a word in lower case may be a name, from itself and what is around it."""
    if text[word.end() : word.end() + 1].isalnum():
        return False
    goes_on = re.compile(r" [^\W\d_]").match(text, word.end())
    said_of_it = _COPULA.search(text, max(0, word.start() - 6), word.start())
    return not (goes_on and said_of_it and _PARTICIPLE.match(word[0]))


def _ends_name(text: str, word: re.Match[str]) -> bool:
    """Tell whether a second word in lower case ends a name: "imran malik and …"."""
    if _is_none(word[0]) or word[0][0].isupper():
        return False
    if text[word.end() : word.end() + 1] in ("", ",", ".", ";", ")", "\n"):
        return True
    follows = _WORD.match(text, word.end() + 1)
    return follows is not None and follows[0].casefold() in common_words()


def _whole(text: str, end: int) -> int:
    """Return where a name with a capital ends: further capitals, and particles between them."""
    for _ in range(_MOST_WORDS):
        word = _WORD.match(text, end + 1) if text[end : end + 1] == " " else None
        particles = 0
        while word is not None and word[0] in _PARTICLES and particles < 2:
            word, particles = _WORD.match(text, word.end() + 1), particles + 1
        if word is None or not word[0][0].isupper() or _is_none(word[0]):
            break
        end = word.end()
    return end


def listed(text: str, listed_names: tuple[str, ...]) -> Iterator[Mark]:
    """Yield whole words of the site's list, whatever their case and accents."""
    pattern = _pattern(listed_names)
    if pattern is not None:
        for match in pattern.finditer(_folded(text)):
            yield Mark(match.start(), match.end(), "name")


@lru_cache(maxsize=8)
def _pattern(listed_names: tuple[str, ...]) -> re.Pattern[str] | None:
    found = sorted({_folded(" ".join(name.split())) for name in listed_names} - {""}, key=len)
    if not found:
        return None
    alternatives = "|".join(re.escape(name).replace(r"\ ", r"\s") for name in reversed(found))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")


def _folded(text: str) -> str:
    """Return the text without case and accents, each character in its place."""
    if text.isascii():
        return text.lower()
    return "".join(map(_plain, text))


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0].lower()[:1] or character
