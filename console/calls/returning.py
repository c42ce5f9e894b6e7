"""Return codes: how a caller goes on another day without saying who they are.

The operator reads out eight digits. The vault keeps a keyed hash of them, never the digits, and
which calls belong together by it: a chain of codes makes one case.
"""

import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from console.calls import returns_store, store
from console.calls.model import FinishedCall
from console.errors import BadUsage, Refused
from console.language import _
from console.vault import narrative

if TYPE_CHECKING:
    from console.vault import Vault

LENGTH = 8

MOST_WRONG = 5
"""After so many wrong codes a call takes none any more: a caller who guesses gets nowhere."""

_WRONG = "return.wrong"
# How digits are kept apart when they are written down or typed.
_BETWEEN = frozenset({"Zs", "Pd", "Cf", "Cc"})
_DOTS = frozenset(".,/_")


@dataclass(frozen=True, slots=True)
class ReturnedCase:
    """What belongs with ``call``: the finished calls of its case, the newest first.

    ``destroyed`` names those of ``calls`` whose notes retention has destroyed; they are read
    with an empty note.
    """

    call: int
    calls: tuple[FinishedCall, ...]
    destroyed: frozenset[int]


def digits_of(code: str) -> str:
    """Return the eight digits of a return code, as typed in whatever script and grouping. Pure.

    Raises:
        BadUsage: that is no return code.
    """
    digits = ""
    for char in code:
        value = unicodedata.decimal(char, None)
        if value is not None:
            digits += str(value)
        elif char not in _DOTS and unicodedata.category(char) not in _BETWEEN:
            digits = ""
            break
    if len(digits) != LENGTH:
        raise BadUsage(_("a return code has eight digits, for example 4071 9926"))
    return digits


def grouped(digits: str) -> str:
    """Return the digits in two groups, as they are read out: "4071 9926". Pure."""
    return f"{digits[: LENGTH // 2]} {digits[LENGTH // 2 :]}"


def give_return_code(
    vault: "Vault",
    call: int,
    *,
    now: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> str:
    """Return a new code for a call that goes on or is finished; it can never be shown again.

    A code that the call has already goes on working: both lead to the same case. ``draw`` takes
    n and returns a number below it that nobody can foresee. Audited, without the digits.

    Raises:
        Refused: the member is no operator or holds no notes, or the contact was no call.
        BadUsage: there is no such call.
    """
    vault.require("operator")
    vault.require_notes()
    with vault.transaction():
        returns_store.sweep(vault, now)
        state = returns_store.state(vault, call)
        if state is None:
            raise BadUsage(_("there is no call {call}").format(call=call))
        if not any(state):
            raise Refused(
                _("call {call} is none to come back to: a code belongs to a call").format(call=call)
            )
        code = None
        while code is None:
            digits = f"{draw(10**LENGTH):0{LENGTH}}"
            code = returns_store.add(vault, narrative.return_digest(vault, digits), now)
        returns_store.tie(vault, code, call)
        vault.audit("return.given", f"call {call}", now=now)
    return grouped(digits)


def follow_return_code(vault: "Vault", code: str, call: int, *, now: datetime) -> ReturnedCase:
    """Tie the call that goes on to those of the caller's code, and return the earlier ones.

    A wrong code is counted against the call, durably. Audited, without the digits.

    Raises:
        BadUsage: the code has not eight digits; that is not counted.
        Refused: no such code; too many wrong ones; the call has ended; the code was given in
            this very call; or the member is no operator or holds no notes.
    """
    vault.require("operator")
    vault.require_notes()
    digits = digits_of(code)
    subject = f"call {call}"
    with vault.transaction():
        returns_store.sweep(vault, now)
        if not store.is_open(vault, call):
            raise Refused(
                _("call {call} has ended already: a code is followed while a call goes on").format(
                    call=call
                )
            )
        left = MOST_WRONG - vault.audited(_WRONG, subject)
        if left <= 0:
            raise Refused(_("too many wrong codes: this call takes none any more"))
        found = returns_store.find(vault, narrative.return_digest(vault, digits))
        if found is None:
            vault.audit(_WRONG, subject, now=now)
        elif returns_store.calls_of(vault, found) == {call}:
            raise Refused(_("this code was given in this very call: nothing earlier belongs to it"))
        else:
            returns_store.tie(vault, found, call)
            vault.audit("return.followed", subject, now=now)
    if found is None:
        raise Refused(
            _("no call has this code: ask for it once more")
            if left > 1
            else _("no call has this code, and this call takes no more: go on without one")
        )
    return _case(vault, call)


def return_case(vault: "Vault", call: int) -> ReturnedCase:
    """Return the finished calls that belong with a call by return codes.

    Raises:
        Refused: the member holds no notes.
        VaultDamaged: a note can't be read.
    """
    vault.require_notes()
    return _case(vault, call)


def _case(vault: "Vault", call: int) -> ReturnedCase:
    found: list[FinishedCall] = []
    destroyed: set[int] = set()
    for other, has_note in returns_store.case(vault, call):
        finished = store.finished(vault, other)
        if finished is None:
            continue
        if has_note:
            # Its day may have a key again: that of a call that ended, or came in, after a purge.
            try:
                finished = replace(finished, note=vault.read_note(other))
            except Refused:
                destroyed.add(other)
        found.append(finished)
    return ReturnedCase(call, tuple(found), frozenset(destroyed))
