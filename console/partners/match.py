"""Matching a caller's need with services: what fits, how well, and why; pure.

A service is left out only for something it states itself (its areas, ages, genders, issues,
status). Where a caller's answer is unknown, or fits a limit only in part, the service stays
and the limit is shown as something to check, so that nobody is sent to a closed door.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from console.language import _, later
from console.partners.hours import Opening, state

Label = Callable[[str, str], str]

UNKNOWN = "unknown"
STALE_AFTER_DAYS = 180

# What each thing in common is worth. A named region or language outweighs an open door now:
# tomorrow in her language is better than today in none. Only their order matters.
_REGION, _COUNTRY, _LANGUAGE, _OTHER_LANGUAGE, _ISSUE = 3.0, 1.5, 3.0, -2.0, 3.0
_AGE, _GENDER, _TO_CHECK, _OPEN, _CLOSED, _WARM = 1.0, 1.0, -1.0, 2.0, -0.5, 0.5
_FRESH, _STALE, _RELIABLE = 1.0, -1.0, 2.0

# Fewer outcomes than these say more about chance than about the partner.
_ENOUGH_OUTCOMES = 5

_ADULT = 18
_TWO_YEARS_DAYS = 2 * 365
_OLDEST = 99
_SHORT = 80

_ONLY = {
    "woman": later("women"),
    "man": later("men"),
    "trans_woman": later("trans women"),
    "trans_man": later("trans men"),
    "non_binary": later("non-binary people"),
}
# Whether a service for women means all women is the service's to say: ask, do not exclude.
_ASK_FOR = {"trans_woman": "woman", "trans_man": "man"}


@dataclass(frozen=True)
class Need:
    """What a call is about, in codes of the codebook; ``unknown`` weighs nothing.

    ``settings`` is part of a need but not weighed: a directory does not say which settings
    a service works in.
    """

    region: str
    language: str
    age: str
    gender: str
    issues: tuple[str, ...]
    settings: tuple[str, ...] = ()


ANYBODY = Need(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, ())


@dataclass(frozen=True)
class Area:
    """Where a service works: a region code, the country's code, or a name alone."""

    region: str | None
    name: str


@dataclass(frozen=True)
class Service:
    """A service, as far as matching weighs it; empty means that it states nothing.

    ``taken`` of ``followed_up`` referrals were accepted or completed.
    """

    id: str
    name: str
    organization: str
    status: str = "active"
    minimum_age: int | None = None
    maximum_age: int | None = None
    genders: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    areas: tuple[Area, ...] = ()
    languages: tuple[str, ...] = ()
    openings: tuple[Opening, ...] = ()
    assured: date | None = None
    warm_hand_off: str = ""
    alert: str = ""
    taken: int = 0
    followed_up: int = 0


@dataclass(frozen=True)
class Verdict:
    """How a service fits a need: ``left_out`` is empty if it does."""

    left_out: tuple[str, ...]
    reasons: tuple[str, ...]
    open_now: bool | None
    stale: bool
    score: float


@dataclass(frozen=True)
class _Part:
    """One thing weighed: a reason, something to check, or why not; and what it adds."""

    score: float = 0.0
    reason: str = ""
    check: str = ""
    left_out: str = ""


_NOTHING = _Part()


def judge(service: Service, need: Need, label: Label, now: datetime) -> Verdict:
    """Return how ``service`` fits ``need`` at ``now`` (local), with reasons in words.

    ``label`` gives the words for a code: ``label("region", "PK-PB")``. Reasons come in the
    order region, language, issues, hours, age, gender, verified, then what is to be checked.
    """
    hours = state(service.openings, now)
    door = 0.0 if hours.open_now is None else _OPEN if hours.open_now else _CLOSED
    stale = is_stale(service.assured, now.date())
    parts = (
        _status(service),
        _region(service, need, label),
        _language(service, need, label),
        _issues(service, need, label),
        _Part(door, hours.words),
        _age(service, need),
        _gender(service, need, label),
        _Part(_STALE if stale else _FRESH, verified(service.assured, now.date())),
        _reliability(service),
        _Part(_WARM, _("warm hand-off")) if service.warm_hand_off else _NOTHING,
        _Part(reason=short(service.alert)),
    )
    checks = [_("check: {what}").format(what=part.check) for part in parts if part.check]
    return Verdict(
        left_out=tuple(part.left_out for part in parts if part.left_out),
        reasons=(*(part.reason for part in parts if part.reason), *checks),
        open_now=hours.open_now,
        stale=stale,
        score=sum(part.score for part in parts),
    )


def rank(verdict: Verdict, service: Service) -> tuple[float, str, str]:
    """Return the key that puts better matches first and equal ones in a stable order."""
    return (-verdict.score, service.name.casefold(), service.id)


def is_stale(assured: date | None, today: date, days: int = STALE_AFTER_DAYS) -> bool:
    """Tell whether an entry was last verified more than ``days`` ago, or never."""
    return assured is None or (today - assured).days > days


