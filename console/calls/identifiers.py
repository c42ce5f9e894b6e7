"""The guard: what in a note looks like it could tell who somebody is. Pure.

It points out, it never decides: times, ages, amounts and counts are left alone as far as they
can be told apart, and the operator has the last word.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

# What a mark may be, in order of who wins where two overlap.
KINDS = ("e-mail", "link", "national number", "phone", "handle", "date of birth", "name")

_FEWEST_PHONE_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a note, ``start`` to ``end`` in characters, and the kind of identifier."""

    start: int
    end: int
    kind: str


def find_identifiers(text: str, country: str) -> list[Mark]:
    """Return what looks like an identifier in ``text``, in its order, without overlaps.

    ``country`` (ISO 3166-1 alpha-2) says how phone numbers without a prefix are written there;
    numbers with + are found whatever their country, and national numbers of several.
    """
    found = [
        *_emails(text),
        *_links(text),
        *_national_numbers(text, country.upper()),
        *_phones(text, country.upper()),
        *_handles(text),
        *_births(text),
        *_names(text),
    ]
    found.sort(key=lambda mark: (KINDS.index(mark.kind), mark.start, -mark.end))
    kept: list[Mark] = []
    taken = bytearray(len(text))
    for mark in found:
        if not any(taken[mark.start : mark.end]):
            taken[mark.start : mark.end] = b"\x01" * (mark.end - mark.start)
            kept.append(mark)
    return sorted(kept, key=lambda mark: mark.start)


def mask(text: str, mark: Mark) -> str:
    """Return what is to stand in a note in place of ``text``, the words that ``mark`` covers.

    The kind in brackets ("[phone]"), and the line breaks of the text, so that the lines of the
    note keep their places.
    """
    return f"[{mark.kind}]" + "\n" * text.count("\n")


def masked(text: str, marks: list[Mark]) -> str:
    """Return the whole ``text`` with every one of its ``marks`` replaced."""
    parts, at = [], 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        parts += [text[at : mark.start], mask(text[mark.start : mark.end], mark)]
        at = mark.end
    return "".join([*parts, text[at:]])


_EMAIL = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
    # As it is dictated: "sara at gmail dot com".
    r"|[\w.+-]{1,64}\s?(?:\(at\)|\[at\]|\sat\s|\sarroba\s|\sarobase\s)\s?[\w-]{1,63}"
    r"(?:\.|\s?(?:\(dot\)|\[dot\]|\sdot\s|\spunto\s|\spoint\s|\spunktum\s)\s?)"
    r"(?:com|net|org|fr|no|es|pk|ar)\b",
    re.IGNORECASE,
)
# Endings that are words of some language ("no", "es", "me") count only with a path behind them.
_LINK = re.compile(
    r"\b(?:https?://|www\.)\S{2,2000}"
    r"|\b[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,3}\.(?:com|org|net|info|app|gg|ly)\b(?:/\S{0,2000})?"
    r"|\b[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,3}\.[a-z]{2,4}/[^\s/]\S{0,2000}",
    re.IGNORECASE,
)
_HANDLE = re.compile(
    r"(?<![\w@.])@[a-z0-9_](?:[\w.]{0,38}\w)"
    r"|\b(?:insta(?:gram)?|snap(?:chat)?|tiktok|telegram|facebook|twitter|discord|username|"
    r"user name|handle|pseudo|brukernavn|usuario|nom d'utilisateur)"
    r"(?:\s(?:is|name is|username is|id is|er|est|es|hai))?\s?[:=]\s?(?P<handle>[\w.]{3,40})",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)]}»\"'"


def _emails(text: str) -> Iterator[Mark]:
    for match in _EMAIL.finditer(text):
        yield Mark(match.start(), match.end(), "e-mail")


def _links(text: str) -> Iterator[Mark]:
    for match in _LINK.finditer(text):
        yield Mark(match.start(), match.start() + len(match[0].rstrip(_TRAILING)), "link")


def _handles(text: str) -> Iterator[Mark]:
    for match in _HANDLE.finditer(text):
        group = "handle" if match["handle"] else 0
        yield Mark(match.start(group), match.end(group), "handle")


# Money in front of a number or behind it.
_MONEY_BEFORE = re.compile(r"(?:[$€£₨]|\b(?:rs|pkr|nok|kr|eur|usd|ars|rupees|pesos))\.?\s?$", re.I)
_MONEY_AFTER = re.compile(
    r"\s?(?:[$€£₨%]|(?:rs|pkr|nok|kr|kroner|eur|euros?|usd|ars|rupees|rupaye|pesos|dollars|lakh|"
    r"crore|million|millions|millones)\b)",
    re.I,
)


def _is_money(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 12) : start]
    return bool(_MONEY_BEFORE.search(before) or _MONEY_AFTER.match(text, end))


def _phones(text: str, country: str) -> Iterator[Mark]:
    if sum(map(str.isdigit, text)) < _FEWEST_PHONE_DIGITS:
        return
    import phonenumbers

    for match in phonenumbers.PhoneNumberMatcher(text, country or None):
        if not _is_money(text, match.start, match.end):
            yield Mark(match.start, match.end, "phone")


@dataclass(frozen=True, slots=True)
class _Number:
    """A national number: candidates by ``shape``, then the checks of python-stdnum's ``module``.

    Without ``module`` the shape is proof enough. ``words`` must stand before the number where
    the shape is too common; ``home`` is the one country where it is looked for at all.
    """

    shape: re.Pattern[str]
    module: str = ""
    words: re.Pattern[str] | None = None
    home: str = ""


