"""A finished call put right: what it was before stays readable until retention destroys it."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from console.calls import live, store
from console.calls.model import DATA, MULTIPLE, SINGLE, FinishedCall, mentions_of, singles_of
from console.codebook import UNKNOWN, Codebook, Coded
from console.errors import BadUsage, ConsoleError, Refused, VaultDamaged
from console.language import _
from console.vault import narrative

if TYPE_CHECKING:
    from console.vault import Vault

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Amended:
    """What became of an amendment.

    ``changed`` is false if nothing was different. ``published``: the month is published, and its
    figures stay as they are. ``kept``: the codes before can be read again; they can not where
    retention has destroyed the key of the day.
    """

    call: int
    changed: bool
    published: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class Revision:
    """What a call was until ``member`` amended it on the local day ``amended_on``."""

    revision: int
    amended_on: str
    member: str
    coded: Mapping[str, tuple[str, ...]]
    note: str = field(repr=False)


def answered(book: Codebook, coded: Coded) -> dict[str, tuple[str, ...]]:
    """Return the codes of a finished call with its required answers of «unknown» in words. Pure.

    A call is read without what is unknown; to be kept again it has to say so.
    """
    unsaid = [name for name in book.missing(coded) if name in SINGLE]
    return {**coded, **dict.fromkeys(unsaid, (UNKNOWN,))}


def amend(
    vault: "Vault",
    call: int,
    *,
    coded: Coded,
    note: str,
    identifiers_kept: int = 0,
    now: datetime,
) -> Amended:
    """Put the codes and the note of a finished data call right, at once or not at all.

    The whole of ``coded`` and ``note`` is what the call is from now on; it goes on counting in
    its month. ``identifiers_kept`` is how many marks of the guard are left in the note on
    purpose, which the audit trail counts.

    Raises:
        Refused: a required code is missing, it was no data call or came in from a file, the
            member may not, or retention has destroyed the notes of its day and a note is given.
        BadUsage: no such finished call, or a code is none.
    """
    vault.require("operator")
    vault.require_notes()
    live.check_coded(vault, coded)
    with vault.transaction():
        before = _before(vault, call)
        imported, published = store.source(vault, call)
        if imported or before.kind != DATA:
            raise Refused(
                _("call {call} was not taken as a call here: it can't be amended").format(call=call)
            )
        kept = not narrative.destroyed(vault, before.day)
        if not kept and note.strip():
            raise Refused(
                _("the notes of {day} were destroyed, as retention says").format(day=before.day)
            )
        noted = kept and note != before.note and bool(note.strip() or before.note.strip())
        if not noted and _same(coded, before.coded):
            return Amended(call, changed=False, published=published, kept=kept)
        if kept:
            _keep(vault, before, now)
        if noted:
            vault.write_note(call, before.day, note)
        store.amend(vault, call, singles=singles_of(coded), mentions=mentions_of(coded))
        if identifiers_kept and noted:
            vault.audit("note.identifiers_kept", f"call {call}: {identifiers_kept}", now=now)
        vault.audit("call.amended", f"call {call}", now=now)
    with contextlib.suppress(ConsoleError):
        vault.checkpoint()
    return Amended(call, changed=True, published=published, kept=kept)


def revisions(vault: "Vault", call: int) -> list[Revision]:
    """Return what a call was before each of its amendments, the first one first.

    Raises:
        Refused: the member holds no notes, or retention has destroyed them.
        VaultDamaged: one can't be read.
    """
    found = []
    for before in narrative.read_amendments(vault, call):
        coded, revision = _decode(call, before.payload)
        note = _note(vault, call, revision) if revision else ""
        found.append(Revision(before.revision, before.amended_on, before.member, coded, note))
    return found


def _before(vault: "Vault", call: int) -> FinishedCall:
    finished = store.finished(vault, call)
    if finished is None:
        raise BadUsage(_("there is no finished call {call}").format(call=call))
    return replace(finished, note=_note(vault, call))


def _note(vault: "Vault", call: int, revision: int | None = None) -> str:
    """Return a revision of a note, '' for one that retention has destroyed.

    The day of such a note may have a key again: that of a call that ended after the purge.
    """
    with contextlib.suppress(Refused):
        return vault.read_note(call, revision)
    return ""


def _same(coded: Coded, before: Coded) -> bool:
    return singles_of(coded) == singles_of(before) and all(
        sorted(coded.get(name, ())) == sorted(before.get(name, ())) for name in MULTIPLE
    )


def _keep(vault: "Vault", before: FinishedCall, now: datetime) -> None:
    payload = json.dumps(
        {
            "format": _FORMAT,
            "coded": dict(before.coded),
            # The text itself is a revision of the note, sealed there.
            "note": narrative.last_revision(vault, before.call),
        },
        separators=(",", ":"),
    ).encode("ascii")
    amended_on = now.date().isoformat()
    narrative.write_amendment(vault, before.call, before.day, payload, amended_on=amended_on)


def _decode(call: int, payload: bytes) -> tuple[dict[str, tuple[str, ...]], int]:
    try:
        kept = json.loads(payload)
        if kept["format"] != _FORMAT:
            raise ValueError
        return {name: tuple(codes) for name, codes in kept["coded"].items()}, int(kept["note"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise VaultDamaged(
            _(
                "an amendment of call {call} can't be read: a newer console wrote it, or it "
                "is damaged; update the console, or restore a backup"
            ).format(call=call)
        ) from error