def verified(assured: date | None, today: date) -> str:
    """Return in words when an entry was last verified."""
    if assured is None:
        return _("never verified")
    days = (today - assured).days
    if days <= 0:
        return _("verified today")
    if days >= _TWO_YEARS_DAYS:
        return _("verified {years} years ago").format(years=days // 365)
    return _("verified yesterday") if days == 1 else _("verified {days} days ago").format(days=days)


def short(text: str, most: int = _SHORT) -> str:
    """Return ``text`` on one line of at most ``most`` characters, cut between words."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[: most - 1].rsplit(" ", 1)[0].rstrip(",;: ") + "…"


def band(age: str) -> tuple[int, int] | None:
    """Return the least and greatest age of a band ("12-17", "60+"), None if unknown."""
    if age.endswith("+") and age[:-1].isdigit():
        return int(age[:-1]), _OLDEST
    low, _dash, high = age.partition("-")
    return (int(low), int(high)) if low.isdigit() and high.isdigit() else None


def covers(area: str, region: str) -> bool:
    """Tell whether ``region`` is ``area`` or lies in it: PK-PB lies in PK."""
    return region == area or region.startswith(f"{area}-")


def _status(service: Service) -> _Part:
    if service.status == "active":
        return _NOTHING
    paused = service.status == "temporarily closed"
    closed = _("temporarily closed") if paused else _("no longer offered")
    return _Part(reason=closed, left_out=closed)


def _region(service: Service, need: Need, label: Label) -> _Part:
    if need.region == UNKNOWN or not service.areas:
        return _NOTHING
    inside = [area for area in service.areas if area.region and covers(area.region, need.region)]
    if any(area.region == need.region for area in inside):
        return _Part(_REGION, label("region", need.region))
    if inside:
        return _Part(_COUNTRY, _("the whole country"))
    if any(area.region is None for area in service.areas):
        return _NOTHING
    named = list(dict.fromkeys(_area_words(area, label) for area in service.areas))
    return _Part(left_out=_("serves {areas} only").format(areas=_listed(named)))


def _area_words(area: Area, label: Label) -> str:
    code = area.region or ""
    return label("region", code) if "-" in code else area.name or code


def _language(service: Service, need: Need, label: Label) -> _Part:
    if need.language == UNKNOWN or not service.languages:
        return _NOTHING
    if need.language in service.languages:
        return _Part(_LANGUAGE, label("language", need.language))
    spoken = [label("language", code) for code in service.languages]
    return _Part(_OTHER_LANGUAGE, check=_("speaks {languages}").format(languages=_listed(spoken)))


def _issues(service: Service, need: Need, label: Label) -> _Part:
    asked = [code for code in need.issues if code not in {UNKNOWN, "other"}]
    if not service.issues or not asked:
        return _NOTHING
    shared = [label("issue", code) for code in asked if code in service.issues]
    if shared:
        return _Part(_ISSUE, _("for {whom}").format(whom=_listed(shared)))
    offered = [label("issue", code) for code in service.issues]
    return _Part(left_out=_("for {whom} only").format(whom=_listed(offered)))


def _age(service: Service, need: Need) -> _Part:
    least, most = service.minimum_age or 0, service.maximum_age
    if least == 0 and most is None:
        return _NOTHING
    only = _("{whom} only").format(whom=_years(least, most))
    asked = band(need.age)
    if asked is None:
        return _Part(check=only)
    low, high = asked
    top = _OLDEST if most is None else most
    if high < least or low > top:
        return _Part(left_out=only)
    if low < least or high > top:
        return _Part(_TO_CHECK, check=only)
    taken = (
        _("under {age}").format(age=_ADULT)
        if high < _ADULT
        else _years(low, None if high >= _OLDEST else high)
    )
    return _Part(_AGE, _("takes {whom}").format(whom=taken))


def _years(least: int, most: int | None) -> str:
    if most is None:
        return _("{age} and over").format(age=least)
    if least == 0:
        minor = most == _ADULT - 1
        return _("under {age}").format(age=_ADULT) if minor else _("up to {age}").format(age=most)
    return _("{least} to {most}").format(least=least, most=most)


def _gender(service: Service, need: Need, label: Label) -> _Part:
    if not service.genders:
        return _NOTHING
    words = _listed([_named(code, label) for code in service.genders])
    only = _("{whom} only").format(whom=words)
    if need.gender == UNKNOWN:
        return _Part(check=only)
    if need.gender in service.genders:
        return _Part(_GENDER, _("for {whom}").format(whom=words))
    if _ASK_FOR.get(need.gender) in service.genders:
        return _Part(_TO_CHECK, check=only)
    return _Part(left_out=only)


def _named(gender: str, label: Label) -> str:
    return _(_ONLY[gender]) if gender in _ONLY else label("gender", gender)


def _reliability(service: Service) -> _Part:
    """Weigh what became of earlier referrals, pulled to the middle where there are few."""
    share = (service.taken + 2) / (service.followed_up + 4)
    words = _("took {taken} of {count} referrals").format(
        taken=service.taken, count=service.followed_up
    )
    return _Part(
        _RELIABLE * (share - 0.5), words if service.followed_up >= _ENOUGH_OUTCOMES else ""
    )


def _listed(words: list[str], most: int = 3) -> str:
    if len(words) > most:
        return _("{things} and others").format(things=", ".join(words[:most]))
    if len(words) == 1:
        return words[0]
    return _("{things} and {last}").format(things=", ".join(words[:-1]), last=words[-1])
