"""How the codes of a site change: added, renamed, retired, merged, split, restored.

The code itself never changes and never goes, so that every call keeps what it was coded with.
Each change is one transaction: the code, a numbered line of the history, a line of the audit
trail.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from console.codebook import checks, store
from console.codebook.book import base, entries
from console.codebook.model import UNKNOWN, Entry
from console.errors import BadUsage
from console.language import _

if TYPE_CHECKING:
    from datetime import datetime

    from console.vault import Vault

_FEWEST_PARTS = 2


@dataclass(frozen=True)
class CodeChange:
    """One change of a code list; ``version`` is the codebook's from then on, ``day`` ISO 8601.

    ``detail`` by ``change``: ``labels`` by language (added); ``before`` and ``after``, labels by
    language, and ``words`` if those changed (renamed); ``into``, the code it counts as (merged),
    or the labels of the new codes by code (split); nothing (retired, restored).
    """

    version: int
    day: str
    dimension: str
    code: str
    change: str
    detail: Mapping[str, Any]


def version(vault: "Vault") -> int:
    """Return the number of the last change of the site's code lists, 0 before the first."""
    return store.version(vault)


def history(vault: "Vault") -> list[CodeChange]:
    """Return every change of the site's code lists, the oldest first."""
    return [CodeChange(*row) for row in store.changes(vault)]


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

    ``labels`` and ``words`` are by language. A region of ISO 3166-2, of whatever country, gets
    its own name for a label instead of ``labels``. Audited.

    Raises:
        Refused: the member is no coordinator.
        BadUsage: the dimension, the code, a label or a language is none, the code is there, or
            a label is too long or another code's.
    """
    vault.require("coordinator")
    book = entries(vault)
    kept = checks.new_labels(book, dimension, code, labels)
    _add(vault, dimension, code, kept, checks.clean_words(words), now=now)


def adopt_code(
    vault: "Vault",
    dimension: str,
    code: str,
    labels: Mapping[str, str],
    *,
    now: "datetime",
    words: Mapping[str, Sequence[str]] | None = None,
    parent: str | None = None,
) -> None:
    """Add a code without asking for the role: for an import, which asked for its own.

    ``parent`` is the code that it is a part of. Joins the caller's transaction. The labels are the
    file's: they may be long, or like another's.

    Raises:
        BadUsage: the dimension, the code, a label or a language is none, or the code is there.
    """
    shipped_here = base(str(vault.setting("country", "")).upper())
    if (dimension, code) in shipped_here or store.has(vault, dimension, code):
        raise BadUsage(
            _("{dimension} has the code {code} already").format(dimension=dimension, code=code)
        )
    checks.check_code(dimension, code)
    kept = checks.iso_labels(dimension, code) or checks.clean_labels(labels)
    _add(vault, dimension, code, kept, checks.clean_words(words), now=now, parent=parent)


def rename_code(
    vault: "Vault",
    dimension: str,
    code: str,
    labels: Mapping[str, str],
    *,
    now: "datetime",
    words: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Change what a code is called, in the languages of ``labels``; only a coordinator may.

    Shipped codes can be renamed too. ``words`` takes the place of what callers say in each of
    its languages. The code stays, and what it counts. Audited.

    Raises:
        Refused: the member is no coordinator.
        BadUsage: no such code, a label or a language is none, nothing would change, or a label
            is too long or another code's.
    """
    vault.require("coordinator")
    book = entries(vault)
    entry = checks.known(book, dimension, code)
    after = checks.clean_labels(labels) if labels else {}
    checks.check_labels(book, dimension, code, after)
    said = checks.clean_words(words)
    if not (after or said):
        raise BadUsage(_("say what the code is to be called, or what callers say for it"))
    before = {language: entry.labels.get(language, "") for language in after}
    if before == after and all(
        tuple(texts) == tuple(entry.words.get(language, ())) for language, texts in said.items()
    ):
        raise BadUsage(
            _("{dimension} {code} is called that already").format(dimension=dimension, code=code)
        )
    detail: dict[str, Any] = {"before": before, "after": after}
    if said:
        detail["words"] = said
    with _change(vault, dimension, code, "renamed", detail, now=now):
        own = store.own(vault, dimension, code)
        labels_now = {**own.labels, **after} if own else after
        words_now = {**own.words, **said} if own else said
        store.name(vault, dimension, code, labels_now, words_now, day=_day(now))


