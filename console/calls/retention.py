"""Retention: notes live some months, rows of calls some years, counts for ever."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from console.calls import retention_store
from console.vault import narrative, purge, wiping

if TYPE_CHECKING:
    from console.vault import Vault

Fold = Callable[["Vault", str, Callable[[], object]], None]
"""Keeps the counts of a month, deletes its rows by the last argument, proves the counts equal."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a purge would do now. Months come with their contacts, the oldest first.

    ``fold``: rows that give way to counts. ``unpublished``: old enough, and kept because the
    month is not published. ``waiting``: kept because somebody of it waits to be called back, or
    because a note of it is kept longer, as one that came in from a file.
    ``old_drafts``: calls still going on from days whose notes are due; to be ended by hand.
    """

    policy: purge.Policy
    sealed: purge.Due
    fold: tuple[tuple[str, int], ...]
    unpublished: tuple[tuple[str, int], ...]
    waiting: tuple[tuple[str, int], ...]
    old_drafts: int

    @property
    def anything(self) -> bool:
        """Whether a purge would destroy anything."""
        return self.sealed.anything or bool(self.fold)


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge did: what was sealed, and the months that were folded, with their contacts.

    ``wiped``: no page of the file holds any of it; where disk or memory did not do for that, the
    next login tries again.
    """

    sealed: purge.Due
    folded: tuple[tuple[str, int], ...]
    wiped: bool


def purge_plan(vault: "Vault", *, now: datetime) -> Plan:
    """Return what `purge_now` would do, by counts; nothing is changed.

    Raises:
        Refused: the member is no coordinator.
    """
    vault.require("coordinator")
    policy = purge.policy(vault)
    old = retention_store.old_months(vault, policy.last_month(now.date()))
    contacts = narrative.contacts(vault)
    today = now.date().isoformat()
    waited_for = retention_store.months_of(
        vault,
        {each.call for each in contacts if each.expires_on > today}
        | purge.calls_with_notes(vault, now.date()),
    )
    return Plan(
        policy=policy,
        sealed=purge.due(vault, now.date()),
        fold=tuple((m, n) for m, n, published in old if published and m not in waited_for),
        unpublished=tuple((month, calls) for month, calls, published in old if not published),
        waiting=tuple((m, n) for m, n, published in old if published and m in waited_for),
        old_drafts=purge.old_drafts(vault, now.date()),
    )


def purge_now(vault: "Vault", fold: Fold, *, now: datetime) -> Purged:
    """Apply retention now: what is sealed in one step, then each month in one of its own.

    A step is done whole or not at all, and audited by counts; calling again goes on.

    Raises:
        Refused: the member is no coordinator.
        ConsoleError: the disk, or a count would not be the same afterwards.
    """
    vault.require("coordinator")
    sealed = purge.destroy(vault, now=now)
    folded: list[tuple[str, int]] = []
    try:
        for month, calls in purge_plan(vault, now=now).fold:
            with vault.transaction():
                fold(vault, month, partial(retention_store.drop, vault, month))
                vault.audit("calls.folded", f"{month}: {calls} contacts", now=now)
                wiping.owe(vault)
            folded.append((month, calls))
    finally:
        wiped = wiping.wipe(vault, at_once=True)
    return Purged(sealed, tuple(folded), wiped)
