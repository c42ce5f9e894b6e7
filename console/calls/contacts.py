"""Whom to call back, and how: kept with consent, for some days, then destroyed."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from console.calls import returns_store
from console.errors import BadUsage, Refused, VaultDamaged
from console.language import _
from console.vault import narrative, purge, wiping
from console.vault.narrative import DueContact

if TYPE_CHECKING:
    from console.vault import Vault

CONTACT_DAYS = 14
MOST_DAYS = 90
LONGEST = 500
"""Characters of each field of a contact: a number, a time, a sentence, not a second note."""

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Contact:
    """How a caller wants to be called back, in her own words.

    ``how`` is a number, an address or a place; ``when_safe`` when she can speak freely;
    ``if_other_answers`` what to say to somebody else.
    """

    how: str = field(repr=False)
    when_safe: str = field(default="", repr=False)
    if_other_answers: str = field(default="", repr=False)

    def encode(self) -> bytes:
        """Return the contact as JSON in ASCII, which carries any text, lone surrogates too."""
        kept = {"format": _FORMAT, **asdict(self)}
        return json.dumps(kept, separators=(",", ":")).encode("ascii")

    @classmethod
    def decode(cls, call: int, payload: bytes) -> "Contact":
        """Return the contact that ``encode`` made.

        Raises:
            VaultDamaged: the payload is something else.
        """
        try:
            kept = json.loads(payload)
            if kept.pop("format") != _FORMAT or not all(isinstance(v, str) for v in kept.values()):
                raise ValueError
            return cls(**kept)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise VaultDamaged(
                _(
                    "the contact of call {call} can't be read: a newer console wrote it, or "
                    "it is damaged; update the console, or restore a backup"
                ).format(call=call)
            ) from error


def keep_contact(
    vault: "Vault",
    call: int,
    contact: Contact,
    *,
    consent: bool,
    days: int = CONTACT_DAYS,
    now: datetime,
) -> str:
    """Seal a contact for ``days`` days, today among them; return the day of its destruction.

    It takes the place of one that the call has. Audited, without what it says.

    Raises:
        Refused: the caller has not said yes, the contact was no call, or the member may not.
        BadUsage: no such call, nothing to reach her by, a text too long, or days not 1 to 90.
    """
    vault.require("operator")
    vault.require_notes()
    if not consent:
        raise Refused(_("a contact is kept only when the caller has said yes: ask first"))
    if days not in range(1, MOST_DAYS + 1):
        raise BadUsage(_("a contact is kept for 1 to {most} days").format(most=MOST_DAYS))
    texts = (contact.how, contact.when_safe, contact.if_other_answers)
    if not contact.how.strip():
        raise BadUsage(_("say how the caller can be reached"))
    if any(len(text) > LONGEST for text in texts):
        raise BadUsage(_("a contact takes {most} characters a line at most").format(most=LONGEST))
    today = now.date()
    expires_on = (today + timedelta(days=days)).isoformat()
    with vault.transaction():
        state = returns_store.state(vault, call)
        if state is None:
            raise BadUsage(_("there is no call {call}").format(call=call))
        if not any(state):
            raise Refused(
                _("call {call} was no call: nobody is called back for it").format(call=call)
            )
        narrative.write_contact(
            vault, call, contact.encode(), consent_on=today.isoformat(), expires_on=expires_on
        )
        vault.audit("contact.kept", f"call {call}", now=now)
    vault.empty_log()
    # One that was there before is destroyed.
    wiping.wipe(vault)
    return expires_on


def read_contact(vault: "Vault", call: int, *, now: datetime) -> Contact:
    """Open the contact of a call. Audited, without what it says.

    Raises:
        Refused: the member is no operator or holds no notes, or the contact has expired.
        BadUsage: there is none, or no more.
        VaultDamaged: it can't be read.
    """
    vault.require("operator")
    vault.require_notes()
    destroy_expired_contacts(vault, now=now)
    today = now.date().isoformat()
    for each in narrative.contacts(vault):
        if each.call == call and each.expires_on <= today:
            raise Refused(
                _(
                    "the contact of call {call} expired on {day}: if that day is still to "
                    "come, the clock is wrong"
                ).format(call=call, day=each.expires_on)
            )
    payload = narrative.read_contact(vault, call)
    if payload is None:
        raise _none(call)
    contact = Contact.decode(call, payload)
    vault.audit("contact.opened", f"call {call}", now=now)
    return contact


def due_contacts(vault: "Vault", *, now: datetime) -> list[DueContact]:
    """Return who waits to be called back, the first to expire first, without opening any.

    What has expired is destroyed before, so that a clock that is set back brings none again. It is
    listed still, and can't be opened, while `destroy_expired_contacts` waits for a coordinator.

    Raises:
        Refused: the member is no operator.
    """
    vault.require("operator")
    destroy_expired_contacts(vault, now=now)
    return narrative.contacts(vault)


def destroy_contact(vault: "Vault", call: int, *, now: datetime) -> None:
    """Destroy a contact: the caller was called back, or changed her mind. Audited.

    Raises:
        Refused: the member is no operator or holds no notes.
        BadUsage: there is none, or no more.
    """
    vault.require("operator")
    vault.require_notes()
    with vault.transaction():
        if not narrative.drop_contact(vault, call):
            raise _none(call)
        vault.audit("contact.destroyed", f"call {call}", now=now)
    wiping.wipe(vault)


def destroy_expired_contacts(vault: "Vault", *, now: datetime) -> int:
    """Destroy what has expired by today, return how many; any member may. Audited.

    None after a long pause, as with notes (`purge.daily`): the coordinator's purge destroys it.
    """
    if purge.is_held(vault, now=now):
        return 0
    with vault.transaction():
        calls = narrative.drop_expired(vault, now.date().isoformat())
        for call in calls:
            vault.audit("contact.expired", f"call {call}", now=now)
    if calls:
        wiping.wipe(vault)
    return len(calls)


def _none(call: int) -> BadUsage:
    return BadUsage(_("there is no contact of call {call} any more").format(call=call))
