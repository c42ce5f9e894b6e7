"""The codebook of a site: the shipped lists, its country's regions, and its own codes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from console.codebook import regions, rules, shipped, store
from console.codebook.model import (
    LANGUAGES,
    UNKNOWN,
    Code,
    Coded,
    Dimension,
    Entry,
    Hit,
)
from console.codebook.search import Index
from console.errors import BadUsage
from console.text import plain

if TYPE_CHECKING:
    from datetime import datetime

    from console.vault import Vault

LONGEST_CODE = 40
_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
# The two codes for Norwegian mean the same here.
_SAME_LANGUAGE = {"no": "nb"}


class Codebook:
    """The dimensions and codes of a site, with labels in ``language``.

    Unchanging: a code added to the vault is in the next codebook that is loaded.
    """

    def __init__(self, entries: Sequence[Entry], country: str, language: str) -> None:
        self.language = language
        self.country = country
        self._entries = {(entry.dimension, entry.code): entry for entry in entries}
        self._shapes = shipped.shapes()
        self._rules = shipped.rules()

    def dimensions(self) -> tuple[Dimension, ...]:
        """Return every dimension, in the order of the form."""
        return tuple(
            Dimension(shape.name, shape.label(self.language), shape.multiple)
            for shape in self._shapes.values()
        )

    def codes(self, dimension: str) -> tuple[Code, ...]:
        """Return the codes that can be coded now, in the order of the form.

        Raises:
            BadUsage: there is no such dimension.
        """
        return tuple(
            Code(dimension, entry.code, entry.label(self.language))
            for entry in self._of(dimension)
            if not entry.retired
        )

    def grid(self, dimension: str) -> tuple[str, ...]:
        """Return every code that was ever valid, for figures: retired ones too.

        Raises:
            BadUsage: there is no such dimension.
        """
        return tuple(entry.code for entry in self._of(dimension))

    def known(self, dimension: str, code: str) -> bool:
        """Tell whether the code is or was valid in the dimension."""
        return (dimension, code) in self._entries

    def label(self, dimension: str, code: str) -> str:
        """Return the label of a code; the code itself when there is no such one."""
        entry = self._entries.get((dimension, code))
        return entry.label(self.language) if entry else code

    def parent(self, dimension: str, code: str) -> str | None:
        """Return the code one level up (a department's region), or None at the top."""
        entry = self._entries.get((dimension, code))
        return entry.parent if entry else None

    def closed(self, dimension: str) -> bool:
        """Tell whether the site can add no code to the dimension."""
        return self._shapes[dimension].closed

    def age_band(self, years: int) -> str | None:
        """Return the code of the age band of somebody of ``years`` whole years, or None."""
        for entry in self._of("age"):
            if entry.ages is not None:
                first, last = entry.ages
                if first <= years and (last is None or years <= last):
                    return entry.code
        return None

    def search(self, query: str, limit: int = 9) -> list[Hit]:
        """Return the codes that ``query`` names, best first, over all dimensions.

        Accents, case and, from four letters on, a slip of the finger make no difference. A
        number from 1 to 110 is an age. Any text may be given; most find nothing.
        """
        return [self._hit(entry, matched) for entry, matched in self._index.find(query, limit)]

    def warm(self) -> None:
        """Build the index and load the matcher, so that the first key need not wait for them."""
        self._index.find("warm", 1)

    def suggest(self, note: str, coded: Coded, limit: int = 3) -> list[Hit]:
        """Return codes that words of ``note`` name and ``coded`` has not, the latest first.

        A single-valued dimension that is coded already gets no suggestion.
        """
        found: dict[tuple[str, str], Hit] = {}
        for entry, matched in self._index.in_note(note, self._rules.suggested):
            have = coded.get(entry.dimension, ())
            taken = entry.code in have if self._shapes[entry.dimension].multiple else bool(have)
            if not taken:
                found.setdefault((entry.dimension, entry.code), self._hit(entry, matched))
                if len(found) >= limit:
                    break
        return list(found.values())[: max(0, limit)]

    def shown(self, coded: Coded) -> tuple[str, ...]:
        """Return the dimensions that the form shows now, in its order."""
        return rules.shown(self._rules, tuple(self._shapes), coded)

    def missing(self, coded: Coded) -> tuple[str, ...]:
        """Return the required dimensions that are not coded yet; six at most."""
        return rules.missing(self._rules, coded)

    def implied(self, coded: Coded) -> dict[str, tuple[str, ...]]:
        """Return ``coded`` with what its codes imply: a mother calls for somebody else."""
        return rules.implied(self._rules, coded)

    @cached_property
    def _index(self) -> Index:
        return Index(
            [entry for entry in self._entries.values() if not entry.retired], self.language
        )

    def _of(self, dimension: str) -> list[Entry]:
        if dimension not in self._shapes:
            raise BadUsage(f"there is no dimension «{dimension}»; see: helpline code list")
        return [entry for entry in self._entries.values() if entry.dimension == dimension]

    def _hit(self, entry: Entry, matched: str) -> Hit:
        shape = self._shapes[entry.dimension]
        return Hit(
            dimension=entry.dimension,
            code=entry.code,
            label=entry.label(self.language),
            dimension_label=shape.label(self.language),
            matched=matched,
        )


def load(vault: "Vault | None", country: str, language: str = "en") -> Codebook:
    """Return the codebook of the site in ``vault``, or the shipped one when that is None.

    ``country`` is ISO 3166-1 alpha-2, for the regions; ``language`` one of en, fr, nb, es, for
    the labels (any other reads English).
    """
    language = _SAME_LANGUAGE.get(language, language)
    own = store.site_rows(vault) if vault is not None else ()
    return _book(own, country.upper(), language)


def add_code(
    vault: "Vault",
    dimension: str,
    code: str,
    labels: Mapping[str, str],
    *,
    now: "datetime",
    words: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Add a code of the site to a code list; only a coordinator may.

    ``labels`` and ``words`` are by language. Audited.

    Raises:
        Refused: the member is no coordinator.
        BadUsage: the dimension, the code, a label or a language is none, or the code is there.
    """
    vault.require("coordinator")
    adopt_code(vault, dimension, code, labels, now=now, words=words)


def adopt_code(
    vault: "Vault",
    dimension: str,
    code: str,
    labels: Mapping[str, str],
    *,
    now: "datetime",
    words: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Add a code without asking for the role: for an import, which asked for its own.

    Joins the caller's transaction. A region of ISO 3166-2, of whatever country, gets its own
    name for a label instead of ``labels``.

    Raises:
        BadUsage: the dimension, the code, a label or a language is none, or the code is there.
    """
    shipped_here = _base(str(vault.setting("country", "")).upper())
    if (dimension, code) in shipped_here or store.has(vault, dimension, code):
        raise BadUsage(f"{dimension} has the code {code} already")
    check_code(dimension, code)
    named = regions.labels(code) if dimension == "region" else None
    clean = _checked(named or {key: plain(text, lines=False) for key, text in labels.items()})
    said = {
        key: [plain(text, lines=False).strip() for text in texts if text.strip()]
        for key, texts in (words or {}).items()
    }
    store.insert(vault, dimension, code, clean, said, now=now)


def check_code(dimension: str, code: str) -> None:
    """Check that a site could add this code: the dimension is open and the name is well-formed.

    Raises:
        BadUsage: no such dimension, a closed one, or not a name of a code.
    """
    shape = shipped.shapes().get(dimension)
    if shape is None:
        raise BadUsage(f"there is no dimension «{dimension}»; see: helpline code list")
    if shape.closed:
        raise BadUsage(f"{dimension} takes no further codes: the console gives each a meaning")
    is_region = dimension == "region" and regions.ISO_3166_2.fullmatch(code)
    if not _CODE.fullmatch(code) and not is_region:
        raise BadUsage(
            f"«{plain(code, lines=False)}» can't be a code: take up to {LONGEST_CODE} lowercase "
            "letters, digits, - _ ."
        )


def _checked(labels: Mapping[str, str]) -> dict[str, str]:
    kept = {key: text.strip() for key, text in labels.items() if text.strip()}
    if not kept:
        raise BadUsage("a code needs a label in at least one language")
    for language in kept:
        if not _LANGUAGE.fullmatch(language):
            raise BadUsage(f"«{language}» is no language; take one of {', '.join(LANGUAGES)}")
    return {_SAME_LANGUAGE.get(language, language): text for language, text in kept.items()}


# Several rooms ask for the same codebook several times in one command.
@lru_cache(maxsize=8)
def _book(own: tuple[store.SiteRow, ...], country: str, language: str) -> Codebook:
    return Codebook(_merged(map(store.entry, own), country), country, language)


@lru_cache(maxsize=8)
def _base(country: str) -> dict[tuple[str, str], Entry]:
    entries: list[Entry] = []
    for entry in shipped.entries():
        # The first shipped entry of the dimension comes after the regions of the country.
        if entry.dimension == "region" and entry.code == "abroad":
            entries.extend(regions.entries(country))
        entries.append(entry)
    return {(entry.dimension, entry.code): entry for entry in entries}


def _merged(own: Iterable[Entry], country: str) -> list[Entry]:
    """Put the site's codes before `other` and `unknown`, and its retirements on shipped ones."""
    merged = dict(_base(country))
    for entry in own:
        key = (entry.dimension, entry.code)
        if key in merged:
            merged[key] = replace(merged[key], retired=entry.retired)
        else:
            merged[key] = entry
    last = {"other": 1, "abroad": 1, UNKNOWN: 2}
    return sorted(merged.values(), key=lambda entry: last.get(entry.code, 0))
