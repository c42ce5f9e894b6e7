"""Phone numbers in digits: national ways of writing, with and without a country. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache

from console.calls.guard.marks import Mark
from console.calls.guard.words import public_numbers

_FEWEST, _MOST = 7, 15
_TABLE, _FEW_GROUPS = 40, 6

_GAP = r"[ \u00a0.\-\u2010-\u2013\u200b-\u200f\u2060/()\n]{1,3}"
_RUN = re.compile(rf"(?<![\w/#])(?:[(]?\+\s?|[(])?\d+(?:{_GAP}\d+)*(?![\w%])")
_GROUP = re.compile(r"\d+")
# Dates, years and hours that stand in a run belong to no number.
_OTHER = re.compile(
    r"(?<![\d./-])(?:"
    r"(?:[12]?\d|3[01]|0\d)[./-](?:0?\d|1[0-2])[./-](?:(?:19|20)\d\d|\d\d)"
    r"|(?:19|20)\d\d[./-](?:0?\d|1[0-2])[./-](?:[12]\d|3[01]|0?\d)"
    r"|(?:19|20)\d\d\s?[-\u2013/]\s?(?:19|20)\d\d"
    r"|(?:[01]?\d|2[0-3])\.[0-5]\d\s?[-\u2013]\s?(?:[01]?\d|2[0-3])\.[0-5]\d"
    r")(?![./-]?\d)"
)
_ADDRESS = re.compile(r"(?:(?:1?\d?\d|2\d\d)\.){3}(?:1?\d?\d|2\d\d)\Z")
_IN_PAIRS = re.compile(r"(?:\d\d\.){3}\d\d\Z")
_THOUSANDS = re.compile(r"\d{1,3}(?:([ .\u00a0])\d{3})(?:\1\d{3})*\Z")
_AMERICAN = re.compile(r"(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-. ]\d{4}\Z")

# Money in front of a number or behind it.
_MONEY_BEFORE = re.compile(
    r"(?:[$€£₨]|\b(?:rs|pkr|nok|kr|eur|usd|ars|inr|gbp|rupees|pesos|dollars))\.?\s?\Z", re.I
)
_MONEY_AFTER = re.compile(
    r"(?:,-|,\d\d)?\s?(?:[$€£₨%]|(?:rs|pkr|nok|kr|kroner|eur|euros?|usd|ars|inr|rupees|rupaye|"
    r"pesos|dollars|pounds|lakh|hazar|crore|million|millions|millones|millioner)\b)",
    re.I,
)
# What the guard itself put into a note, "[phone]", is no such word.
_CUE = re.compile(
    r"\b(?:phone|contact|kontakt|mobile|mob|cell|landline|whats ?app|tel|telephone|number(?: is)?|"
    r"call(?: \w+)?|text|reach(?: \w+)?|ring|dial|num[ée]ro|portable|t[ée]l[ée]phone|fixe|"
    r"joindre|joignable|appel[eé]r?|rappeler|nummer(?:et)?|mobil|tlf|telefon|fasttelefon|tel[ée]fono|m[oó]vil|"
    r"celular|cel|fijo|llam[aáe]\w{0,3}|n[uú]mero|raabta|rabta|fone|sms)\b(?!\])[^\d\n]{0,14}\Z",
    re.I,
)
# Numbers of things: a case, a section, an order.
_THING = re.compile(
    r"(?:§+|[#№]|\b(?:case|complaint|fir|file|ref(?:erence)?|ticket|order|invoice|tracking|"
    r"section|sections|article|articles|art|room|flight|law|act|version|postcode|zip|dossier|"
    r"plainte|loi|procès|commande|sak(?:en)?|saks|anmeldelse|ordre|faktura|lov|expediente|denuncia|"
    r"causa|ley|artículo|pedido|dafa|muqadma|code)\b)"
    r"(?:\s?(?:number|nummer|n[uú]m[eé]ro|no|nr|num|n|id|is|has|er|har|es|est|hai|of|med|"
    r"n[°ºo])){0,3}[\s.:#°º]{0,4}\Z",
    re.I,
)
# As much is read before the digits.
_BEFORE = 40


@dataclass(frozen=True, slots=True)
class _Read:
    """How phonenumbers reads some digits: valid or not, whose, and in full (E.164)."""

    valid: bool = False
    public: bool = False
    mobile: bool = False
    forms: frozenset[str] = frozenset()


class _Verdict(IntEnum):
    NO = 0
    # It looks like a number, though none that phonenumbers knows.
    LIKELY = 1
    SURE = 2


def phones(text: str, country: str, allowed: frozenset[str]) -> Iterator[Mark]:
    """Yield phone numbers, but for public ones and those in ``allowed`` (digits)."""
    for run in _RUN.finditer(text):
        if sum(map(str.isdigit, run[0])) >= _FEWEST:
            yield from _in_run(text, run.start(), run.end(), country, allowed)


def _in_run(
    text: str, start: int, end: int, country: str, allowed: frozenset[str]
) -> Iterator[Mark]:
    """Yield the numbers of a run of digits and separators: there may be several side by side."""
    others = [other.span() for other in _OTHER.finditer(text, start, end)]
    groups = [
        group.span()
        for group in _GROUP.finditer(text, start, end)
        if not any(low < group.end() and group.start() < high for low, high in others)
    ]
    # A table of figures is no number that is read out digit by digit.
    most = _MOST if len(groups) <= _TABLE else _FEW_GROUPS
    at = 0
    while at < len(groups):
        last = _longest(text, groups, at, most, country, allowed)
        if last < 0:
            at += 1
            continue
        low, high = groups[at][0], groups[last][1]
        if not _is_public(text, low, high, country, allowed):
            yield Mark(_with_sign(text, low, start), high, "phone")
        at = last + 1


def _longest(
    text: str,
    groups: list[tuple[int, int]],
    first: int,
    most: int,
    country: str,
    allowed: frozenset[str],
) -> int:
    """Return the last group of the number that begins with the group ``first``, or -1.

    The longest that is sure, else the longest that is likely, of at most ``most`` groups.
    """
    start = groups[first][0]
    if _is_joined(text, start - 2):
        return -1
    count, ends = 0, []
    for last in range(first, min(first + most, len(groups))):
        low, high = groups[last]
        count += high - low
        if count > _MOST or (last > first and low - groups[last - 1][1] > 3):
            break
        if count >= _FEWEST and not _is_joined(text, high - 1):
            ends.append(last)
    if not ends:
        return -1
    likely, before = -1, _before(text, start)
    for last in reversed(ends):
        verdict = _judged(text, start, groups[last][1], before, country, allowed)
        if verdict is _Verdict.SURE:
            return last
        if verdict is _Verdict.LIKELY and likely < 0:
            likely = last
    return likely


@dataclass(frozen=True, slots=True)
class _Before:
    """What stands before the digits: + or 00, a bracket, money, a thing, a word of a phone."""

    international: bool
    bracket: bool
    money: bool
    thing: bool
    cue: bool


def _before(text: str, start: int) -> _Before:
    before = text[max(0, start - _BEFORE) : start]
    return _Before(
        international=_is_international(text, start),
        bracket=before.endswith("("),
        money=_MONEY_BEFORE.search(before) is not None,
        thing=_THING.search(before) is not None,
        cue=_CUE.search(before) is not None,
    )


def _is_joined(text: str, at: int) -> bool:
    """Tell whether two digits, the first at ``at``, are joined: neither ends a number there."""
    joined = text[max(0, at) : at + 3]
    return len(joined) == 3 and joined[1] in "-." and joined[0].isdigit() and joined[2].isdigit()


def _with_sign(text: str, start: int, floor: int) -> int:
    """Return where the plus sign or the bracket before the digits stands."""
    for width in (3, 2, 1):
        before = text[max(floor, start - width) : start]
        if before.startswith(("(+", "+")) and not before.strip("(+ "):
            return start - len(before)
    return start - 1 if start > floor and text[start - 1] == "(" else start


def _is_international(text: str, start: int) -> bool:
    before = text[max(0, start - 2) : start].rstrip(" (")
    return before.endswith("+") or text.startswith("00", start)


def _full(digits: str) -> str:
    return "+" + digits.removeprefix("00")


def _judged(
    text: str, start: int, end: int, before: _Before, country: str, allowed: frozenset[str]
) -> _Verdict:
    """Judge the digits from ``start`` to ``end`` by themselves and by what stands around them."""
    raw = text[start:end]
    digits = _only_digits(raw)
    if before.international:
        return _Verdict.SURE if _read(_full(digits), "").valid else _Verdict.LIKELY
    national = len(digits) in _lengths(country) or digits in allowed
    likely = bool(
        (before.cue and len(digits) <= 13)
        or _AMERICAN.match("(" + raw if before.bracket else raw)
        # Most of the world begins a national number with one nought.
        or (raw[0] == "0" != raw[1:2] and 9 <= len(digits) <= 12 and "/" not in raw)
    )
    if not (national or likely) or before.money or _is_else(text, end, raw):
        return _Verdict.NO
    # "In the room 0300-1234567": no thing is numbered like that.
    if before.thing and raw[0] != "0":
        return _Verdict.NO
    if national:
        read = _read(digits, country)
        if read.valid and (
            not _THOUSANDS.match(raw) or (read.mobile and _stands_alone(text, end, raw))
        ):
            return _Verdict.SURE
    return _Verdict.LIKELY if likely and not before.thing else _Verdict.NO


def _stands_alone(text: str, end: int, raw: str) -> bool:
    """Tell whether groups of three are no amount: three figures first, nothing counted behind."""
    counted = text[end : end + 2].lstrip(" ")[:1].isalpha()
    return len(re.split(r"[ .\u00a0]", raw)[0]) == 3 and raw[0] != "0" and not counted


def _is_else(text: str, end: int, raw: str) -> bool:
    """Tell whether the number is money, or the address of a machine."""
    machine = _ADDRESS.match(raw) and not _IN_PAIRS.match(raw)
    return bool(machine or _MONEY_AFTER.match(text, end))


def _is_public(text: str, start: int, end: int, country: str, allowed: frozenset[str]) -> bool:
    """Tell whether the number leads to a service, or is of those that are allowed."""
    digits = _only_digits(text[start:end])
    international = _is_international(text, start)
    read = _read(_full(digits), "") if international else _read(digits, country)
    forms = {digits, digits.lstrip("0"), *read.forms}
    return read.public or not forms.isdisjoint(allowed | public_numbers(country))


def _only_digits(raw: str) -> str:
    return "".join(filter(str.isdigit, raw))


@lru_cache(maxsize=4096)
def _read(number: str, country: str) -> _Read:
    import phonenumbers
    from phonenumbers import PhoneNumberFormat, PhoneNumberType

    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return _Read()
    kind = phonenumbers.number_type(parsed)
    full = phonenumbers.format_number(parsed, PhoneNumberFormat.E164).removeprefix("+")
    return _Read(
        valid=phonenumbers.is_valid_number(parsed),
        public=kind
        in (
            PhoneNumberType.TOLL_FREE,
            PhoneNumberType.PREMIUM_RATE,
            PhoneNumberType.SHARED_COST,
            PhoneNumberType.UAN,
            PhoneNumberType.VOICEMAIL,
        ),
        mobile=kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE),
        forms=frozenset({full, str(parsed.national_number)}),
    )


@cache
def _lengths(country: str) -> frozenset[int]:
    """Return how many digits a number may have as it is written in the country itself."""
    from phonenumbers import PhoneMetadata

    metadata = PhoneMetadata.metadata_for_region(country, None)
    if metadata is None or metadata.general_desc is None:
        return frozenset()
    plain = set(metadata.general_desc.possible_length)
    prefix = len(metadata.national_prefix or "")
    # Argentina writes 15 into its mobile numbers.
    return frozenset({*plain, *(n + prefix for n in plain), *(n + 2 + prefix for n in plain)})
