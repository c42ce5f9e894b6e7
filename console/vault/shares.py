"""A secret split into shares of words, k of which give it back and fewer of which say nothing.

SLIP-39 (SatoshiLabs), by Trezor's reference implementation: 33 words a share, the last three a
checksum, every word known by its first four letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from console.errors import BadUsage, CannotUnlock
from console.text import plain

WORDS = 33
FEWEST, MOST = 2, 16
_SECRET = 32
_LETTERS = 4
_BITS = 10
_CHECKSUM = 3


@dataclass(frozen=True, slots=True)
class Share:
    """One share: its number (1 and up), how many are needed, and the words that hold it.

    ``family`` is the same number in all shares that were split together.
    """

    number: int
    threshold: int
    family: int
    words: tuple[str, ...] = field(repr=False)


def split(secret: bytes, shares: int, threshold: int) -> list[Share]:
    """Return 32 bytes as shares, any ``threshold`` of which `combine` to them again.

    Raises BadUsage for numbers that make no sense: at least two are needed, of at most sixteen.
    """
    from shamir_mnemonic import generate_mnemonics

    if not FEWEST <= threshold <= shares <= MOST:
        raise BadUsage(
            "A kit has 2 to 16 shares, and 2 or more of them open it: "
            "use --shares 5 --threshold 3, say."
        )
    ((*texts,),) = generate_mnemonics(1, [(threshold, shares)], secret)
    return [read_share(text) for text in texts]


def read_share(text: str) -> Share:
    """Return the share that a person typed, words by their first four letters or more.

    Raises BadUsage saying which word is wrong, as far as that can be told.
    """
    from shamir_mnemonic import MnemonicError
    from shamir_mnemonic import Share as Slip39

    words = [_word(place, word) for place, word in enumerate(text.split(), start=1)]
    if len(words) != WORDS:
        raise BadUsage(f"A share has {WORDS} words, this one {len(words)}: type it again.")
    try:
        share = Slip39.from_mnemonic(" ".join(words))
    except MnemonicError:
        raise BadUsage(_where(words)) from None
    return Share(share.index + 1, share.member_threshold, share.identifier, tuple(words))


def combine(shares: Sequence[Share]) -> bytes:
    """Return the secret. Raises CannotUnlock for too few shares, or shares of different kits."""
    from shamir_mnemonic import MnemonicError, combine_mnemonics

    if len({(share.family, share.threshold) for share in shares}) > 1:
        raise CannotUnlock("These shares are of different kits: use those of one kit.")
    by_number = {share.number: share for share in shares}
    if not shares or len(by_number) < shares[0].threshold:
        needed = shares[0].threshold if shares else FEWEST
        raise CannotUnlock(
            f"There are {len(by_number)} different shares here and {needed} are needed: "
            "ask one more holder."
        )
    enough = list(by_number.values())[: shares[0].threshold]
    try:
        secret = combine_mnemonics([" ".join(share.words) for share in enough])
    except MnemonicError:
        raise CannotUnlock("These shares do not belong together: use those of one kit.") from None
    if len(secret) != _SECRET:
        raise CannotUnlock("These shares are not of a vault: use those of its recovery kit.")
    return bytes(secret)


@cache
def _words() -> dict[str, str]:
    from shamir_mnemonic.wordlist import WORDLIST

    return {word[:_LETTERS]: word for word in WORDLIST}


def _word(place: int, typed: str) -> str:
    lower = typed.casefold()
    word = _words().get(lower[:_LETTERS])
    if word is None or not word.startswith(lower):
        # Not the word itself: what a person types here may stand on a screen for long.
        raise BadUsage(f"Word {place} of the share is none of the list: look at it again.")
    return word


def _where(words: Sequence[str]) -> str:
    """Return which word is wrong: a single one is where a change makes the checksum right.

    The checksum is linear over GF(2), so what a change of one word does to it does not depend on
    the others (SLIP-39, Reed-Solomon code over GF(1024) that tells up to three wrong words).
    """
    from shamir_mnemonic.wordlist import WORD_INDEX_MAP

    values = [WORD_INDEX_MAP[word] for word in words]
    wrong = _syndrome(values)
    zeros = [0] * WORDS
    nothing = _syndrome(zeros)
    for place in range(WORDS):
        reachable = {0}
        for bit in range(_BITS):
            change = [*zeros[:place], 1 << bit, *zeros[place + 1 :]]
            effect = _syndrome(change) ^ nothing
            reachable |= {each ^ effect for each in reachable}
        if wrong in reachable:
            return f"Word {place + 1} of the share is not the right one: look at it again."
    return "The share is mistyped in two words or more, or two are swapped: type it again."


def _syndrome(values: Sequence[int]) -> int:
    """Return by what the checksum differs from the right one, 30 bits; 0 for none."""
    from shamir_mnemonic.constants import CUSTOMIZATION_STRING_EXTENDABLE
    from shamir_mnemonic.rs1024 import create_checksum

    right = create_checksum(values[:-_CHECKSUM], CUSTOMIZATION_STRING_EXTENDABLE)
    found = 0
    for wanted, there in zip(right, values[-_CHECKSUM:], strict=True):
        found = found << _BITS | wanted ^ there
    return found


def share_lines(text: str) -> list[str]:
    """Return the shares in a text: one a line, or as the printed page shows them.

    The numbers before words are left out; a line is skipped unless most of it is on the list.
    """
    known = _words()
    found: list[list[str]] = [[]]
    for line in plain(text).splitlines():
        words = [word for word in line.replace(".", " ").split() if not word.isdigit()]
        listed = sum(word.casefold()[:_LETTERS] in known for word in words)
        if listed > len(words) / 2:
            if len(found[-1]) >= WORDS:
                found.append([])
            found[-1] += words
        elif not words and found[-1]:
            found.append([])
    return [" ".join(words) for words in found if words]
