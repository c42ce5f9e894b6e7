"""One passphrase for the demonstration: words drawn at random, so that it is in no source."""

import secrets
from collections.abc import Callable
from pathlib import Path

# Of about seven bits each; see words.txt.
COUNT = 6


def words() -> list[str]:
    """Return the words that a passphrase may be made of."""
    return Path(__file__).with_name("words.txt").read_text(encoding="ascii").split()


def draw(judge: Callable[[str], str | None]) -> str:
    """Return words joined by hyphens that ``judge`` (a reason if weak) has nothing against."""
    known = words()
    while True:
        passphrase = "-".join(secrets.choice(known) for _ in range(COUNT))
        if judge(passphrase) is None:
            return passphrase
