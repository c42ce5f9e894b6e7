"""What calls weigh on the person who takes them, and when that earns a break; pure.

The defaults follow what other lines and bodies publish; each names its source. All of them
are the coordinator's to set.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from console.errors import BadUsage
from console.language import _

KINDS = ("short", "meal", "debrief_colleague", "debrief_supervisor", "counselling")

_HARDEST = 5

# Counselling is an appointment: asking for it again within the shift helps nobody.
_COUNSELLING_AGAIN = timedelta(days=1)


@dataclass(frozen=True)
class Policy:
    """The site's rules for breaks: minutes unless the name says otherwise.

    ``threshold`` is in distress-minutes: one call of distress 4 for 45 minutes, just ended,
    reaches it. No source gives such a number; it and ``half_life`` are ours to be tuned.
    """

    half_life: int = 60
    threshold: int = 180
    # helplines.org: support at once after a distressing call.
    hard_distress: int = 4
    # Victoria: a break every two hours. IWF, for those who view images: every hour.
    regular_every: int = 120
    # IWF: five hours of exposure a day at most.
    exposure_a_day: int = 300
    # IWF: counselling every month.
    counselling_every_days: int = 30
    # Samaritans: never fewer than two on shift.
    minimum_cover: int = 2
    # A missed break comes back after the first, then sooner, never sooner than the second.
    again_after: int = 10
    again_at_least: int = 5
    short: int = 10
    meal: int = 30
    debrief_colleague: int = 15
    debrief_supervisor: int = 20
    counselling: int = 50

    def minutes(self, kind: str) -> int:
        """Return how long a break of ``kind`` is."""
        lengths = {
            "short": self.short,
            "meal": self.meal,
            "debrief_colleague": self.debrief_colleague,
            "debrief_supervisor": self.debrief_supervisor,
            "counselling": self.counselling,
        }
        return lengths[kind]

    def again(self, kind: str, missed: int) -> timedelta:
        """Return how long a break of ``kind`` stays away that was missed ``missed`` times."""
        if kind == "counselling":
            return _COUNSELLING_AGAIN
        return timedelta(
            minutes=max(self.again_at_least, self.again_after // 2 ** min(max(missed - 1, 0), 16))
        )


@dataclass(frozen=True)
class Load:
    """A member's load and where it earns a break, both in distress-minutes, decayed."""

    value: float
    threshold: float


@dataclass(frozen=True)
class Offer:
    """A break that is offered: its kind, its length in minutes, and why, in words."""

    kind: str
    minutes: int
    reason: str


@dataclass(frozen=True)
class Weight:
    """A rated call: its distress (1 to 5), its length, and when it ended (aware)."""

    distress: int
    minutes: float
    ended: datetime


@dataclass(frozen=True)
class Day:
    """What an offer is judged by, besides the call that just ended.

    ``rested`` is when the member's shift began or her last break ended, whichever is later;
    ``counselled`` when she last had counselling, or else began to take calls.
    """

    value: float
    exposure: float
    rested: datetime | None
    counselled: datetime | None


def merged(changes: object) -> Policy:
    """Return the default policy with a site's ``changes``, a mapping of names to numbers.

    Raises BadUsage for an unknown name and for a number that is not whole or not positive.
    """
    if not isinstance(changes, Mapping):
        raise BadUsage("the policy of breaks is not a list of names with numbers: set it again")
    known = {field.name for field in fields(Policy)}
    for name, value in changes.items():
        if name not in known:
            raise BadUsage(f"the policy of breaks has no {str(name)[:40]!r}: see docs/breaks.md")
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise BadUsage(f"the policy of breaks: {name} must be a whole number above 0")
    policy = replace(Policy(), **changes)
    if not 1 <= policy.hard_distress <= _HARDEST:
        raise BadUsage(f"the policy of breaks: hard_distress must be 1 to {_HARDEST}")
    return policy


def weighed(calls: Sequence[Weight], now: datetime, half_life: float) -> float:
    """Return the load of ``calls`` at ``now``: distress × minutes, halved every ``half_life``.

    A call that ends in the future (the clock was set back) weighs less the farther away it
    is, so that no setting of the clock makes a load larger than the sum of its calls.
    """
    return sum(
        call.distress
        * max(call.minutes, 1)
        * math.exp2(-abs((now - call.ended).total_seconds()) / 60 / half_life)
        for call in calls
    )


def judge(policy: Policy, distress: int | None, day: Day, now: datetime) -> Offer | None:
    """Return the break that a member is offered after a call, the weightiest reason first.

    ``distress`` is what the call that just ended was rated, None if it was not.
    """
    if distress is not None and distress >= policy.hard_distress:
        if distress >= _HARDEST:
            return _offer(
                policy,
                "debrief_supervisor",
                _("That was as hard as calls get: talk it over first."),
            )
        return _offer(policy, "debrief_colleague", _("That was a hard call: talk it over first."))
    if day.exposure >= policy.exposure_a_day:
        hours = policy.exposure_a_day // 60
        return _offer(
            policy,
            "debrief_supervisor",
            _("More than {hours} hours on calls today: end the day with the supervisor.").format(
                hours=hours
            ),
        )
    if day.value >= policy.threshold:
        return _offer(
            policy, "debrief_colleague", _("The last calls add up to a lot: talk them over.")
        )
    if day.counselled is not None and now - day.counselled >= timedelta(
        days=policy.counselling_every_days
    ):
        return _offer(
            policy,
            "counselling",
            _("No counselling for {days} days: book it now.").format(
                days=(now - day.counselled).days
            ),
        )
    if day.rested is not None and now - day.rested >= timedelta(minutes=policy.regular_every):
        return _offer(policy, "short", _without_break(now - day.rested))
    return None


def _offer(policy: Policy, kind: str, reason: str) -> Offer:
    return Offer(kind, policy.minutes(kind), reason)


def _without_break(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes < 120:
        words = _("{minutes} minutes without a break: take a short one.")
        return words.format(minutes=minutes)
    return _("{hours} hours without a break: take a short one.").format(hours=minutes // 60)
