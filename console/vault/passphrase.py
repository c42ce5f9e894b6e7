"""Whether a passphrase is worth having: length, and what a guesser would need."""

from pathlib import Path

from console.errors import ConsoleError, Refused
from console.vault.model import Cost

_SHORTEST = 15
_GOOD = 3
_JUDGED = 72  # as many characters as the estimator takes; more can only be better


def judge_passphrase(text: str) -> str | None:
    """Return why ``text`` is too weak for a passphrase, one line; None if it is good."""
    from zxcvbn import zxcvbn

    if len(text) < _SHORTEST:
        return f"The passphrase is too short: use {_SHORTEST} characters or more, four words, say."
    if zxcvbn(text[:_JUDGED])["score"] < _GOOD:
        return "The passphrase is too easy to guess: use four or more words that do not belong."
    return None


def guarding(home: Path, name: str) -> str | None:
    """Return in one line what guards a member's passphrase, if it is less than usual; else None.

    None as well where the key file cannot be read: whoever logs in is told why.
    """
    from console.vault.identity import MemberFile

    try:
        cost = MemberFile.read(home / "keys" / "members" / f"{name}.json").cost
    except (ConsoleError, FileNotFoundError):
        return None
    if cost.memory_kib >= Cost.DEFAULT.memory_kib:
        return None
    return (
        f"This machine is slow or short of memory: {cost.memory_kib // 1024} MiB guard the "
        f"passphrase against guessing, not {Cost.DEFAULT.memory_kib // 1024}. Make it longer."
    )


def demand_strength(text: str) -> None:
    """Raise Refused, with the reason, for a passphrase that is too weak."""
    reason = judge_passphrase(text)
    if reason is not None:
        raise Refused(reason)
