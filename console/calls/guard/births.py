"""Dates of birth: a date near a word of birth. Pure."""

import re
from collections.abc import Iterator

from console.calls.guard.marks import Mark

_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|fév|fev|févr|avr|mai|juin|juil|aoû|aou|"
    r"déc|okt|des|ene|abr|ago|dic|mars)[^\W\d_]{0,7}"
)
_DATE = (
    r"(?:\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?\s(?:of\s|de\s)?{_MONTH}\.?"
    r"(?:,?\s(?:de\s|del\s)?(?:\d{4}|\d{2}(?!\s?[:h])))?"
    rf"|{_MONTH}\.?\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?"
    r"|\d{1,2}/\d{1,2}(?!\d)|\d{1,2}\.\d{1,2}\.(?!\d))"
)
# Without such a stretch a passage holds no date.
_DATED = re.compile(
    rf"(?<!\d)\d{{1,4}}\s?[./-]\s?\d{{1,2}}(?!\d)"
    rf"|\d(?:st|nd|rd|th|er|º|\.)?\s(?:of\s|de\s)?{_MONTH}|{_MONTH}\.?\s\d"
)
_BORN = (
    r"\b(?:born|birth ?day|birth ?date|date of birth|d\.?o\.?b\b\.?|née?s?|anniversaire|"
    r"date de naissance|naissance|født|fødselsdato|f\.? ?dato|fødselsdag(?:en)?|"
    r"bursdag(?:en)?|"
    r"nacid[ao]|nac[ií]|nació|fecha de nac(?:imiento)?\b\.?|fecha nac\b\.?|cumpleaños|"
    r"cumple(?: años)?|ddn|paidaish|paida|salgirah|tareekh[- ]e[- ]paidaish|"
    r"(?:turn(?:s|ed|ing)?|(?:will|going to|['’]ll) be|fyller|fylte|blir|ble|cumple|"
    r"cumplió|cumplirá|aura|a eu|fêtera) \d\d(?: years| år| años| ans)?)(?!\])"
)
# Between the word and the date: not another event that has a date, and no other number.
_GAP = (
    r"(?:\s(?:en|in|i)\s\d{4},?)?"
    r"(?:(?!part[yi]|fest|fiesta|mariage|wedding|marri|deliver|appoint)[^\n!?\d]){0,24}?"
)
_BIRTH = re.compile(rf"{_BORN}{_GAP}(?<![\d./-])(?P<date>{_DATE})(?![\d/])")
_SHORT = re.compile(r"(?<!\w)f\.\s?(?P<date>\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4})(?!\d)")
# Urdu puts the word behind the date.
_BEHIND = re.compile(
    rf"(?<![\d./-])(?P<date>{_DATE})\s(?:k[oia]\s){{0,2}}(?:paida|paidaish|born|janam|salgirah)"
)


def births(low: str) -> Iterator[Mark]:
    """Yield dates of birth, with a year or without, of a text in lower case."""
    if not _DATED.search(low):
        return
    for pattern in (_BIRTH, _SHORT, _BEHIND):
        for match in pattern.finditer(low):
            yield Mark(match.start("date"), match.end("date"), "date of birth")
