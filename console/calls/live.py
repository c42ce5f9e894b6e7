"""A live call: started, journalled, finished; and read again."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from console import codebook
from console.calls import returns_store, rules, store
from console.calls.model import (
    DATA,
    MULTIPLE,
    SINGLE,
    CallLine,
    Draft,
    Finished,
    FinishedCall,
    Unkept,
    mentions_of,
    singles_of,
)
from console.codebook import UNKNOWN, Codebook, Coded
from console.errors import BadUsage, ConsoleError, Refused
from console.language import _, current
from console.vault import narrative

if TYPE_CHECKING:
    from console.vault import Vault

# No shift is longer: what has ended before that needs no instant any more.
_SHIFT = timedelta(hours=12)


def start(vault: "Vault", *, now: datetime) -> Draft:
    """Start a call; on return it is in the journal.

    Raises:
        Refused: the member is no operator, or holds no notes yet.
    """
    vault.require("operator")
    vault.require_notes()
    with vault.transaction():
        draft = Draft(call=store.start(vault, now), operator=vault.member.name, started_at=now)
        vault.write_draft(draft.call, draft.encode(), now=now)
    return draft


def save(vault: "Vault", draft: Draft, *, now: datetime) -> str:
    """Put the draft into the journal, durably; return the instant of saving (UTC, ISO 8601).

    Raises:
        Refused: the call has ended already, or the member holds no notes.
        ConsoleError: the disk is full or fails; the draft that was saved before is safe.
    """
    with vault.transaction():
        _must_be_open(vault, draft.call)
        vault.write_draft(draft.call, draft.encode(), now=now)
    return store.instant(now)


def keep(vault: "Vault", draft: Draft, *, now: datetime) -> Unkept | None:
    """Put the draft into the journal before the screen goes; where that fails, return it sealed.

    Raises:
        Refused: the call has ended already, or the member holds no notes.
    """
    try:
        save(vault, draft, now=now)
    except Refused:
        raise
    except ConsoleError:
        notes = vault.require_notes()
        sealed = notes.seal_draft(draft.call, draft.encode())
        return Unkept(draft.call, draft.operator, notes.generation, sealed)
    return None


def open_unkept(vault: "Vault", unkept: Unkept) -> Draft:
    """Return the draft that `keep` sealed; it is still in no journal.

    Raises:
        Refused: the member holds no notes, or not those of this draft.
    """
    notes = vault.require_notes()
    payload = notes.open_draft(unkept.call, unkept.generation, unkept.sealed)
    if payload is None:
        raise Refused(
            _("the unsaved words of call {call} can't be opened with these keys").format(
                call=unkept.call
            )
        )
    return Draft.decode(unkept.call, payload)


def drafts(vault: "Vault") -> list[Draft]:
    """Return the calls that are still going on, of every operator, the oldest first.

    Raises:
        Refused: the member holds no notes.
        VaultDamaged: a draft can't be read.
    """
    return [Draft.decode(call, payload) for call, payload, _ in sorted(vault.read_drafts())]


def set_aside(vault: "Vault", draft: Draft, *, now: datetime) -> Draft:
    """Park a call, so that it or another can be taken up here by whoever holds notes.

    Raises:
        Refused, ConsoleError: as ``save``.
    """
    return _hand_over(vault, replace(draft, state="parked"), "call.set_aside", now)


def take_up(vault: "Vault", call: int, *, now: datetime) -> Draft:
    """Go on with a call that was set aside, or that a colleague left open; it is mine from now on.

    Raises:
        Refused: it has ended, or the member is no operator or holds no notes.
    """
    vault.require("operator")
    for draft in drafts(vault):
        if draft.call == call:
            mine = replace(draft, state="live", operator=vault.member.name)
            return _hand_over(vault, mine, "call.taken_up", now)
    raise Refused(_("call {call} is not open any more").format(call=call))


def _hand_over(vault: "Vault", draft: Draft, action: str, now: datetime) -> Draft:
    with vault.transaction():
        save(vault, draft, now=now)
        vault.audit(action, f"call {draft.call}", now=now)
    return draft


def take_back(vault: "Vault", draft: Draft, *, now: datetime) -> Draft:
    """Make a contact that was just kept as no call the call ``draft`` again.

    Raises:
        Refused: that was more than ten seconds ago, was another operator's, or was a call.
    """
    vault.require("operator")
    vault.require_notes()
    with vault.transaction():
        ended_at = store.non_data_ended_at(vault, draft.call)
        if ended_at is None or not rules.can_be_taken_back(ended_at, now):
            raise Refused(_("that can't be taken back any more: start a new call"))
        store.reopen(vault, draft.call)
        vault.write_draft(draft.call, draft.encode(), now=now)
        vault.audit("call.taken_back", f"call {draft.call}", now=now)
    return draft


def finish(
    vault: "Vault",
    draft: Draft,
    *,
    distress: int | None,
    identifiers_kept: int = 0,
    now: datetime,
) -> Finished:
    """End a data call: codes, note and all at once or not at all, durable on return.

    ``distress`` is how hard the call was for the operator, 1 to 5; ``identifiers_kept`` how many
    marks of the guard she left in the note on purpose, which the audit trail counts.

    Raises:
        Refused: a required code is missing (the message names which), the call has ended
            already, or the member may not.
        BadUsage: a code or the distress is none.
    """
    if distress is not None and distress not in range(1, 6):
        raise BadUsage(_("distress is a number from 1 to 5"))
    check_coded(vault, draft.coded)
    with vault.transaction():
        if identifiers_kept:
            subject = f"call {draft.call}: {identifiers_kept}"
            vault.audit("note.identifiers_kept", subject, now=now)
        return _finish(vault, draft, draft.coded, DATA, draft.note, distress, now)


def finish_non_data(vault: "Vault", draft: Draft, kind: str, *, now: datetime) -> Finished:
    """End a contact that was no data call; it keeps its kind and nothing else.

    Raises:
        Refused: it has a note or a contact to call back, which would be lost; it has ended
            already; or the member may not.
        BadUsage: no such kind.
    """
    kinds = {code.code for code in _book(vault).codes("kind")} - {DATA, UNKNOWN}
    if kind not in kinds:
        raise BadUsage(
            _("no such kind of contact; take one of {kinds}").format(kinds=", ".join(sorted(kinds)))
        )
    if draft.note.strip():
        raise Refused(_("this contact has a note: end it as a call, or empty the note first"))
    if narrative.has_contact(vault, draft.call):
        raise Refused(
            _("somebody waits to be called back: end it as a call, or destroy the contact")
        )
    return _finish(vault, draft, {}, kind, "", None, now)


def recent(vault: "Vault", limit: int = 20) -> list[CallLine]:
    """Return the calls that ended last, of all operators, the newest first; imports apart.

    IT staff may not read calls, and get none.
    """
    return [] if vault.member.role == "it" else list(store.recent(vault, limit))


def read(vault: "Vault", call: int) -> FinishedCall:
    """Return a finished call with its note.

    Raises:
        Refused: the member holds no notes, or retention has destroyed this one.
        BadUsage: no such finished call.
    """
    vault.require_notes()
    finished = store.finished(vault, call)
    if finished is None:
        raise BadUsage(_("there is no finished call {call}").format(call=call))
    return replace(finished, note=vault.read_note(call))


def coarsen(vault: "Vault", *, now: datetime, shift_over_for: str | None = None) -> None:
    """Empty the instants of calls whose shift is over: from then on the hour is all there is.

    A shift is over twelve hours after a call at the latest, and for the operator
    ``shift_over_for`` at once. IT staff cannot read calls, nor a coordinator what ties them: for
    them the next of the others to log in does it.
    """
    if vault.member.role == "it":
        return
    store.coarsen(vault, before=now - _SHIFT, after=now + _SHIFT, operator=shift_over_for)
    if vault.member.role == "operator":
        returns_store.sweep(vault, now)


def _finish(
    vault: "Vault",
    draft: Draft,
    coded: Coded,
    kind: str,
    note: str,
    distress: int | None,
    now: datetime,
) -> Finished:
    vault.require("operator")
    vault.require_notes()
    length = timedelta(seconds=draft.seconds) if draft.seconds else now - draft.started_at
    minutes = rules.minutes(length)
    day = draft.started_at.date().isoformat()
    with vault.transaction():
        _must_be_open(vault, draft.call)
        store.finish(
            vault,
            draft.call,
            started_at=draft.started_at,
            now=now,
            minutes=minutes,
            period=rules.period(day, store.closed(vault)),
            distress=distress,
            singles=(kind, *singles_of(coded)),
            mentions=mentions_of(coded),
        )
        if note.strip():
            vault.write_note(draft.call, day, note)
        vault.drop_draft(draft.call)
        vault.audit("call.finished", f"call {draft.call}", now=now)
    return Finished(draft.call, minutes, distress)


def check_coded(vault: "Vault", coded: Coded) -> None:
    """Check that a data call may be kept with these codes.

    Raises:
        Refused: a required code is missing (the message names which).
        BadUsage: a code is none, or belongs to a contact that is no data call.
    """
    book = _book(vault)
    missing = book.missing(coded)
    if missing:
        labels = {dimension.name: dimension.label for dimension in book.dimensions()}
        raise Refused(
            _("still to code: {dimensions}").format(
                dimensions=", ".join(labels[name] for name in missing)
            )
        )
    if coded.get("kind", (DATA,)) != (DATA,):
        raise BadUsage(_("a contact of this kind ends by its own key"))
    _check(book, coded)


def _must_be_open(vault: "Vault", call: int) -> None:
    if not store.is_open(vault, call):
        raise Refused(
            _("call {call} has ended already: it can't be written to any more").format(call=call)
        )


def _check(book: Codebook, coded: Coded) -> None:
    for name, codes in coded.items():
        if name not in SINGLE and name not in MULTIPLE:
            raise BadUsage(_("there is no dimension «{name}»").format(name=name))
        if name in SINGLE and len(codes) > 1:
            raise BadUsage(_("{name} takes one code").format(name=name))
        if len(set(codes)) != len(codes) or not all(book.known(name, code) for code in codes):
            raise BadUsage(_("{name} has a code that is not in the code list").format(name=name))


def _book(vault: "Vault") -> Codebook:
    return codebook.load(vault, str(vault.setting("country", "")), current())
