"""How long the guard looks at a note, beside the phone matcher of phonenumbers over the same text.

    python bench/guard.py

Notes are made of the sentences in tests/calls/guard, one in six with an identifier. A note of
4,000 characters is looked at after each of 400 edits of one character at random places, as lines,
as sentences, and run on without a line or a sentence ending; a note of 100,000 is looked at
afresh. Last come texts that are made to be slow. Times are the thread's own: what else the
machine does says nothing of the guard.
"""

import random
import re
import statistics
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import phonenumbers

from console.calls import Guard, find_identifiers

FOLDER = Path(__file__).parent.parent / "tests" / "calls" / "guard"
LABEL = re.compile(r"\{[a-z -]+:([^}]*)\}")
COUNTRY = "PK"
NOTE, LONG_NOTE, HOSTILE = 4_000, 100_000, 50_000
EDITS = 400
MEDIAN_BUDGET, WORST_BUDGET, WHOLE_BUDGET = 0.001, 0.003, 0.5
HOSTILES = {
    "one figure": "1",
    "figures apart": "1 ",
    "figures joined": "1-",
    "addresses": "a@",
    "dots": "a.",
    "phrases": "my name is ",
    "capitals": "Anna ",
    "number words": "one ",
    "births": "born 1/1 ",
    "accounts": "NO12 ",
    "brackets": "(",
}


def sentences(dice: random.Random) -> list[str]:
    """Return sentences without identifiers, and after every five of them one with."""
    plain, telling = [], []
    for path in sorted(FOLDER.glob("*.toml")):
        if path.stem != "site":
            for table in tomllib.loads(path.read_text("utf-8")).values():
                for note in table["notes"]:
                    (telling if LABEL.search(note) else plain).append(LABEL.sub(r"\1", note))
    dice.shuffle(plain)
    dice.shuffle(telling)
    return [
        each
        for number, start in enumerate(range(0, len(plain), 5))
        for each in (*plain[start : start + 5], telling[number])
    ]


def note(parts: list[str], end: str, length: int) -> str:
    """Return so many characters of the sentences, each with ``end`` behind it, again and again."""
    text = "".join(part.rstrip(".") + end for part in parts)
    return (text * (length // len(text) + 1))[:length]


def seconds(work: Callable[[], object]) -> float:
    """Return the time of the thread that the work takes."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


def looks(text: str, dice: random.Random) -> list[float]:
    """Return the seconds of a look after each of many edits, in order of size."""
    guard = Guard(COUNTRY)
    guard.look(text)
    taken = []
    for _ in range(EDITS):
        at = dice.randrange(len(text))
        text = text[:at] + dice.choice("aehnst  01.") + text[at:]
        taken.append(seconds(lambda text=text: guard.look(text)))
    return sorted(taken)


def matched(text: str) -> float:
    """Return the seconds of phonenumbers' own matcher over the text."""
    return seconds(lambda: list(phonenumbers.PhoneNumberMatcher(text, COUNTRY)))


def main() -> int:
    """Measure and print, each budget beside its figure."""
    dice = random.Random(3)
    parts = sentences(dice)
    # Tables of numbers are loaded where the first number asks for them.
    find_identifiers("\n".join((*parts, "NO9386011117947", "4111111111111111")), COUNTRY)
    for name, end in (("lines", "\n"), ("sentences", ". "), ("run on", " ")):
        text = note(parts, end, NOTE)
        reference = statistics.median(matched(text) for _ in range(5))
        whole = statistics.median(
            seconds(lambda text=text: find_identifiers(text, COUNTRY)) for _ in range(5)
        )
        taken = looks(text, dice)
        print(
            f"{name}, {NOTE} characters: after an edit median "
            f"{statistics.median(taken) * 1e3:.2f} ms (budget {MEDIAN_BUDGET * 1e3:.0f}), "
            f"99 of 100 {taken[-EDITS // 100] * 1e3:.2f} ms, worst {taken[-1] * 1e3:.2f} ms "
            f"(budget {WORST_BUDGET * 1e3:.0f}); afresh {whole * 1e3:.1f} ms; phone matcher alone "
            f"{reference * 1e3:.1f} ms; ratio after an edit "
            f"{statistics.median(taken) / reference:.2f}, afresh {whole / reference:.2f}"
        )
    for name, end in (("lines", "\n"), ("run on", " ")):
        text = note(parts, end, LONG_NOTE)
        whole, reference = seconds(lambda text=text: find_identifiers(text, COUNTRY)), matched(text)
        print(
            f"{name}, {LONG_NOTE} characters: afresh {whole:.3f} s (budget {WHOLE_BUDGET} s); "
            f"phone matcher alone {reference:.3f} s; ratio {whole / reference:.2f}"
        )
    for name, part in HOSTILES.items():
        text = (part * HOSTILE)[:HOSTILE]
        half = seconds(lambda text=text: find_identifiers(text[: HOSTILE // 2], COUNTRY))
        whole = seconds(lambda text=text: find_identifiers(text, COUNTRY))
        print(
            f"hostile, {name}, {HOSTILE} characters: {whole:.3f} s, {whole / half:.1f} times as "
            "long as half of it (2.0 is proportional)"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
