"""What the partners' room does for screens and commands: one function an errand."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from console import codebook
from console.errors import BadUsage, Refused
from console.language import _, current
from console.partners import lifecycle, store
from console.partners.match import (
    ANYBODY,
    STALE_AFTER_DAYS,
    Need,
    Service,
    Verdict,
    is_stale,
    judge,
    rank,
    short,
)
from console.partners.package import build
from console.partners.reading import read
from console.partners.values import Lists, fold

if TYPE_CHECKING:
    from console.codebook import Codebook
    from console.vault import Vault

# Reasons why others are left out are read by a person: more than these nobody reads.
_MOST_MISSES = 200


@dataclass(frozen=True)
class Match:
    """A service that fits, and why; ``open_now`` is None where the hours are not known."""

    service: str
    name: str
    organization: str
    phone: str
    reasons: tuple[str, ...]
    bring: tuple[str, ...]
    open_now: bool | None
    stale: bool
    score: float


@dataclass(frozen=True)
class Miss:
    """A service that is left out, and why in words."""

    name: str
    organization: str
    why: str


@dataclass(frozen=True)
class ImportReport:
    """How many rows of each kind a package held, and what in it was not as it should be."""

    organizations: int
    services: int
    locations: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class ReferralLine:
    """One referral of a call."""

    id: int
    service: str
    name: str
    organization: str
    status: str


@dataclass(frozen=True)
class DirectoryLine:
    """One service of the directory; ``place`` never is the address of a confidential one.

    ``verified`` is the day as YYYY-MM-DD, empty if never.
    """

    service: str
    name: str
    organization: str
    phone: str
    place: str
    status: str
    verified: str
    stale: bool


def import_hsds(vault: "Vault", path: Path, *, now: datetime) -> ImportReport:
    """Bring in an HSDS 3.0 package: everything in it, or nothing.

    What is known by its identifier is replaced, what is new is added, what the package does
    not mention stays. Raises Refused unless the member is a coordinator; BadUsage, with the
    file and row, for a package that cannot be taken whole.
    """
    vault.require("coordinator")
    batch = read(path)
    lists = _lists(vault)
    with vault.transaction():
        package = build(batch, lists, store.known(vault))
        store.write(vault, package)
        vault.audit("partners.imported", now=now)
    return ImportReport(
        organizations=len(package.table("organization")),
        services=len(package.table("service")),
        locations=len(package.table("location")),
        warnings=tuple(package.warnings),
    )


def match(
    vault: "Vault", need: Need, *, now: datetime, limit: int = 20
) -> tuple[list[Match], list[Miss]]:
    """Return the services that fit ``need``, best first, and those left out, nearest first."""
    _require_reader(vault)
    book = _book(vault)
    label, need = book.label, _settled_need(book, need)
    fitting: list[tuple[Service, Verdict]] = []
    left_out: list[tuple[Service, Verdict]] = []
    for service in store.candidates(vault, need, fits=True):
        service = _settled(book, service)
        verdict = judge(service, need, label, now)
        (left_out if verdict.left_out else fitting).append((service, verdict))
    for service in store.candidates(vault, need, fits=False, most=_MOST_MISSES):
        left_out.append((service, judge(_settled(book, service), need, label, now)))
    fitting.sort(key=lambda pair: rank(pair[1], pair[0]))
    left_out.sort(key=lambda pair: (len(pair[1].left_out), *rank(pair[1], pair[0])))
    misses = [
        Miss(service.name, service.organization, ", ".join(verdict.left_out))
        for service, verdict in left_out[:_MOST_MISSES]
    ]
    return _matches(vault, fitting[:limit]), misses


def _settled(book: "Codebook", service: Service) -> Service:
    """Return the service with what its issues count as, where a code was merged into another."""
    issues = dict.fromkeys(book.successor("issue", code) for code in service.issues)
    return replace(service, issues=tuple(issues))


def _settled_need(book: "Codebook", need: Need) -> Need:
    """Return the need with what its issues are parts of, where a code was split."""
    whole = [book.parent("issue", code) or code for code in need.issues]
    return replace(need, issues=tuple(dict.fromkeys((*need.issues, *whole))))


def size(vault: "Vault") -> int:
    """Return how many services the directory has."""
    return int(vault.db.execute(store.SIZE).fetchone()[0])


def published_numbers(vault: "Vault") -> frozenset[str]:
    """Return the phone numbers of the directory as digits, each as published and in full (E.164).

    They lead to partners and to no caller. What makes no number in the site's country keeps the
    digits that it has.
    """
    import phonenumbers

    country = str(vault.setting("country", ""))
    numbers: set[str] = set()
    for (published,) in vault.db.execute(store.NUMBERS):
        numbers.add("".join(filter(str.isdigit, published)))
        try:
            parsed = phonenumbers.parse(published, country or None)
        except phonenumbers.NumberParseException:
            continue
        numbers.add(f"{parsed.country_code}{phonenumbers.national_significant_number(parsed)}")
    return frozenset(numbers - {""})


def find(
    vault: "Vault", words: str, *, now: datetime | None = None, limit: int = 50
) -> list[Match]:
    """Return services in which every one of ``words`` occurs, those with it in the name first.

    Case and accents do not matter. Without ``now`` hours and age of entries are of this moment.
    """
    _require_reader(vault)
    wanted = fold(words).split()
    if not wanted:
        return []
    moment = now or datetime.now().astimezone()
    by_name: list[str] = []
    by_text: list[str] = []
    for service, text in store.searched(vault):
        name = fold(text.partition("\n")[0])
        if all(word in name for word in wanted):
            by_name.append(service)
        elif all(word in fold(text) for word in wanted):
            by_text.append(service)
    chosen = (by_name + by_text)[:limit]
    services = {service.id: service for service in store.services(vault, chosen)}
    label = _book(vault).label
    return _matches(
        vault, [(services[each], judge(services[each], ANYBODY, label, moment)) for each in chosen]
    )


def directory(vault: "Vault", *, now: datetime) -> list[DirectoryLine]:
    """Return every service of the directory, by name."""
    return _lines(vault, now, STALE_AFTER_DAYS)


def stale(vault: "Vault", *, now: datetime, days: int = STALE_AFTER_DAYS) -> list[DirectoryLine]:
    """Return the services that nobody verified for more than ``days``, oldest first."""
    lines = [line for line in _lines(vault, now, days) if line.stale]
    return sorted(lines, key=lambda line: line.verified)


def refer(
    vault: "Vault", call: int, service: str, *, status: str = "referred", now: datetime
) -> int:
    """Record what became of ``service`` in a call; return the referral's number.

    Asked again for the same call and service, it gives the referral there is that status. Raises
    Refused unless the member is an operator, or if the status may not follow the one there is;
    BadUsage if call or service do not exist.
    """
    vault.require("operator")
    with vault.transaction():
        if vault.db.execute(store.CALL_EXISTS, (call,)).fetchone() is None:
            raise BadUsage(_("that call is not in the vault any more: go back to the shift"))
        if vault.db.execute(store.SERVICE_EXISTS, (service,)).fetchone() is None:
            raise BadUsage(_("that service is not in the directory any more: search again"))
        there = vault.db.execute(store.REFERRAL_OF, (call, service)).fetchone()
        if there is None:
            day = now.date().isoformat()
            number = int(vault.db.execute(store.PUT_REFERRAL, (call, service, day)).lastrowid or 0)
            vault.audit("referral.made", str(number), now=now)
        else:
            number = int(there[0])
        set_status(vault, number, status, now=now)
    return number


def set_status(vault: "Vault", referral: int, status: str, *, now: datetime) -> None:
    """Give a referral its next status.

    Raises BadUsage for an unknown referral or status, Refused for a status that may not follow.
    """
    _require_reader(vault)
    if status not in lifecycle.STATUSES:
        raise BadUsage(
            _("no such status: take one of {statuses}").format(
                statuses=", ".join(lifecycle.STATUSES)
            )
        )
    with vault.transaction():
        row = vault.db.execute(store.REFERRAL_STATUS, (referral,)).fetchone()
        if row is None:
            raise BadUsage(
                _("there is no referral {referral}: look at the call's referrals").format(
                    referral=referral
                )
            )
        if row[0] == status:
            return
        if not lifecycle.may_follow(row[0], status):
            may = ", ".join(lifecycle.following(row[0])) or "nothing"
            raise Refused(
                _("a referral that is {was} cannot become {status}: only {may}").format(
                    was=row[0], status=status, may=may
                )
            )
        vault.db.execute(store.SET_REFERRAL_STATUS, (status, referral))
        vault.audit("referral.changed", str(referral), now=now)


def referrals(vault: "Vault", call: int) -> list[ReferralLine]:
    """Return the referrals of a call, in the order in which they were made."""
    _require_reader(vault)
    return [ReferralLine(*row) for row in vault.db.execute(store.REFERRALS, (call,)).fetchall()]


def _require_reader(vault: "Vault") -> None:
    vault.require("operator", "coordinator")


def _book(vault: "Vault") -> "Codebook":
    return codebook.load(vault, _country(vault), current())


def _country(vault: "Vault") -> str:
    return str(vault.setting("country", ""))


def _lists(vault: "Vault") -> Lists:
    """Gather what the code lists know; ISO names and three-letter codes come from pycountry."""
    import pycountry

    book, country = _book(vault), _country(vault)
    regions = {fold(country): country}
    entry = pycountry.countries.get(alpha_2=country)
    if entry is not None:
        regions[fold(entry.name)] = country
    for code in book.codes("region"):
        if code.code != "unknown":
            regions[fold(code.code)] = regions[fold(code.label)] = code.code
    languages = {}
    for code in book.codes("language"):
        if code.code != "unknown":
            languages[fold(code.code)] = languages[fold(code.label)] = code.code
            known = pycountry.languages.get(alpha_2=code.code)
            if known is not None:
                languages[known.alpha_3] = code.code
    return Lists(
        country=country,
        regions=regions,
        languages=languages,
        genders=frozenset(code.code for code in book.codes("gender")),
        issues=frozenset(code.code for code in book.codes("issue")),
    )


def _matches(vault: "Vault", chosen: list[tuple[Service, Verdict]]) -> list[Match]:
    ids = [service.id for service, _ in chosen]
    phones, documents = store.phones(vault, ids), store.documents(vault, ids)
    return [
        Match(
            service=service.id,
            name=service.name,
            organization=service.organization,
            phone=phones.get(service.id, ""),
            reasons=verdict.reasons,
            bring=tuple(short(each) for each in documents.get(service.id, ())),
            open_now=verdict.open_now,
            stale=verdict.stale,
            score=verdict.score,
        )
        for service, verdict in chosen
    ]


def _lines(vault: "Vault", now: datetime, days: int) -> list[DirectoryLine]:
    _require_reader(vault)
    services = store.every_service(vault)
    ids = [service.id for service in services]
    phones, places = store.phones(vault, ids), store.places(vault, ids)
    return [
        DirectoryLine(
            service=service.id,
            name=service.name,
            organization=service.organization,
            phone=phones.get(service.id, ""),
            place="; ".join(dict.fromkeys(filter(None, places.get(service.id, ())))),
            status=service.status,
            verified=service.assured.isoformat() if service.assured else "",
            stale=is_stale(service.assured, now.date(), days),
        )
        for service in services
    ]
