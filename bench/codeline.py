"""The code line and the suggestions from the note, per key, beside one frame of a 60 Hz screen.

    python bench/codeline.py [CODES]

A vault gets 5,000 made-up codes of its site beside the shipped ones, each with a label and a
callers' word in four languages. Then 200 queries are typed: whole labels and words, the second
word of a label, two words, slips of the finger, and what nobody ever called anything; every
prefix is one search, as every key is. The suggestions read a note of 4,000 characters after each
of 200 keys. Garbage collection stays on, as it is in the console.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from random import Random

from shared import vaults

from console import codebook
from console.codebook import LANGUAGES, Codebook
from console.vault import unlock

CODES, QUERIES, NOTE = 5_000, 200, 4_000
FRAME = 1 / 60
DIMENSIONS = ("issue", "platform", "campaign", "campus")
ONSETS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "st", "tr", "h", "j")
ENDINGS = {
    "en": ("ing", "er", "", "ed", "y"),
    "fr": ("ée", "eur", "ique", "té", "e"),
    "nb": ("ø", "å", "en", "het", "lig"),
    "es": ("ción", "ar", "ño", "dad", "o"),
}


def words(language: str, dice: Random) -> list[str]:
    """Return 2,000 made-up words with the ring of ``language``."""
    endings = ENDINGS.get(language, ("",))
    made = {
        "".join(dice.choice(ONSETS) + dice.choice("aeiou") for _ in range(dice.randint(1, 3)))
        + dice.choice(endings)
        for _ in range(4_000)
    }
    return sorted(made)[:2_000]


def made_up(home: Path, count: int, dice: Random) -> list[str]:
    """Make a vault in ``home`` with so many codes of its site; return all their phrases."""
    vaults.make(home, 0)
    lexicon = {language: words(language, dice) for language in LANGUAGES}
    phrases: list[str] = []
    with unlock(home, vaults.OPERATOR, vaults.WORDS, now=vaults.NOW) as vault, vault.transaction():
        for number in range(count):
            labels = {
                language: " ".join(dice.sample(known, dice.randint(1, 3)))
                for language, known in lexicon.items()
            }
            said = {language: (dice.choice(known),) for language, known in lexicon.items()}
            codebook.adopt_code(
                vault,
                DIMENSIONS[number % len(DIMENSIONS)],
                f"made-up-{number}",
                labels,
                now=vaults.NOW,
                words=said,
            )
            phrases += [*labels.values(), *(text for (text,) in said.values())]
    return phrases


def queries(phrases: Sequence[str], dice: Random) -> list[str]:
    """Return what is typed, a fifth of each kind."""

    def slip(text: str) -> str:
        at = dice.randrange(max(1, len(text) - 1))
        return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]

    kinds: tuple[Callable[[str], str], ...] = (
        str,
        lambda text: text.split()[-1],
        lambda text: f"{text.split()[0]} {dice.choice(phrases).split()[0]}",
        slip,
        lambda text: "".join(dice.sample(text * 3, 12)),
    )
    return [kinds[number % len(kinds)](dice.choice(phrases)) for number in range(QUERIES)]


def report(name: str, seconds: Iterable[float]) -> None:
    """Print median, p99 and worst, and the worst beside a frame."""
    taken = sorted(seconds)
    median, p99 = statistics.median(taken), statistics.quantiles(taken, n=100)[98]
    print(
        f"{name}, {len(taken):,} keys: median {median * 1000:.2f} ms, p99 {p99 * 1000:.2f} ms, "
        f"worst {taken[-1] * 1000:.2f} ms; worst to one 60 Hz frame {taken[-1] / FRAME:.2f} "
        "(budget 1.0)"
    )


def seconds_of(work: Callable[[], object]) -> float:
    """Return the seconds that ``work`` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def typed(book: Codebook, asked: Iterable[str]) -> list[float]:
    """Return the seconds of each search while the queries are typed."""
    return [
        seconds_of(partial(book.search, query[:end]))
        for query in asked
        for end in range(1, len(query) + 1)
    ]


def suggested(book: Codebook, phrases: Sequence[str], dice: Random) -> list[float]:
    """Return the seconds of each look at a note to which one letter after another is added."""
    note = " ".join(dice.sample(phrases, NOTE // 4))
    return [
        seconds_of(partial(book.suggest, note[end - NOTE : end], {}))
        for end in range(NOTE, NOTE + QUERIES)
    ]


def main(count: int) -> None:
    """Make the vault in a throw-away folder, measure, print."""
    dice = Random(144)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        phrases = made_up(home, count, dice)
        with unlock(home, vaults.OPERATOR, vaults.WORDS, now=vaults.NOW) as vault:
            book = codebook.load(vault, "PK")
    ready = seconds_of(book.warm)
    print(f"{count:,} codes × {len(LANGUAGES)} languages, {len(phrases):,} phrases of the site:")
    report("  code line", typed(book, queries(phrases, dice)))
    report("  suggestions from the note", suggested(book, phrases, dice))
    print(f"  making it ready, once at unlock: {ready * 1000:.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else CODES)
