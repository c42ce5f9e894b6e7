"""Whether a passphrase is worth having: length, and what a guesser would need."""

from console.errors import Refused

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


def demand_strength(text: str) -> None:
    """Raise Refused, with the reason, for a passphrase that is too weak."""
    reason = judge_passphrase(text)
    if reason is not None:
        raise Refused(reason)
