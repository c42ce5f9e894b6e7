"""One value of a package at a time: cleaned, or refused with the place it came from; pure."""

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from console.errors import BadUsage
from console.partners.hsds import Record
from console.text import plain

# Ages from here on mean "no upper limit": the standard's own example says 100.
NO_UPPER_AGE = 100

_OLDEST = 120
_MOST_QUOTED = 40
_YES = {"1", "true", "yes", "y"}
_NO = {"", "0", "false", "no", "n"}
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)
_AREA_CODE = re.compile(r"\b[A-Z]{2}-[A-Z0-9]{1,3}\b")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")

# Words around a region's name that do not tell one region from another.
_AROUND = frozenset(
    {"all", "of", "the", "whole", "de", "del", "du", "la"}
    | {"area", "county", "district", "province", "region", "state", "territory"}
    | {"departamento", "departement", "department", "fylke", "provincia"}
)
_NATIONWIDE = frozenset({"national", "nationwide", "country", "whole country", "nacional"})


@dataclass(frozen=True)
class Lists:
    """What the codebook knows, as far as an import needs it.

    ``regions`` and ``languages`` map a folded label or code to its code; the country itself
    is among the regions under its name.
    """

    country: str
    regions: Mapping[str, str]
    languages: Mapping[str, str]
    genders: frozenset[str]
    issues: frozenset[str]


def fold(text: str) -> str:
    """Return ``text`` as it is compared: no case, no accents, words parted by one space."""
    bare = "".join(
        char
        for char in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(char)
    )
    return " ".join("".join(char if char.isalnum() else " " for char in bare).split())


def refuse(record: Record, column: str, value: object, wanted: str) -> BadUsage:
    """Return the error for a value that cannot be used, with where it stands."""
    shown = plain(str(value), lines=False)[:_MOST_QUOTED]
    return BadUsage(f"{record.origin}: {column} is {shown!r}, not {wanted}; nothing was imported")


def line(record: Record, column: str) -> str | None:
    """Return a text of one line, or None if there is none."""
    value = record.values.get(column)
    if value is None:
        return None
    if isinstance(value, (dict, list)):
        raise refuse(record, column, value, "a text")
    return " ".join(plain(str(value), lines=False).split()) or None


def lines(record: Record, column: str) -> str | None:
    """Return a text that may have several lines, or None if there is none."""
    value = record.values.get(column)
    if value is None:
        return None
    if isinstance(value, (dict, list)):
        raise refuse(record, column, value, "a text")
    return plain(str(value)).strip() or None


def age(record: Record, column: str) -> int | None:
    """Return an age in completed years; fractions are cut off ("17.99" is still seventeen)."""
    text = line(record, column)
    if text is None:
        return None
    try:
        years = float(text)
    except ValueError as error:
        raise refuse(record, column, text, "an age in years") from error
    if not math.isfinite(years) or years < 0:
        raise refuse(record, column, text, "an age in years")
    return math.floor(years)


def ages(record: Record) -> tuple[int | None, int | None]:
    """Return the least and greatest age of a service; None is no limit."""
    least, most = age(record, "minimum_age"), age(record, "maximum_age")
    if most is not None and most >= NO_UPPER_AGE:
        most = None
    if least is not None and least > _OLDEST:
        raise refuse(record, "minimum_age", least, "an age in years")
    if least is not None and most is not None and least > most:
        raise refuse(record, "maximum_age", most, f"at least the minimum_age of {least}")
    return least or None, most


def yes(record: Record, column: str) -> int:
    """Return 1 or 0 for a yes or no; a blank is no."""
    text = (line(record, column) or "").casefold()
    if text in _YES:
        return 1
    if text in _NO:
        return 0
    raise refuse(record, column, text, "yes or no")


def day(record: Record, column: str) -> str | None:
    """Return a date as YYYY-MM-DD; the time that some packages add is dropped."""
    text = line(record, column)
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError as error:
        raise refuse(record, column, text, "a date (YYYY-MM-DD)") from error


def time_of_day(record: Record, column: str) -> str | None:
    """Return a time as HH:MM, its zone dropped: hours are local. Midnight's end is 24:00."""
    text = line(record, column)
    if text is None:
        return None
    match = _TIME.fullmatch(text)
    if match is None:
        raise refuse(record, column, text, "a time (HH:MM)")
    hour, minute = int(match[1]), int(match[2])
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise refuse(record, column, text, "a time (HH:MM)")
    return f"{hour:02}:{minute:02}"


def in_utc(record: Record) -> bool:
    """Tell whether opening hours are marked as UTC, which is rarely what was meant."""
    return any(
        (line(record, column) or "").upper().endswith("Z") for column in ("opens_at", "closes_at")
    )


def weekdays(record: Record) -> str | None:
    """Return ``byday`` as 'MO,TU'; a weekly schedule without one takes the day it starts on."""
    text = (line(record, "byday") or "").upper().replace(" ", "").replace(";", ",").strip(",")
    if text:
        if not all(_BYDAY.fullmatch(each) for each in text.split(",")):
            raise refuse(record, "byday", text, "days like MO,TU")
        return text
    start = day(record, "dtstart")
    if start is not None and frequency(record) == "WEEKLY":
        return _WEEKDAYS[date.fromisoformat(start).weekday()]
    return None


def frequency(record: Record) -> str | None:
    """Return ``freq``; every second week and rarer keep their interval ("WEEKLY/2")."""
    text = (line(record, "freq") or "").upper()
    interval = line(record, "interval")
    if text and interval not in (None, "", "1", "1.0"):
        return f"{text}/{interval}"
    return text or None


def codes(record: Record, column: str, known: frozenset[str]) -> str:
    """Return a JSON list of codes from a JSON list or a list with commas, all of them known."""
    value = record.values.get(column)
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise refuse(record, column, value, "a list of codes") from error
    parts = value if isinstance(value, list) else str(value or "").replace(";", ",").split(",")
    wanted = [str(part).strip() for part in parts if str(part).strip()]
    for code in wanted:
        if code not in known:
            raise refuse(record, column, code, "a code of the code list")
    return json.dumps(list(dict.fromkeys(wanted)))


def phone_number(record: Record) -> str:
    """Return the number as it is published, without the quotes that stray into CSV."""
    text = (line(record, "number") or "").strip("\"'“”‘’ ")
    if not any(char.isdigit() for char in text):
        raise refuse(record, "number", text, "a phone number")
    return text


def language(record: Record, lists: Lists) -> tuple[str | None, str | None]:
    """Return the code (ISO 639-1 where the code list has it) and the name of a language."""
    code, name = line(record, "code"), line(record, "name")
    primary = fold(re.split(r"[-_]", code)[0]) if code else ""
    found = lists.languages.get(primary) or lists.languages.get(fold(name or ""))
    return found or (primary or None), name


def region(lists: Lists, *texts: str | None) -> str | None:
    """Return the code of the first of ``texts`` that names a region, or None.

    A text is a code ("PK-PB", "PK"), an address with a code in it, or a region's name, alone
    or with a word like "province" around it.
    """
    for text in texts:
        if not text:
            continue
        whole = fold(text)
        if whole in lists.regions:
            return lists.regions[whole]
        for code in _AREA_CODE.findall(text):
            if fold(code) in lists.regions:
                return lists.regions[fold(code)]
        if whole in _NATIONWIDE:
            return lists.country
        bare = " ".join(word for word in whole.split() if word not in _AROUND)
        if bare in lists.regions:
            return lists.regions[bare]
    return None
