"""The code line: one ranked search over every word of every dimension. Pure.

Matches come in tiers, and a better tier always wins: the whole phrase; a phrase that begins
so; one whose words begin so; one that contains it; one that is nearly it; one that shares
words with it. Within a tier the operator's own language goes first, then the shorter phrase,
then the order of the form; in the last the rarer the shared words, the better.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from itertools import accumulate, islice
from math import log

from console.codebook.model import UNKNOWN, Entry
from console.codebook.words import normalise

# Nobody types longer queries; a pasted page must not hold up the screen.
_LONGEST_QUERY = 80
_SHORTEST_FUZZY = 4
_SHORTEST_INSIDE = 3
# Of ten letters one may be wrong or two may change places; anything looser finds nonsense.
_CUTOFF = 74
_OLDEST = 110
# What a phrase must share with a longer query to be an answer: one rare word does, two common
# ones don't. Long phrases share words with everything, so each word of theirs counts against.
_LEAST_WEIGHT = 3.0
_PER_WORD = 0.15
_MOST_PARTLY = 50
# Words of a note that are looked at for suggestions: the latest, as those are being typed.
_NOTE_TAIL = 2_000
_LONGEST_PHRASE = 6
_SHORTEST_SUGGESTION = 3
# What stands beside an age in a note, in the languages of the codebook and Roman-script Urdu.
_YEARS = frozenset(
    {"year", "years", "yr", "yrs", "yo", "old", "age", "aged"}
    | {"an", "ans", "ar", "aar", "aring", "ano", "anos", "saal", "sal"}
)


class Index:
    """Every phrase of a codebook, ready to be searched.

    ``entries`` in the order of the form; ``language`` is the operator's. Phrases of all
    languages are found, since callers' words come in any.
    """

    def __init__(self, entries: Sequence[Entry], language: str) -> None:
        self._entries = entries
        # Per phrase: its normal form, its entry, the text as written. Sorted so that the
        # number of a phrase is its rank among equally good matches.
        self._phrases = sorted(
            _phrases(entries, language),
            key=lambda phrase: (
                entries[phrase[1]].code == UNKNOWN,
                phrase[3],
                len(phrase[0]),
                phrase[1],
            ),
        )
        self._whole: dict[str, list[int]] = defaultdict(list)
        self._words: dict[str, list[int]] = defaultdict(list)
        for number, (key, *_) in enumerate(self._phrases):
            self._whole[key].append(number)
            for word in set(key.split()):
                self._words[word].append(number)
        self._sorted_keys = sorted(self._whole)
        self._sorted_words = sorted(self._words)
        self._by_first: dict[str, list[str]] = defaultdict(list)
        for word in self._sorted_words:
            self._by_first[word[0]].append(word)
        self._text = "\n".join(key for key, *_ in self._phrases)
        self._starts = [0, *accumulate(len(key) + 1 for key, *_ in self._phrases)]

    def find(self, query: str, limit: int) -> list[tuple[Entry, str]]:
        """Return at most ``limit`` entries, best first, each with the phrase it matched by."""
        key = normalise(query[:_LONGEST_QUERY])
        if not key or limit <= 0:
            return []
        best: dict[int, str] = dict(self._ages(key))
        tiers = (
            self._exact,
            self._beginning,
            self._by_words,
            self._inside,
            self._nearly,
            self._partly,
        )
        for tier in tiers:
            if len(best) >= limit:
                break
            for number in tier(key):
                _, entry, text, _ = self._phrases[number]
                best.setdefault(entry, text)
                if len(best) >= limit:
                    break
        return [(self._entries[entry], text) for entry, text in islice(best.items(), limit)]

    def in_note(self, note: str, dimensions: frozenset[str]) -> Iterator[tuple[Entry, str]]:
        """Yield the entries that words of ``note`` name, the latest words first.

        A phrase hides the shorter ones that it contains. A number counts as an age where a
        word for years stands beside it. Entries may come more than once.
        """
        words = normalise(note[-_NOTE_TAIL:]).split()
        end = len(words)
        while end > 0:
            begin = end - 1
            for start in range(max(0, end - _LONGEST_PHRASE), end):
                named = list(self._named(" ".join(words[start:end]), dimensions))
                if named:
                    yield from named
                    # What a phrase contains says something else than it says alone.
                    begin = start
                    break
            beside = {*words[max(0, end - 2) : end - 1], *words[end : end + 1]}
            if "age" in dimensions and not _YEARS.isdisjoint(beside):
                for place, text in self._ages(words[end - 1]):
                    yield self._entries[place], text
            end = begin

    def _named(self, key: str, dimensions: frozenset[str]) -> Iterator[tuple[Entry, str]]:
        if len(key) < _SHORTEST_SUGGESTION:
            return
        for number in self._whole.get(key, ()):
            _, place, text, _ = self._phrases[number]
            entry = self._entries[place]
            if entry.dimension in dimensions and entry.code != UNKNOWN:
                yield entry, text

    def _ages(self, key: str) -> Iterator[tuple[int, str]]:
        # Unicode has digits that int() reads and isascii() does not; none is an age here.
        if not (key.isascii() and key.isdigit() and len(key) <= len(str(_OLDEST))):
            return
        years = int(key)
        if not 1 <= years <= _OLDEST:
            return
        for number, entry in enumerate(self._entries):
            if entry.ages is not None:
                first, last = entry.ages
                if first <= years and (last is None or years <= last):
                    yield number, key

    def _exact(self, key: str) -> list[int]:
        return self._whole.get(key, [])

    def _beginning(self, key: str) -> list[int]:
        begun = _beginning_with(self._sorted_keys, key)
        return sorted(number for phrase in begun for number in self._whole[phrase])

    def _by_words(self, key: str) -> list[int]:
        return self._having_all(
            {number for known in begun for number in self._words[known]}
            for begun in (_beginning_with(self._sorted_words, word) for word in key.split())
        )

    def _inside(self, key: str) -> list[int]:
        if len(key) < _SHORTEST_INSIDE:
            return []
        # One search through one long text: twenty thousand of them would cost the frame.
        found = []
        at = self._text.find(key)
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            found.append(number)
            at = self._text.find(key, self._starts[number + 1])
        return found

    def _nearly(self, key: str) -> list[int]:
        if len(key) < _SHORTEST_FUZZY:
            return []
        likeness: dict[int, float] = defaultdict(float)
        per_word = []
        for word in key.split():
            having: dict[int, float] = {}
            for near, score in self._near(word):
                for number in self._words[near]:
                    having[number] = max(score, having.get(number, 0.0))
            per_word.append(set(having))
            for number, score in having.items():
                likeness[number] += score
        return sorted(self._having_all(per_word), key=lambda number: -likeness[number])

    def _partly(self, key: str) -> list[int]:
        """Return phrases that share words with ``key``, weighed by how rare those are (tf-idf)."""
        if " " not in key:
            return []
        likeness: dict[int, float] = defaultdict(float)
        for word in key.split():
            having = self._having(word)
            weight = log(len(self._phrases) / len(having)) if having else 0.0
            for number in having:
                likeness[number] += weight
        ranked = {
            number: weight / (1 + _PER_WORD * (self._phrases[number][0].count(" ") + 1))
            for number, weight in likeness.items()
            if weight > _LEAST_WEIGHT
        }
        return nsmallest(_MOST_PARTLY, ranked, key=lambda number: (-ranked[number], number))

    def _having(self, word: str) -> set[int]:
        """Return the phrases with a word that begins so or, where there is none, is nearly so."""
        if len(word) < _SHORTEST_INSIDE:
            return set()
        if len(word) < _SHORTEST_FUZZY:
            return set(self._words.get(word, ()))
        begun = [*_beginning_with(self._sorted_words, word)] or [
            near for near, _ in self._near(word)
        ]
        return {number for known in begun for number in self._words[known]}

    def _near(self, word: str) -> Iterator[tuple[str, float]]:
        """Yield words like ``word``, and how like they are (100: the same)."""
        if len(word) < _SHORTEST_FUZZY:
            # A short word has no room for a slip: it counts only as it is.
            if word in self._words:
                yield word, 100.0
            return
        from rapidfuzz import fuzz, process

        # The first letter is right, or the first two changed places, or it was left out or
        # doubled: looking at those words alone is ten times as fast.
        choices = [near for first in {word[0], word[1]} for near in self._by_first.get(first, ())]
        for near, score, _ in process.extract_iter(
            word, choices, scorer=fuzz.ratio, score_cutoff=_CUTOFF
        ):
            yield near, score

    @staticmethod
    def _having_all(per_word: Iterable[set[int]]) -> list[int]:
        found: set[int] | None = None
        for having in per_word:
            found = having if found is None else found & having
            if not found:
                return []
        return sorted(found or ())


def _phrases(entries: Sequence[Entry], language: str) -> Iterator[tuple[str, int, str, bool]]:
    """Yield every phrase: normal form, number of its entry, text as written, foreign or not."""
    for number, entry in enumerate(entries):
        seen: set[str] = set()
        # The operator's own language first: of equal phrases its spelling is shown.
        names = sorted({*entry.labels, *entry.words}, key=lambda name: (name != language, name))
        texts = [
            (text, name != language)
            for name in names
            for text in (entry.labels.get(name, ""), *entry.words.get(name, ()))
        ]
        for text, foreign in (*texts, (entry.code, True)):
            key = normalise(text)
            if key and key not in seen:
                seen.add(key)
                yield key, number, text, foreign


def _beginning_with(ordered: Sequence[str], start: str) -> Iterator[str]:
    for text in islice(ordered, bisect_left(ordered, start), None):
        if not text.startswith(start):
            return
        yield text
