"""Shares of words: what k of them give, what fewer do not, and which word is mistyped."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from console.errors import BadUsage, CannotUnlock
from console.vault import (
    Share,
    read_share,
    share_lines,
    shares,
)
from tests.vault.checks import refuses

SPLIT = shares.split(bytes(range(32)), 5, 3)


@settings(max_examples=15)
@given(st.binary(min_size=32, max_size=32), st.integers(2, 5), st.integers(0, 3), st.randoms())
def test_any_k_shares_give_the_secret_and_fewer_are_refused(
    secret: bytes, threshold: int, more: int, chance: random.Random
) -> None:
    split = shares.split(secret, threshold + more, threshold)
    chance.shuffle(split)
    assert shares.combine(split[:threshold]) == secret
    refuses(CannotUnlock, lambda: shares.combine(split[: threshold - 1]))


def test_too_few_shares_fit_every_secret() -> None:
    """Two of three sheets: for any third value there is a secret, so they rule none out."""
    from shamir_mnemonic.shamir import RawShare, _interpolate

    split = [_value(share) for share in shares.split(bytes(32), 5, 3)]
    known = [RawShare(0, split[0]), RawShare(1, split[1])]
    found = {
        _interpolate([*known, RawShare(2, bytes([guess]) + split[2][1:])], 255)[0]
        for guess in range(256)
    }
    assert found == set(range(256))


def _value(share: Share) -> bytes:
    from shamir_mnemonic import Share as Slip39

    return Slip39.from_mnemonic(" ".join(share.words)).value


@settings(max_examples=25)
@given(st.integers(0, 32), st.integers(0, 1023), st.integers(0, 4))
def test_a_wrong_word_is_named(place: int, word: int, number: int) -> None:
    from shamir_mnemonic.wordlist import WORDLIST

    words = list(SPLIT[number].words)
    if words[place] == WORDLIST[word]:
        return
    words[place] = WORDLIST[word]
    line = refuses(BadUsage, lambda: read_share(" ".join(words)))
    assert line.startswith(f"Word {place + 1} of the share")
    assert WORDLIST[word] not in line.split()


@settings(max_examples=25)
@given(st.lists(st.integers(0, 32), min_size=2, max_size=2, unique=True), st.integers(1, 1022))
def test_two_wrong_words_are_never_called_one(places: list[int], by: int) -> None:
    from shamir_mnemonic.wordlist import WORD_INDEX_MAP, WORDLIST

    words = list(SPLIT[0].words)
    for place in places:
        words[place] = WORDLIST[WORD_INDEX_MAP[words[place]] ^ by]
    assert "two words" in refuses(BadUsage, lambda: read_share(" ".join(words)))


def test_a_share_is_read_as_people_type_it() -> None:
    words = SPLIT[2].words
    assert read_share("  ".join(word[:4].upper() for word in words)) == SPLIT[2]
    assert "Word 3" in refuses(BadUsage, lambda: read_share(" ".join([*words[:2], "qqqq"])))
    wrong = " ".join([words[0], words[1] + "x", *words[2:]])
    assert "Word 2" in refuses(BadUsage, lambda: read_share(wrong))
    assert "32" in refuses(BadUsage, lambda: read_share(" ".join(words[:32])))
    refuses(BadUsage, lambda: read_share(""))


def test_shares_in_a_file_are_found_among_other_lines() -> None:
    lines = [" ".join(share.words) for share in SPLIT]
    grid = "\n".join(
        "  ".join(f"{at + n:>2} {word}" for n, word in enumerate(SPLIT[0].words[at : at + 3]))
        for at in range(0, 33, 3)
    )
    assert share_lines("\n".join(lines)) == lines
    assert share_lines(f"Linea, kit 1\n{grid}\n\nKeep it sealed.\n{lines[1]}") == lines[:2]
    assert share_lines("") == []