_THIRTEEN = re.compile(r"(?<![\d+])\d{13}(?!\d)")
_ELEVEN = re.compile(r"(?<![\d+])\d{11}(?!\d)")
_NUMBERS = (
    _Number(re.compile(r"(?<!\d)\d{5}[- ]\d{7}[- ]\d(?!\d)")),
    _Number(_THIRTEEN, "stdnum.pk.cnic", home="PK"),
    _Number(_THIRTEEN, words=re.compile(r"\b(?:cnic|nicop|shanakhti|id card)\D{0,16}$", re.I)),
    _Number(
        re.compile(
            r"(?<!\d)[12][ .]?\d\d[ .]?\d\d[ .]?\d[\dAB][ .]?\d{3}[ .]?\d{3}[ .]?\d\d(?!\d)"
        ),
        "stdnum.fr.nir",
    ),
    _Number(re.compile(r"(?<!\d)\d{6}[ -]?\d{5}(?!\d)"), "stdnum.no.fodselsnummer"),
    _Number(
        re.compile(r"(?<!\w)\d{2}\.?\d{3}\.?\d{3}[ -]?[A-Za-z](?!\w)"),
        "stdnum.es.dni",
    ),
    _Number(re.compile(r"(?<!\w)[XYZxyz][ -]?\d{7}[ -]?[A-Za-z](?!\w)"), "stdnum.es.nie"),
    _Number(re.compile(r"(?<!\d)\d{3}\.\d{3}\.\d{3}-?\d{2}(?!\d)"), "stdnum.br.cpf"),
    _Number(_ELEVEN, "stdnum.br.cpf", home="BR"),
    _Number(re.compile(r"(?<!\d)\d{2}[- ]?\d{8}[- ]?\d(?!\d)"), "stdnum.ar.cuit"),
    _Number(
        re.compile(r"(?<!\d)\d{1,2}\.?\d{3}\.?\d{3}(?!\d)"),
        words=re.compile(r"\b(?:dni|documento|cédula|cedula)\D{0,16}$", re.I),
    ),
)
_BEFORE = 32


def _national_numbers(text: str, country: str) -> Iterator[Mark]:
    for number in _NUMBERS:
        if number.home not in ("", country):
            continue
        for match in number.shape.finditer(text):
            before = text[max(0, match.start() - _BEFORE) : match.start()]
            if number.words and not number.words.search(before):
                continue
            if not number.module or _checker(number.module)(match[0].replace(" ", "")):
                yield Mark(match.start(), match.end(), "national number")


@cache
def _checker(module: str) -> Callable[[str], bool]:
    check: Any = import_module(module)
    return lambda number: bool(check.is_valid(number))


_BORN = (
    r"\b(?:born|birthday|birth date|date of birth|d\.?o\.?b\.?|née?|anniversaire|date de naissance|"
    r"født|fødselsdato|fødselsdag|bursdag|nacid[ao]|nació|fecha de nacimiento|cumpleaños|"
    r"paidaish|paida)\b[^\n.!?\d]{0,24}"
)
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|fév|fev|avr|mai|juin|juil|aoû|déc|"
    r"okt|des|ene|abr|ago|dic)[^\W\d_]{0,7}"
)
_DATE = (
    r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|\.)?\s(?:of\s|de\s)?{_MONTH}\.?,?(?:\s(?:de\s|del\s)?\d{{2,4}})?"
    rf"|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?(?:\s\d{{4}})?)"
)
_BIRTH = re.compile(rf"{_BORN}(?P<date>{_DATE})(?!\d)", re.IGNORECASE)


def _births(text: str) -> Iterator[Mark]:
    for match in _BIRTH.finditer(text):
        yield Mark(match.start("date"), match.end("date"), "date of birth")


_CALLED = re.compile(
    r"\b(?:(?:my|her|his|their) (?:full |real |first |last )?name(?: is|['’]s)"
    r"|(?:i am|i['’]m|she is|she['’]s|he is|he['’]s|is) (?:called|named)"
    r"|je m['’]appelle|(?:elle|il) s['’]appelle|(?:mon|son) (?:pré)?nom(?: est|,? c['’]est)"
    r"|(?:jeg|hun|han|hen) heter|navnet (?:mitt|hennes|hans) er"
    r"|me llamo|se llama|(?:mi|su) nombre(?: completo)? es"
    r"|(?:mera|meri|uska|us ka|unka) naa?m)\b[ :]{1,3}",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_])){0,39}")
# A word in lower case is a name unless it goes on as no name does.
# fmt: off
_NO_NAMES = frozenset({
    "a", "an", "the", "not", "no", "on", "in", "at", "to", "of", "is", "was", "and", "or",
    "but", "that", "what", "known", "secret", "unknown", "anonymous", "private", "her", "his",
    "my", "mine", "being", "used", "never", "also", "everywhere", "there", "only", "out",
    "safe", "wrong", "le", "la", "les", "un", "une", "pas", "sur", "dans", "et", "ou", "mais",
    "connu", "inconnu", "en", "ei", "ikke", "på", "i", "og", "eller", "det", "den", "kjent",
    "ukjent", "el", "los", "las", "una", "sin", "ni", "y", "o", "pero", "que", "igual", "así",
    "como", "conocido", "desconocido", "nahi", "kya", "hai", "ka", "ki", "ke", "mat", "sab",
    "kisi", "likha",
})
# fmt: on
_MOST_WORDS = 4


def _names(text: str) -> Iterator[Mark]:
    for match in _CALLED.finditer(text):
        end = match.end()
        for count in range(_MOST_WORDS):
            word = _WORD.match(text, end + (1 if count and text[end : end + 1] == " " else 0))
            if word is None or word[0].casefold() in _NO_NAMES:
                break
            # After the first word only capitals go on: "sara and she", but "Sara Khan and".
            if count and not word[0][0].isupper():
                break
            end = word.end()
        if end > match.end():
            yield Mark(match.end(), end, "name")
