"""Regions: the ISO 3166-2 subdivisions of a country, with their parents, from pycountry."""

import gettext
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from console.codebook.model import LANGUAGES, Entry
from console.codebook.words import normalise

# A code of ISO 3166-2: "PK-PB", "NO-03", "FR-75C".
ISO_3166_2 = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")


@cache
def entries(country: str) -> tuple[Entry, ...]:
    """Return the subdivisions of ``country`` (ISO 3166-1 alpha-2), sorted by name.

    A country without any, or a code that is no country, has none. Labels are pycountry's,
    translated where it has a translation.
    """
    found = _subdivisions(country_code=country.upper()) if country else None
    ordered = sorted(found or (), key=lambda item: normalise(_label(item.name)))
    return tuple(
        Entry(
            dimension="region",
            code=item.code,
            labels=_labels(item.name),
            words={"en": tuple({item.name, item.code, item.code[3:]})},
            parent=item.parent_code,
        )
        for item in ordered
    )


def labels(code: str) -> dict[str, str] | None:
    """Return the labels by language of any ISO 3166-2 code, or None when there is no such one."""
    item = _subdivisions(code=code) if ISO_3166_2.fullmatch(code) else None
    return _labels(item.name) if item else None


def _subdivisions(**wanted: str) -> Any:
    import pycountry

    get: Callable[..., Any] = pycountry.subdivisions.get
    return get(**wanted)


def _labels(name: str) -> dict[str, str]:
    return {language: _label(_translations(language).gettext(name)) for language in LANGUAGES}


def _label(name: str) -> str:
    # "Lleida [Lérida]" and "Svalbard (Arctic Region)" are too long for a form.
    return re.split(r" [\[(]", name)[0]


@cache
def _translations(language: str) -> gettext.NullTranslations:
    import pycountry

    return gettext.translation(
        "iso3166-2", pycountry.LOCALES_DIR, languages=[language], fallback=True
    )
