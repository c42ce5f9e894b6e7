"""Looking at a note: the whole of it at first, then only what an edit touched. Pure."""

import re
from collections.abc import Iterator

from console.calls.guard.addresses import emails, handles, links
from console.calls.guard.births import births
from console.calls.guard.marks import Mark, settled
from console.calls.guard.names import listed, names
from console.calls.guard.numbers import numbers
from console.calls.guard.phones import phones
from console.calls.guard.spoken import spoken

# A passage may end at a line break and after a sentence.
_END = re.compile(r"\n|[.!?…؟۔] +(?=[^\W\d_])")
_SENTENCE = re.compile(r"([^\W\d_]{3,8})[.!?…؟۔]\Z")
_SHORT = frozenset({"mrs", "mme", "prof", "sra", "srta", "tel", "tlf", "nac", "mlle", "nro", "num"})

# A passage that is longer is read in pieces, each with so many characters before and behind it:
# no identifier with the phrase before it is longer, but for links, and those end with their word.
_LONG = 320
_BEFORE, _BEHIND = 64, 96
_LONGEST_WORD = 2048
# A piece ends after a word by the word's own ending (one word in eleven has such a one in the five
# languages of the tests), not by its place, so that an edit moves hardly any other end; where no
# such word comes, after any.
_CUT = re.compile(r"(?:ng|[ae]d|a[rl]|it|[rn]a|ve|le|7)\s+")
_SPACE = re.compile(r"\s+")
_SHORTEST, _LONGEST = 64, 320
_DIGIT = re.compile(r"\d")

_Found = tuple[tuple[int, int, str], ...]


def find_identifiers(
    text: str,
    country: str,
    *,
    allowed: frozenset[str] = frozenset(),
    names: tuple[str, ...] = (),
) -> list[Mark]:
    """Return what looks like an identifier in ``text``, in its order, without overlaps.

    ``country`` (ISO 3166-1 alpha-2) says how phone numbers without a prefix are written there;
    numbers with + are found whatever their country, and national numbers of several. ``allowed``
    are phone numbers that are nobody's own, as digits (E.164 without +, or the national number);
    ``names`` is the site's own list of names to point out, whatever their case and accents.
    """
    return Guard(country, allowed=allowed, names=names).look(text)


class Guard:
    """Looks at one note again and again while it is typed.

    It remembers what it found in the passages of the last text, and reads only those that are
    new. What it keeps never outgrows one note. One look at a time: it belongs to one thread.
    """

    def __init__(
        self,
        country: str,
        *,
        allowed: frozenset[str] = frozenset(),
        names: tuple[str, ...] = (),
    ) -> None:
        self._country = country.upper()
        self._allowed = allowed
        self._names = names
        self._known: dict[tuple[str, int, int], _Found] = {}
        self._fresh: dict[tuple[str, int, int], _Found] = {}

    def look(self, text: str) -> list[Mark]:
        """Return the same as :func:`find_identifiers` on the whole text."""
        self._fresh = {}
        marks = [
            Mark(at + start, at + end, kind)
            for at, passage in _passages(text)
            for start, end, kind in self._passage(passage)
        ]
        self._known = self._fresh
        return marks

    def _passage(self, passage: str) -> _Found:
        if len(passage) > _LONG:
            return self._pieces(passage)
        key = (passage, 0, len(passage))
        found = self._fresh.get(key, self._known.get(key))
        if found is None:
            found = self._read(passage)
        self._fresh[key] = found
        return found

    def _pieces(self, passage: str) -> _Found:
        marks: list[Mark] = []
        for first, last in _pieces(passage):
            low, high = _around(passage, first, last)
            key = (passage[low:high], first - low, last - low)
            found = self._known.get(key)
            if found is None:
                found = tuple(
                    mark for mark in self._read(key[0]) if first - low <= mark[0] < last - low
                )
            self._fresh[key] = found
            marks += (Mark(low + start, low + end, kind) for start, end, kind in found)
        return tuple((mark.start, mark.end, mark.kind) for mark in settled(marks))

    def _read(self, text: str) -> _Found:
        if not text or text.isspace():
            return ()
        low = _lowered(text)
        found = [
            *emails(low),
            *links(low),
            *spoken(low),
            *handles(text, low),
            *names(text, low),
            *listed(text, self._names),
        ]
        if _DIGIT.search(text):
            found += births(low)
            found += numbers(text, self._country)
            found += phones(text, self._country, self._allowed)
        if not found:
            return ()
        return tuple((mark.start, mark.end, mark.kind) for mark in settled(found))


def _passages(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each passage begins, and the passage.

    Nothing that the guard looks for spans these cuts: a line break, unless digits stand on both
    sides of it or a colon before it; and the end of a sentence, but not after a digit ("3. mai"),
    a single letter or a title ("Mrs. Khan").
    """
    at = 0
    for match in _END.finditer(text):
        end = match.start()
        if text[end] == "\n":
            if text[end - 1 : end] == ":" or _is_broken_number(text, end):
                continue
        else:
            end += 1
            word = _SENTENCE.search(text, max(at, end - 9), end)
            if word is None or word[1].lower() in _SHORT:
                continue
        yield at, text[at:end]
        at = match.end()
    yield at, text[at:]


def _is_broken_number(text: str, end: int) -> bool:
    """Tell whether digits stand on both sides of the line break."""
    before = text[max(0, end - 2) : end].rstrip(" .-")
    behind = text[end + 1 : end + 3].lstrip(" (+")
    return before[-1:].isdigit() and behind[:1].isdigit()


def _pieces(passage: str) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a long passage, which cover it without gaps."""
    first, length = 0, len(passage)
    while length - first > _LONGEST:
        cut = _CUT.search(passage, first + _SHORTEST, first + _LONGEST) or _SPACE.search(
            passage, first + _LONGEST, first + _LONGEST_WORD
        )
        last = cut.end() if cut else min(length, first + _LONGEST_WORD)
        yield first, last
        first = last
    if first < length:
        yield first, length


def _lowered(text: str) -> str:
    """Return the text in lower case, each character in its place."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower()[:1] for c in text)


def _around(passage: str, first: int, last: int) -> tuple[int, int]:
    """Return the stretch to read for a piece: what is around it, in whole words."""
    low, high = max(0, first - _BEFORE), min(len(passage), last + _BEHIND)
    floor, top = max(0, low - _LONGEST_WORD), min(len(passage), high + _LONGEST_WORD)
    while low > floor and not passage[low - 1].isspace():
        low -= 1
    while high < top and not passage[high].isspace():
        high += 1
    return low, high
