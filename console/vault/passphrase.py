"""Whether a passphrase is worth having: length, and what a guesser would need."""

import unicodedata
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from console.errors import ConsoleError, Refused
from console.vault.model import Cost

_SHORTEST = 15
_GOOD = 3
_ENOUGH = 10.0  # decimal digits of the guesses: the estimator's own "very unguessable"
_JUDGED = 72  # as many characters as the estimator takes; more can only be better
_MOST = 24  # words that are looked at; more can only be better

# What whoever guesses tries first: what this is about, in the interface's languages, and what
# everybody quotes. The first quotation is xkcd.com/936.
_KNOWN = (
    "helpline help line hotline call caller phone console vault key note case shift safe secret",
    "passphrase password word words login operator coordinator admin staff women violence crisis",
    "linea ayuda llamada telefono contrasena clave frase paso palabra secreto mujer violencia",
    "ligne ecoute aide appel telephone phrase passe mot secret femme femmes urgence violences",
    "hjelp linje hjelpelinje hjelpetelefon telefon passord passfrase ord kvinner vold krise",
    "correct horse battery staple",
    "the quick brown fox jumps over the lazy dog",
    "to be or not to be that is the question",
    "may the force be with you",
    "en un lugar de la mancha de cuyo nombre no quiero acordarme",
    "portez ce vieux whisky au juge blond qui fume",
    "ja vi elsker dette landet som det stiger frem",
)


def judge_passphrase(text: str, *about: str) -> str | None:
    """Return why ``text`` is too weak for a passphrase, one line; None if it is good.

    ``about`` is what is known of whoever is to have it: their name, the helpline's. Such words
    count nothing, repeated ones once, and neither capitals, accents nor blanks count.
    """
    from zxcvbn import zxcvbn

    if len(text) < _SHORTEST:
        return f"The passphrase is too short: use {_SHORTEST} characters or more, four words, say."
    told = _words(" ".join((*_KNOWN, *about)))
    words = [word for word in _words(text) if word not in told][:_MOST]
    if (
        zxcvbn(text[:_JUDGED])["score"] < _GOOD
        or _digits(words, told) < _ENOUGH
        # In one piece, rows of letters and of keys show that blanks hid.
        or _digits(["".join(words)], told) < _ENOUGH
    ):
        return (
            "The passphrase is too easy to guess: use four or more different words that do not "
            "belong together, no names."
        )
    return None


def _digits(pieces: Iterable[str], told: Iterable[str]) -> float:
    """Return the decimal digits of the guesses that all different parts of ``pieces`` need.

    Not the estimator's own sum, which takes any three words with blanks between them for good.
    """
    from zxcvbn import zxcvbn

    parts: dict[str, float] = {
        part["token"]: part["guesses_log10"]
        for piece in pieces
        if piece
        for part in zxcvbn(piece[:_JUDGED], told)["sequence"]
    }
    return sum(parts.values())


def _words(text: str) -> list[str]:
    """Return the runs of letters and of signs in ``text``, in small letters without accents."""
    marked = unicodedata.normalize("NFKD", text.casefold())
    letters = (char for char in marked if unicodedata.category(char) != "Mn")
    runs = groupby(unicodedata.normalize("NFC", "".join(letters)), _kind)
    return ["".join(run) for kind, run in runs if kind]


def _kind(char: str) -> str:
    return {"Z": "", "C": "", "P": "sign", "S": "sign"}.get(unicodedata.category(char)[0], "word")


def guarding(home: Path, name: str) -> str | None:
    """Return in one line what guards a member's passphrase, if it is less than usual; else None.

    Less by more than a quarter: half a bit is no reason to alarm anybody. None as well where the
    key file cannot be read: whoever logs in is told why.
    """
    from console.vault.identity import MemberFile

    try:
        cost = MemberFile.read(home / "keys" / "members" / f"{name}.json").cost
    except (ConsoleError, FileNotFoundError):
        return None
    if 4 * cost.memory_kib >= 3 * Cost.DEFAULT.memory_kib:
        return None
    return (
        f"This machine is slow or short of memory: {cost.memory_kib // 1024} MiB guard the "
        f"passphrase against guessing, not {Cost.DEFAULT.memory_kib // 1024}. Make it longer."
    )


def demand_strength(text: str, *about: str) -> None:
    """Raise Refused, with the reason, for a passphrase that `judge_passphrase` finds too weak."""
    reason = judge_passphrase(text, *about)
    if reason is not None:
        raise Refused(reason)