def retire_code(vault: "Vault", dimension: str, code: str, *, now: "datetime") -> None:
    """Take a code out of use: it can't be coded any more, and figures go on printing it.

    Only a coordinator may. Audited.

    Raises:
        Refused: the member is no coordinator.
        BadUsage: no such code, retired already, one that the console needs, or the last one of
            a required dimension.
    """
    vault.require("coordinator")
    checks.check_retirable(entries(vault), dimension, code)
    with _change(vault, dimension, code, "retired", {}, now=now):
        store.retire(vault, dimension, code, day=_day(now))


def restore_code(vault: "Vault", dimension: str, code: str, *, now: "datetime") -> None:
    """Take a retired code into use again, and undo its merge; only a coordinator may. Audited.

    Codes that were merged into it count as it again.

    Raises:
        Refused: the member is no coordinator.
        BadUsage: no such code, or it is in use.
    """
    vault.require("coordinator")
    if not checks.known(entries(vault), dimension, code).retired:
        raise BadUsage(
            _("{dimension} {code} is in use already").format(dimension=dimension, code=code)
        )
    with _change(vault, dimension, code, "restored", {}, now=now):
        store.unretire(vault, dimension, code)
        targets = store.targets(vault, dimension)
        targets.pop(code, None)
        store.merge(vault, dimension, checks.flattened(targets))


def merge_code(vault: "Vault", dimension: str, code: str, into: str, *, now: "datetime") -> None:
    """Retire a code and count it as another from now on, in the months not yet published.

    Calls keep the code that they were coded with. Only a coordinator may. Audited.

    Raises:
        Refused: the member is no coordinator.
        BadUsage: no such code, one that the console needs, merged already, or ``into`` can't be
            coded itself.
    """
    vault.require("coordinator")
    book = entries(vault)
    target = checks.known(book, dimension, into)
    targets = store.targets(vault, dimension)
    if code == into:
        raise BadUsage(
            _("{dimension} {code} can't be merged into itself; name another code").format(
                dimension=dimension, code=code
            )
        )
    if target.retired or into == UNKNOWN:
        raise BadUsage(
            _("{dimension} {into} can't be coded, so nothing can count as it").format(
                dimension=dimension, into=into
            )
        )
    if code in targets:
        raise BadUsage(
            _("{dimension} {code} is merged already; restore it first").format(
                dimension=dimension, code=code
            )
        )
    checks.check_retirable(book, dimension, code, again=True)
    successors = checks.flattened({**targets, code: into})
    with _change(vault, dimension, code, "merged", {"into": into}, now=now):
        store.retire(vault, dimension, code, day=_day(now))
        store.merge(vault, dimension, successors)


def split_code(
    vault: "Vault",
    dimension: str,
    code: str,
    into: Mapping[str, Mapping[str, str]],
    *,
    now: "datetime",
) -> None:
    """Retire a code and add the new ones that take its place, with it for their parent.

    ``into`` has the labels of each new code, by language. The series of the old code goes on as
    the sum of it and its parts. Only a coordinator may. Audited.

    Raises:
        Refused: the member is no coordinator.
        BadUsage: no such code, retired already, one that the console needs, fewer than two new
            ones, or what ``add_code`` says of one of them.
    """
    vault.require("coordinator")
    book = entries(vault)
    checks.check_retirable(book, dimension, code, parts=len(into))
    if len(into) < _FEWEST_PARTS:
        raise BadUsage(_("a code is split into two or more; to call it otherwise, rename it"))
    parts: dict[str, dict[str, str]] = {}
    for new, labels in into.items():
        parts[new] = checks.new_labels(book, dimension, new, labels)
        book[dimension, new] = Entry(dimension, new, parts[new])
    with _change(vault, dimension, code, "split", {"into": parts}, now=now):
        for new, labels in parts.items():
            store.add(vault, dimension, new, labels, {}, parent=code, day=_day(now))
        store.retire(vault, dimension, code, day=_day(now))


def _add(
    vault: "Vault",
    dimension: str,
    code: str,
    labels: Mapping[str, str],
    words: Mapping[str, Sequence[str]],
    *,
    now: "datetime",
    parent: str | None = None,
) -> None:
    with _change(vault, dimension, code, "added", {"labels": dict(labels)}, now=now):
        store.add(vault, dimension, code, labels, words, parent=parent, day=_day(now))


@contextmanager
def _change(
    vault: "Vault",
    dimension: str,
    code: str,
    change: str,
    detail: Mapping[str, Any],
    *,
    now: "datetime",
) -> Iterator[None]:
    """Do a change, number it and audit it, all in one transaction."""
    with vault.transaction():
        yield
        store.add_change(vault, dimension, code, change, detail, day=_day(now))
        vault.audit(f"code.{change}", f"{dimension}/{code}", now=now)


def _day(now: "datetime") -> str:
    return now.date().isoformat()
