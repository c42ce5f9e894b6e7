"""The roster: who may hold the notes' key, in a file that a holder and the notes' key signed.

IT staff never have a slot. What IT could do is to put a notes' key of its own making, or a key
pair of its own, in the place of the real one; so the roster lists whose public keys may receive
the notes' key, states a commitment to every generation of it, and is signed by a note holder.
A name alone proves little, for IT can write the file: the newest notes' key signs the roster too,
and each generation the next one, so that nobody without a notes' key can change a word of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from console.errors import BadUsage, VaultDamaged
from console.language import _
from console.vault.files import (
    Document,
    canonical,
    context,
    read_document,
    to_text,
    write_document,
)
from console.vault.identity import HPKE_PUBLIC, Identity, Public, verified
from console.vault.model import check_name

if TYPE_CHECKING:
    from console.vault.notekeys import NoteKeys

FORMAT = "helpline-roster-1"
LABEL = "keys/roster.json"


def wrong(what: str) -> VaultDamaged:
    """Return the error that says what does not belong together, and what to do."""
    return VaultDamaged(
        _("{what}: put back {file} and vault.db from a backup, and ask who did it.").format(
            what=what, file=LABEL
        )
    )


@dataclass(frozen=True)
class NamedKit:
    """The recovery kit that a note holder put on the roster."""

    number: int
    public: Public
    approved_by: str


@dataclass(frozen=True)
class Roster:
    """Who may hold notes (public keys, approved by whom) and a commitment to each notes' key.

    ``version`` counts how often it was written, 0 before the first time. ``checks`` verify what
    each notes' key signs, and ``links`` are the signatures of each generation by the one before.
    """

    vault: str
    holders: dict[str, tuple[Public, str]]
    commitments: dict[int, bytes]
    kit: NamedKit | None = None
    version: int = 0
    checks: dict[int, bytes] = field(default_factory=dict)
    links: dict[int, bytes] = field(default_factory=dict)
    signed_by: str = ""

    @property
    def generation(self) -> int:
        """The newest generation of the notes' key that a holder put on it."""
        return max(self.commitments, default=0)

    def without(self, names: Iterable[str]) -> "Roster":
        """Return the roster without these holders."""
        gone = set(names)
        left = {name: entry for name, entry in self.holders.items() if name not in gone}
        return replace(self, holders=left)

    def with_kit(self, number: int, public: Public, by: str) -> "Roster":
        """Return the roster with a recovery kit, put there by the note holder ``by``."""
        return replace(self, kit=NamedKit(number, public, by))

    def approve(self, member: Public, by: str) -> "Roster":
        """Return the roster with ``member`` among the holders, approved by the holder ``by``."""
        return replace(self, holders={**self.holders, member.name: (member, by)})

    def check(self, me: Public, members: Mapping[str, Public]) -> None:
        """Raise VaultDamaged unless I am on it and all keys are those of the database."""
        if self.holders.get(me.name, (None, ""))[0] != me:
            raise wrong(_("{file} does not name you with your own keys").format(file=LABEL))
        for name, (public, _by) in self.holders.items():
            if name in members and members[name] != public:
                raise wrong(
                    _("The keys of {name} in the vault are not those in {file}").format(
                        name=name, file=LABEL
                    )
                )

    def write(self, keys: Path, signer: Identity, notes: "NoteKeys") -> "Roster":
        """Sign as a note holder and with the newest notes' key, and write durably.

        Returns it as written. Raises VaultDamaged for a roster that is not of these notes' keys,
        ConsoleError.
        """
        made = notes.prove(self)
        fields = made._fields(signer.public.name)
        fields["proof"] = to_text(notes.sign(context("roster proof") + canonical(fields)))
        signature = signer.sign(_message(fields))
        write_document(keys / "roster.json", {**fields, "signature": to_text(signature)})
        return replace(made, signed_by=signer.public.name)

    def _fields(self, signed_by: str) -> dict[str, object]:
        fields: dict[str, object] = {
            "format": FORMAT,
            "vault": self.vault,
            "version": self.version,
            "holders": {
                name: {
                    "hpke_public": to_text(public.hpke),
                    "sign_public": to_text(public.sign),
                    "approved_by": by,
                }
                for name, (public, by) in self.holders.items()
            },
            "commitments": {
                str(generation): to_text(commitment)
                for generation, commitment in self.commitments.items()
            },
            "checks": {str(number): to_text(check) for number, check in self.checks.items()},
            "links": {str(number): to_text(link) for number, link in self.links.items()},
            "signed_by": signed_by,
        }
        if self.kit is not None:
            fields["kit"] = {
                "number": self.kit.number,
                "hpke_public": to_text(self.kit.public.hpke),
                "sign_public": to_text(self.kit.public.sign),
                "approved_by": self.kit.approved_by,
            }
        return fields

    def check_proof(self, proof: bytes, message: bytes) -> None:
        """Raise VaultDamaged unless the newest generation signed it, and each one the next."""
        if self.commitments.keys() != self.checks.keys():
            raise wrong(_("{file} does not say how its notes' keys are checked").format(file=LABEL))
        for number in sorted(self.checks)[1:]:
            check = self.checks.get(number - 1, b"")
            if not verified(check, self._link(number), self.links.get(number, b"")):
                raise wrong(
                    _("{file} names a notes' key that no note holder made").format(file=LABEL)
                )
        if not verified(self.checks.get(self.generation, b""), message, proof):
            raise wrong(
                _("{file} was changed by somebody who has no notes' key").format(file=LABEL)
            )

    def _link(self, number: int) -> bytes:
        return context(
            "next notes key",
            vault=self.vault,
            generation=number,
            commitment=self.commitments[number].hex(),
            check=self.checks[number].hex(),
        )

    def extended(self, notes: "NoteKeys") -> "Roster":
        """Return the roster with the generations that only ``notes`` has, each linked."""
        made = replace(
            self,
            commitments={**notes.commitments(), **self.commitments},
            checks={**notes.checks(), **self.checks},
            version=self.version + 1,
        )
        links = {
            number: notes.sign(made._link(number), number - 1)
            for number in sorted(made.checks)[1:]
            if number not in self.links
        }
        return replace(made, links={**self.links, **links})


