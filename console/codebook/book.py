"""The codebook of a site: the shipped lists, its country's regions, and its own codes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from console.codebook import regions, rules, shipped, store
from console.codebook.model import (
    UNKNOWN,
    Code,
    Coded,
    Dimension,
    Entry,
    Hit,
)
from console.codebook.search import Index
from console.errors import BadUsage

if TYPE_CHECKING:
    from console.vault import Vault

# The two codes for Norwegian mean the same here.
SAME_LANGUAGE = {"no": "nb"}

Key = tuple[str, str]
"""A code of the codebook: its dimension, and the code."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A code and how it stands, for those who look after the code lists.

    ``own`` when the site added it; ``retired`` when it can't be coded any more; ``successor`` is
    the code that it counts as since it was merged, None when it counts as itself.
    """

    dimension: str
    code: str
    label: str
    parent: str | None
    own: bool
    retired: bool
    successor: str | None


class Codebook:
    """The dimensions and codes of a site, with labels in ``language``.

    Unchanging: a code added to the vault is in the next codebook that is loaded.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        country: str,
        language: str,
        successors: Mapping[Key, str],
    ) -> None:
        self.language = language
        self.country = country
        self._entries = {(entry.dimension, entry.code): entry for entry in entries}
        self._successors = successors
        self._shapes = shipped.shapes()

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
        """Return every code that figures print: retired ones too, merged ones not.

        Raises:
            BadUsage: there is no such dimension.
        """
        return tuple(
            entry.code
            for entry in self._of(dimension)
            if (dimension, entry.code) not in self._successors
        )

    def listed(self, dimension: str) -> tuple[Listed, ...]:
        """Return every code that was ever valid and how it stands, in the order of the form.

        Raises:
            BadUsage: there is no such dimension.
        """
        ours = base(self.country)
        return tuple(
            Listed(
                dimension,
                entry.code,
                entry.label(self.language),
                entry.parent,
                (dimension, entry.code) not in ours,
                entry.retired,
                self._successors.get((dimension, entry.code)),
            )
            for entry in self._of(dimension)
        )

    def known(self, dimension: str, code: str) -> bool:
        """Tell whether the code is or was valid in the dimension."""
        return (dimension, code) in self._entries

    def label(self, dimension: str, code: str) -> str:
        """Return the label of a code; the code itself when there is no such one."""
        entry = self._entries.get((dimension, code))
        return entry.label(self.language) if entry else code

    def words(self, dimension: str, code: str) -> tuple[str, ...]:
        """Return what callers say for a code in the codebook's language; nothing for no code."""
        entry = self._entries.get((dimension, code))
        return entry.words.get(self.language, ()) if entry else ()

    def parent(self, dimension: str, code: str) -> str | None:
        """Return the code one level up (a department's region), or None at the top."""
        entry = self._entries.get((dimension, code))
        return entry.parent if entry else None

    def successor(self, dimension: str, code: str) -> str:
        """Return the code that a merged one counts as; the code itself when it was not merged."""
        return self._successors.get((dimension, code), code)

    def closed(self, dimension: str) -> bool:
        """Tell whether the site can add no code to the dimension."""
        return self._shapes[dimension].closed

    def age_band(self, years: int) -> str | None:
        """Return the code of the age band of somebody of ``years`` whole years, or None."""
        for entry in self._found:
            if entry.ages is not None:
                first, last = entry.ages
                if first <= years and (last is None or years <= last):
                    return self.successor("age", entry.code)
        return None

    def search(self, query: str, limit: int = 9) -> list[Hit]:
        """Return the codes that ``query`` names, best first, over all dimensions.

        Accents, case and, from four letters on, a slip of the finger make no difference. A
        number from 1 to 110 is an age. The words of a merged code find what it counts as. Any
        text may be given; most find nothing.
        """
        if limit <= 0:
            return []
        hits: dict[Key, Hit] = {}
        for entry, matched in self._index.find(query, limit + len(self._successors)):
            hit = self._hit(entry, matched)
            hits.setdefault((hit.dimension, hit.code), hit)
        return list(hits.values())[:limit]

    def warm(self) -> None:
        """Build the index and load the matcher, so that the first key need not wait for them."""
        self._index.find("warm", 1)

    def suggest(self, note: str, coded: Coded, limit: int = 3) -> list[Hit]:
        """Return codes that words of ``note`` name and ``coded`` has not, the latest first.

        A single-valued dimension that is coded already gets no suggestion.
        """
        found: dict[Key, Hit] = {}
        for entry, matched in self._index.in_note(note, self._rules.suggested):
            hit = self._hit(entry, matched)
            have = coded.get(hit.dimension, ())
            taken = hit.code in have if self._shapes[hit.dimension].multiple else bool(have)
            if not taken:
                found.setdefault((hit.dimension, hit.code), hit)
                if len(found) >= limit:
                    break
        return list(found.values())[: max(0, limit)]

    def shown(self, coded: Coded) -> tuple[str, ...]:
        """Return the dimensions that the form shows now, in its order."""
        return rules.shown(self._rules, tuple(self._shapes), self._meaning(coded))

    def missing(self, coded: Coded) -> tuple[str, ...]:
        """Return the required dimensions that are not coded yet; six at most."""
        return rules.missing(self._rules, coded)

    def implied(self, coded: Coded, last: str = "") -> dict[str, tuple[str, ...]]:
        """Return ``coded`` with what its codes imply: a mother calls for somebody else.

        ``last`` is the dimension that was coded last, whose word counts for more.
        """
        meaning = self._meaning(coded)
        whole = rules.implied(self._rules, meaning, last)
        changed = {name: codes for name, codes in whole.items() if codes != meaning.get(name)}
        said = {name: codes for name, codes in coded.items() if codes and name in whole}
        return {**said, **changed}

    def _meaning(self, coded: Coded) -> dict[str, tuple[str, ...]]:
        """Return ``coded`` with the codes that its codes stand for, whose rules hold for them too.

        A code stands for those above it, which it may be a part of, and for those that count
        as one of these.
        """
        return {
            name: tuple(
                dict.fromkeys(each for code in codes for each in self._stands_for(name, code))
            )
            for name, codes in coded.items()
        }

    def _stands_for(self, dimension: str, code: str) -> Iterator[str]:
        above: str | None = code
        while above is not None:
            yield above
            yield from self._counted_as[dimension, above]
            above = self.parent(dimension, above)

    @cached_property
    def _counted_as(self) -> Mapping[Key, Sequence[str]]:
        counted: dict[Key, list[str]] = defaultdict(list)
        for (dimension, code), successor in self._successors.items():
            counted[dimension, successor].append(code)
        return counted

    @cached_property
    def _rules(self) -> rules.Rules:
        """The shipped rules, but those that imply a code which can't be coded any more."""
        whole = shipped.rules()
        imply = (
            replace(rule, code=self.successor(rule.dimension, rule.code)) for rule in whole.imply
        )
        return replace(
            whole,
            imply=tuple(
                rule for rule in imply if not self._entries[rule.dimension, rule.code].retired
            ),
        )

    @cached_property
    def _found(self) -> list[Entry]:
        """The codes that can be coded, and those that count as one of them."""
        return [
            entry
            for (dimension, code), entry in self._entries.items()
            if not self._entries[dimension, self.successor(dimension, code)].retired
        ]

    @cached_property
    def _index(self) -> Index:
        return Index(self._found, self.language)

    def _of(self, dimension: str) -> list[Entry]:
        if dimension not in self._shapes:
            raise BadUsage(f"there is no dimension «{dimension}»; see: helpline code list")
        return [entry for entry in self._entries.values() if entry.dimension == dimension]

    def _hit(self, entry: Entry, matched: str) -> Hit:
        shape = self._shapes[entry.dimension]
        code = self.successor(entry.dimension, entry.code)
        return Hit(
            dimension=entry.dimension,
            code=code,
            label=self.label(entry.dimension, code),
            dimension_label=shape.label(self.language),
            matched=matched,
        )


