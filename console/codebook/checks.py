"""What a code may be called, and which changes of a code list make sense. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from console.codebook import regions, shipped
from console.codebook.book import SAME_LANGUAGE, Key
from console.codebook.model import LANGUAGES, UNKNOWN, Entry
from console.codebook.words import normalise
from console.errors import BadUsage
from console.language import _
from console.text import plain

LONGEST_CODE = 40
LONGEST_LABEL = 40
_LONGEST_WORDS = 80
_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
# The console gives these a meaning in every dimension that has them.
_PERMANENT = frozenset({UNKNOWN, "other", "data"})


def check_code(dimension: str, code: str) -> None:
    """Check that a site could add this code: the dimension is open and the name is well-formed.

    Raises:
        BadUsage: no such dimension, a closed one, or not a name of a code.
    """
    shape = shipped.shapes().get(dimension)
    if shape is None:
        raise _no_dimension(dimension)
    if shape.closed:
        raise BadUsage(
            _("{dimension} takes no further codes: the console gives each a meaning").format(
                dimension=dimension
            )
        )
    is_region = dimension == "region" and regions.ISO_3166_2.fullmatch(code)
    if not _CODE.fullmatch(code) and not is_region:
        raise BadUsage(
            _(
                "«{code}» can't be a code: take up to {most} lowercase letters, digits, - _ ."
            ).format(code=plain(code, lines=False), most=LONGEST_CODE)
        )


def code_for(label: str) -> str:
    """Return a code that goes with a label; empty where the label has no Latin letter or digit."""
    words = (word for word in normalise(label).split() if word.isascii())
    return "_".join(words)[:LONGEST_CODE].rstrip("_")


def known(book: Mapping[Key, Entry], dimension: str, code: str) -> Entry:
    """Return the code, retired or not; BadUsage when there is no such one."""
    if dimension not in shipped.shapes():
        raise _no_dimension(dimension)
    entry = book.get((dimension, code))
    if entry is None:
        name = plain(code, lines=False)
        raise BadUsage(
            _("{dimension} has no code «{name}»; see: helpline code list {dimension}").format(
                dimension=dimension, name=name
            )
        )
    return entry


def check_retirable(
    book: Mapping[Key, Entry], dimension: str, code: str, *, again: bool = False, parts: int = 0
) -> None:
    """Refuse what must stay; ``again``: it may be retired; ``parts``: codes that replace it."""
    entry = known(book, dimension, code)
    if shipped.shapes()[dimension].closed or code in _PERMANENT:
        raise BadUsage(
            _("{dimension} {code} has to stay: the console gives it a meaning").format(
                dimension=dimension, code=code
            )
        )
    if entry.retired and not again:
        raise BadUsage(
            _("{dimension} {code} is retired already").format(dimension=dimension, code=code)
        )
    left = [
        each
        for each in book.values()
        if each.dimension == dimension and not each.retired and each.code not in (code, UNKNOWN)
    ]
    if dimension in shipped.rules().required and len(left) + parts < 1:
        raise BadUsage(
            _("{dimension} {code} is the last one of {dimension}, which is required").format(
                dimension=dimension, code=code
            )
        )


def new_labels(
    book: Mapping[Key, Entry], dimension: str, code: str, labels: Mapping[str, str]
) -> dict[str, str]:
    """Return the labels of a code that is to be added, checked; raises as ``add_code``."""
    if (dimension, code) in book:
        raise BadUsage(
            _("{dimension} has the code {code} already").format(dimension=dimension, code=code)
        )
    check_code(dimension, code)
    iso = iso_labels(dimension, code)
    if iso:
        return iso
    kept = clean_labels(labels)
    check_labels(book, dimension, code, kept)
    return kept


def iso_labels(dimension: str, code: str) -> dict[str, str] | None:
    """Return the labels that a region of ISO 3166-2 has in the standard; None for other codes."""
    return regions.labels(code) if dimension == "region" else None


def check_labels(
    book: Mapping[Key, Entry], dimension: str, code: str, labels: Mapping[str, str]
) -> None:
    """Refuse labels that don't fit on a screen, and those that stand for another code already."""
    for language, text in labels.items():
        if len(text) > LONGEST_LABEL:
            raise BadUsage(
                _("a label has {most} letters at most; this one has {count}").format(
                    most=LONGEST_LABEL, count=len(text)
                )
            )
        for other in book.values():
            if (
                other.dimension == dimension
                and other.code != code
                and _folded(other.labels.get(language, "")) == _folded(text)
            ):
                raise BadUsage(
                    _("«{text}» is the label of {dimension} {code}; take another").format(
                        text=text, dimension=dimension, code=other.code
                    )
                )


def clean_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels by language, each on one line; BadUsage when there is none."""
    kept = {language: _line(text) for language, text in labels.items() if _line(text)}
    if not kept:
        raise BadUsage(_("a code needs a label in at least one language"))
    return {_language(language): text for language, text in kept.items()}


def clean_words(words: Mapping[str, Sequence[str]] | None) -> dict[str, list[str]]:
    """Return callers' words by language, each phrase on one line; BadUsage for a long one."""
    kept = {
        _language(language): [_line(text) for text in texts if _line(text)]
        for language, texts in (words or {}).items()
    }
    if any(len(text) > _LONGEST_WORDS for texts in kept.values() for text in texts):
        raise BadUsage(
            _("what callers say has {most} letters at most; take a shorter one").format(
                most=_LONGEST_WORDS
            )
        )
    return kept


def flattened(targets: Mapping[str, str]) -> dict[str, str]:
    """Return what each merged code counts as in the end: A into B and B into C makes A count as C.

    Raises:
        BadUsage: the codes go round in a circle.
    """
    successors = {}
    for code, target in targets.items():
        passed = {code}
        while target in targets and target not in passed:
            passed.add(target)
            target = targets[target]
        if target in passed:
            raise BadUsage(
                _("{code} would count as itself; restore one of the codes first").format(code=code)
            )
        successors[code] = target
    return successors


def _no_dimension(dimension: str) -> BadUsage:
    name = plain(dimension, lines=False)
    return BadUsage(f"there is no dimension «{name}»; see: helpline code list")


def _language(language: str) -> str:
    if not _LANGUAGE.fullmatch(language):
        name = plain(language, lines=False)
        raise BadUsage(
            _("«{name}» is no language; take one of {languages}").format(
                name=name, languages=", ".join(LANGUAGES)
            )
        )
    return SAME_LANGUAGE.get(language, language)


def _line(text: str) -> str:
    return " ".join(plain(text, lines=False).split())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