def _message(fields: Mapping[str, object]) -> bytes:
    return context("roster") + canonical(fields)


def read_roster(keys: Path) -> Roster:
    """Return the roster, signed by one of those it names. Raises VaultDamaged."""
    try:
        file = read_document(keys / "roster.json", LABEL, FORMAT)
    except FileNotFoundError as error:
        raise VaultDamaged(
            _("{file} is missing: put back a copy of it from a backup.").format(file=LABEL)
        ) from error
    return _checked(file)


@lru_cache(maxsize=4)
def _checked(file: Document) -> Roster:
    """Return the roster that a file states; remembered, as `parse_document` remembers the file."""
    listed = file.table("holders")
    holders: dict[str, tuple[Public, str]] = {}
    for name in listed.fields:
        entry = listed.table(name)
        if not _is_name(name):
            raise file.damaged()
        public = Public(
            name, "operator", entry.blob("hpke_public", HPKE_PUBLIC), entry.blob("sign_public", 32)
        )
        holders[name] = (public, entry.text("approved_by"))
    kit = _read_kit(file)
    signer, _by = holders.get(file.text("signed_by"), (None, ""))
    if kit is not None and file.text("signed_by") == kit.public.name:
        signer = kit.public
    message = _message({k: v for k, v in file.fields.items() if k != "signature"})
    if signer is None or not signer.signed(message, file.blob("signature", 64)):
        raise wrong(_("{file} was not signed by a note holder").format(file=LABEL))
    roster = Roster(
        vault=file.text("vault"),
        holders=holders,
        commitments=_numbered(file, "commitments", 32),
        kit=kit,
        version=file.number("version"),
        checks=_numbered(file, "checks", 32),
        links=_numbered(file, "links", 64),
        signed_by=file.text("signed_by"),
    )
    if roster.version < 1:
        raise file.damaged()
    proven = {k: v for k, v in file.fields.items() if k not in ("signature", "proof")}
    roster.check_proof(file.blob("proof", 64), context("roster proof") + canonical(proven))
    return roster


def _is_name(name: str) -> bool:
    try:
        return check_name(name) == name
    except BadUsage:
        return False


def _numbered(file: Document, name: str, length: int) -> dict[int, bytes]:
    stated = file.table(name)
    if not all(number.isascii() and number.isdecimal() for number in stated.fields):
        raise file.damaged()
    return {int(number): stated.blob(number, length) for number in stated.fields}


def _read_kit(file: Document) -> NamedKit | None:
    if "kit" not in file.fields:
        return None
    entry = file.table("kit")
    number = entry.number("number")
    public = Public(
        f"(recovery kit {number})",
        "operator",
        entry.blob("hpke_public", HPKE_PUBLIC),
        entry.blob("sign_public", 32),
    )
    return NamedKit(number, public, entry.text("approved_by"))
