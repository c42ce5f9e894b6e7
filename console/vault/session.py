"""An unlocked vault: what the rooms of the house get to work with."""

import contextlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.errors import ConsoleError, Refused, VaultDamaged
from console.language import _, later
from console.vault import (
    audit,
    generations,
    keystatus,
    kit,
    members,
    notes,
    removal,
    resealing,
    roles,
    rotation,
    store,
)
from console.vault.database import Shut, bring_up_to_date, driver, shut, trouble, unshut, wrap
from console.vault.identity import Identity
from console.vault.keyring import Keyring, RawKey
from console.vault.lock import Lock
from console.vault.model import AuditLine, Cost, KeyStatus, KitStatus, Member, Role, RotationReport
from console.vault.notekeys import NoteKeys, Roster

if TYPE_CHECKING:
    from sqlite_utils import Database

    from console.vault.ahead import Found
    from console.vault.purge import Due

_ONE: dict[Role, str] = {
    "operator": later("an operator"),
    "coordinator": later("the coordinator"),
    "it": later("IT staff"),
}
_MANY: dict[Role, str] = _ONE | {"operator": later("operators")}


def _untold(_step: str, _share: float) -> None:
    pass


class Vault:
    """An open vault and the member who opened it; used from one thread at a time.

    Every method may raise ConsoleError for what the disk says: nothing saved before is lost, and
    the vault stays usable.
    """

    home: Path
    member: Member
    purged: "Due | None" = None  # what retention destroyed at this login
    roster: Roster | None = None  # who holds notes, as a holder's unlock has proven it

    def __init__(
        self,
        home: Path,
        lock: Lock,
        me: Identity,
        found: "Found",
    ) -> None:
        """Open the file that the keyring's epoch fits, and prove that all keys belong together.

        What was found open is closed where this raises. Raises VaultDamaged where they do not,
        CannotUnlock if this member has no key to it.
        """
        self.home = home
        self.keyring: Keyring = found.signed.keyring
        self.me = me
        self._lock = lock
        self._depth = 0
        self._closed = False
        self._open(found.shut)
        try:
            with trouble():
                self._prove(found)
        except driver().DatabaseError as error:
            self.conn.close()
            raise VaultDamaged(_("vault.db is damaged: restore it from a backup.")) from error
        except BaseException:
            self.conn.close()
            raise

    @property
    def keys(self) -> Path:
        """The folder of the key files."""
        return self.home / "keys"

    @property
    def file(self) -> Path:
        """The database file."""
        return self.home / "vault.db"

    @property
    def id(self) -> str:
        """The vault's own name, 32 hexadecimal digits."""
        return self.keyring.vault

    def _open(self, file: Shut) -> None:
        try:
            self.epoch = self.keyring.epoch_of(file.salt)
            self.raw: RawKey = self.keyring.open(self.epoch, self.me)
            self.conn: Any = unshut(file, self.raw)
        except BaseException:
            file.close()
            raise
        self.__dict__.pop("db", None)

    @cached_property
    def db(self) -> "Database":
        """The database as rooms get it: what the member's role may not do is refused."""
        return wrap(roles.Guarded(self.conn, self.me.public.role))

    def _prove(self, found: "Found") -> None:
        signed = found.signed
        bring_up_to_date(self.conn)
        known = members.known(self.conn)
        # A damaged page can come as zeros once; the driver raises at the statement after it, so
        # what `known` holds is judged only after another one.
        if self.setting("vault_id") != self.id:
            raise VaultDamaged(
                _(
                    "vault.db and its keys are of different vaults: "
                    "restore both from the same backup."
                )
            )
        members.check_me(known, self.me.public)
        signed.check(known.get(signed.signed_by) or kit.signer(self.conn, signed.signed_by))
        self.notes = generations.open_notes(self, known, found.seen)
        name, role = self.me.public.name, self.me.public.role
        self.member = Member(name, role, self.notes is not None)

    # Who may ---------------------------------------------------------------------------------

    def require(self, *roles: Role) -> None:
        """Raise Refused unless this member has one of ``roles``."""
        if self.member.role not in roles:
            either = " " + _("or") + " "
            raise Refused(
                _("This is for {roles}: you are logged in as {role}.").format(
                    roles=either.join(_(_MANY[role]) for role in roles),
                    role=_(_ONE[self.member.role]),
                )
            )

    def require_notes(self) -> NoteKeys:
        """Return the notes' keys, or raise Refused if this member does not hold them."""
        if self.notes is None:
            raise Refused(
                _(
                    "You cannot read or write notes yet: an operator who can must approve you "
                    "(`helpline member approve`)."
                )
                if self.member.role == "operator"
                else _("Notes are for operators: you are logged in as {role}.").format(
                    role=_(_ONE[self.member.role])
                )
            )
        return self.notes

    # The database ----------------------------------------------------------------------------

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all of the block or nothing of it, durably; inside another it joins that one.

        Raises ConsoleError for a full or read-only disk; the vault stays usable.
        """
        if self._depth:
            yield
            return
        with trouble():
            self.conn.execute(store.BEGIN)
            self._depth = 1
            try:
                yield
                self.conn.execute(store.COMMIT)
            finally:
                self._depth = 0
                # SQLite has already rolled back after some errors, not after others.
                if self.conn.in_transaction:
                    self.conn.execute(store.ROLLBACK)

    def setting(self, name: str, default: Any = None) -> Any:
        """Return the value of a setting, which may be anything JSON can say."""
        with trouble():
            row = self.conn.execute(store.GET_SETTING, (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    def set_setting(self, name: str, value: Any) -> None:
        """Keep a setting; ``value`` may be anything JSON can say."""
        with self.transaction():
            self.conn.execute(store.PUT_SETTING, (name, json.dumps(value, ensure_ascii=False)))

    def checkpoint(self) -> None:
        """Bring the write-ahead log into the file and empty it (a damaged log loses its tail)."""
        with trouble():
            self.conn.execute(store.CHECKPOINT).fetchone()

    def empty_log(self) -> None:
        """As `checkpoint`, where it can be done: what was written is durable already."""
        with contextlib.suppress(ConsoleError):
            self.checkpoint()

    # The trail -------------------------------------------------------------------------------

    def audit(self, action: str, subject: str = "", *, now: datetime) -> None:
        """Add a line to the trail; ``subject`` names a thing, never the value of a field."""
        with self.transaction():
            audit.append(self.conn, self.id, self.member.name, action, subject, now=now)

    def audit_lines(self) -> list[AuditLine]:
        """Return the trail, oldest line first."""
        with trouble():
            return [line for line, _ in audit.read(self.conn)]

    def audited(self, action: str, subject: str) -> int:
        """Return how many lines of the trail have this action and subject."""
        with trouble():
            (count,) = self.conn.execute(store.COUNT_AUDIT, (action, subject)).fetchone()
        return int(count)

    def audit_broken_at(self) -> int | None:
        """Return the number of the first line that was changed or is missing; None if none is."""
        with trouble():
            return audit.broken_at(self.id, audit.read(self.conn))

    def audit_line_of(self, head: str) -> int | None:
        """Return the number of the line that a head (64 hexadecimal digits) ended with, or None."""
        with trouble():
            return audit.found_at(audit.read(self.conn), head)

    def audit_head(self) -> str:
        """Return the last line's hash, 64 hexadecimal digits; '' before the first line."""
        with trouble():
            last = self.conn.execute(store.LAST_AUDIT).fetchone()
        return "" if last is None else bytes(last[1]).hex()

    # Notes and drafts ------------------------------------------------------------------------

    def write_note(self, call: int, day: str, text: str) -> int:
        """Seal the next revision of a call's note under the key of its day; return its number.

        Raises Refused if the member holds no notes, VaultDamaged.
        """
        return notes.write(self, call, day, text)

    def read_note(self, call: int, revision: int | None = None) -> str:
        """Return a revision of a call's note, without ``revision`` the latest; '' for none.

        Raises Refused if its day's key was destroyed by retention, VaultDamaged.
        """
        return notes.read(self, call, revision)

    def write_draft(self, call: int, payload: bytes, *, now: datetime) -> None:
        """Seal the state of a call still going on; it is on the disk on return.

        Inside a transaction it is on the disk when that ends.
        """
        notes.write_draft(self, call, payload, now)

    def read_drafts(self) -> list[tuple[int, bytes, str]]:
        """Return call, payload and instant of saving of every call still going on."""
        return notes.read_drafts(self)

    def drop_draft(self, call: int) -> None:
        """Remove a draft: its call has ended."""
        with self.transaction():
            self.conn.execute(store.DROP_DRAFT, (call,))

    # Members and keys ------------------------------------------------------------------------

    def members(self) -> list[Member]:
        """Return the active members by name."""
        with trouble():
            return members.active(self.conn)

    def add_member(
        self, name: str, role: Role, passphrase: str, *, now: datetime, cost: Cost | None = None
    ) -> bool:
        """Add a member (IT). The passphrase is the new member's own, entered by them.

        True if that operator holds notes at once, being the first; False if she awaits approval,
        and for other roles. Raises Refused (not IT, weak passphrase), BadUsage (name taken).
        """
        self.require("it")
        return members.add(self, name, role, passphrase, now=now, cost=cost)

    def waiting(self) -> list[str]:
        """Return the operators who await approval by a note holder."""
        return [m.name for m in self.members() if m.role == "operator" and not m.holds_notes]

    def fingerprint(self, name: str) -> str:
        """Return six words for the public keys of a member, to be read aloud and compared."""
        with trouble():
            return members.find(self.conn, name).fingerprint(self.id)

    def approve(self, name: str, fingerprint: str | None, *, now: datetime) -> None:
        """Let a further operator hold notes (note holders).

        ``fingerprint`` is what she read from her screen; None says it was compared already.
        Raises Refused if it is not hers, or if she awaits no approval.
        """
        members.approve(self, self.require_notes(), name, fingerprint, now=now)

    def remove_member(
        self, name: str, *, now: datetime, progress: Callable[[str, float], None] | None = None
    ) -> RotationReport:
        """Remove a member (IT): in the same moment the database has a new key, without them.

        At the next unlock of a note holder the notes' key is a new one too. Raises as `rotate`,
        BadUsage (no such member), Refused (oneself, the last note holder).
        """
        self._require_rest()
        return removal.remove(self, name, now=now, progress=progress or _untold)

    def reseal(self, limit: int) -> int:
        """Seal about ``limit`` values under the newest notes' key; return how much is left.

        For a moment when nobody types; does nothing for who holds no notes.
        """
        return resealing.reseal_some(self, limit)

    def key_status(self) -> KeyStatus:
        """Return where the keys stand."""
        return keystatus.status(self)

    def draw_kit(self, shares: int, threshold: int) -> kit.NewKit:
        """Return a new recovery kit (note holders), to be shown before `keep_kit`; see `kit.draw`.

        Raises Refused, BadUsage (2 to 16 shares, 2 or more of them needed).
        """
        return kit.draw(self, shares, threshold)

    def keep_kit(self, new: kit.NewKit, it: Identity, *, now: datetime) -> None:
        """Put a drawn kit in use, in the place of the one before; ``it`` signs for IT.

        Raises Refused if ``it`` is not of IT or the member holds no notes.
        """
        kit.keep(self, new, it, now=now)

    def kit_status(self) -> KitStatus | None:
        """Return where the recovery kit stands, None if there is none."""
        return kit.status(self)

    def rotate(
        self, *, now: datetime, progress: Callable[[str, float], None] | None = None
    ) -> RotationReport:
        """Put the database under a new key (IT), which every member opens as before.

        ``progress`` is told the step and the share done, 0 to 1. Raises Refused (not IT),
        ConsoleError (space, a call being written); then the old key goes on.
        """
        self._require_rest()
        return rotation.rotate(self, now=now, progress=progress or _untold)

    def _require_rest(self) -> None:
        self.require("it")
        if self._depth:
            raise ConsoleError(_("Something is being written: rotate the key when it is done."))

    def reopen(self, keyring: Keyring) -> None:
        """Go on with the file that is there now; for rotation."""
        self.keyring = keyring
        self._open(shut(self.file))

    # The end ---------------------------------------------------------------------------------

    def close(self) -> None:
        """Empty the write-ahead log, close the file, free the lock. A second time does nothing."""
        if self._closed:
            return
        self._closed = True
        try:
            # A rotation that found no file to go on with has left none open.
            with contextlib.closing(self.conn), contextlib.suppress(driver().ProgrammingError):
                self.empty_log()
        finally:
            self._lock.release()

    def __enter__(self) -> "Vault":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Vault({self.member!r})"
