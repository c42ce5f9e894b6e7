"""Which status of a referral may follow which; pure.

The first six are how a call ends for a service, after GBVIMS; an operator who took the wrong
one may take another. The rest is what the partner did with the referral.
"""

from collections.abc import Mapping

_AT_THE_CALL = (
    "referred",
    "provided_here",
    "already_received",
    "not_applicable",
    "declined",
    "unavailable",
)

_NEXT: Mapping[str, frozenset[str]] = {
    **{status: frozenset(_AT_THE_CALL) - {status} for status in _AT_THE_CALL},
    "referred": frozenset(_AT_THE_CALL[1:]) | {"accepted", "completed", "refused", "no_answer"},
    # Accepted, and then nobody was seen; or the partner went back on it.
    "accepted": frozenset({"completed", "refused", "no_answer"}),
    # Tried again, or the answer came late.
    "no_answer": frozenset({"referred", "accepted", "completed", "refused"}),
    "refused": frozenset({"referred", "accepted"}),
    "completed": frozenset(),
}

STATUSES = tuple(_NEXT)


def may_follow(before: str, after: str) -> bool:
    """Tell whether a referral with status ``before`` may get ``after``; the same is no change."""
    return after in _NEXT.get(before, frozenset())


def following(status: str) -> tuple[str, ...]:
    """Return what may follow ``status``, in the order in which statuses are listed."""
    return tuple(each for each in STATUSES if may_follow(status, each))