def load(vault: "Vault | None", country: str, language: str = "en") -> Codebook:
    """Return the codebook of the site in ``vault``, or the shipped one when that is None.

    ``country`` is ISO 3166-1 alpha-2, for the regions; ``language`` one of en, fr, nb, es, for
    the labels (any other reads English).
    """
    language = SAME_LANGUAGE.get(language, language)
    own = store.site_rows(vault) if vault is not None else ()
    merges = store.merges(vault) if vault is not None else ()
    return _book(own, merges, country.upper(), language)


def entries(vault: "Vault") -> dict[Key, Entry]:
    """Return every code of the site in ``vault``, in the order of the form, retired ones too."""
    own = map(store.entry, store.site_rows(vault))
    return {
        (entry.dimension, entry.code): entry
        for entry in _merged(own, str(vault.setting("country", "")).upper())
    }


# Several rooms ask for the same codebook several times in one command.
@lru_cache(maxsize=8)
def _book(
    own: tuple[store.SiteRow, ...],
    merges: tuple[store.MergeRow, ...],
    country: str,
    language: str,
) -> Codebook:
    successors = {(dimension, code): successor for dimension, code, successor in merges}
    return Codebook(_merged(map(store.entry, own), country), country, language, successors)


@lru_cache(maxsize=8)
def base(country: str) -> Mapping[Key, Entry]:
    """Return the shipped codes of a site in ``country`` (capitals), its regions among them."""
    found: list[Entry] = []
    for entry in shipped.entries():
        # The first shipped entry of the dimension comes after the regions of the country.
        if entry.dimension == "region" and entry.code == "abroad":
            found.extend(regions.entries(country))
        found.append(entry)
    return {(entry.dimension, entry.code): entry for entry in found}


def _merged(own: Iterable[Entry], country: str) -> list[Entry]:
    """Put the site's codes before `other` and `unknown`, and its changes on shipped ones."""
    merged = dict(base(country))
    for entry in own:
        key = (entry.dimension, entry.code)
        if key in merged:
            was = merged[key]
            merged[key] = replace(
                was,
                labels={**was.labels, **entry.labels},
                words={**was.words, **entry.words},
                retired=entry.retired,
            )
        else:
            merged[key] = entry
    last = {"other": 1, "abroad": 1, UNKNOWN: 2}
    return sorted(merged.values(), key=lambda entry: last.get(entry.code, 0))
