"""The vault's words: members, costs, reports, and what else passes its border."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, get_args

from console.errors import BadUsage, CannotUnlock
from console.text import plain

Role = Literal["operator", "coordinator", "it"]
ROLES: tuple[Role, ...] = get_args(Role)

# A name is a file name too, on every system: no separators, no dot at the end.
_NAME = re.compile(r"[^\W_](?:[\w .'-]{0,38}[\w'-])?")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


class VaultBusy(CannotUnlock):
    """Another console holds the vault: the message names whose. Exit code 3."""


@dataclass(frozen=True)
class Member:
    """A person with a role; ``holds_notes`` says whether notes are sealed to their key."""

    name: str
    role: Role
    holds_notes: bool


@dataclass(frozen=True)
class Cost:
    """What deriving a key from a passphrase takes: Argon2id's parameters, memory in KiB."""

    memory_kib: int
    iterations: int
    lanes: int

    FLOOR: ClassVar["Cost"]
    DEFAULT: ClassVar["Cost"]

    @property
    def sane(self) -> bool:
        """Whether a key file may ask for this: not below the floor, not beyond any machine."""
        return (
            Cost.FLOOR.memory_kib <= self.memory_kib <= 4 * 1024 * 1024
            and Cost.FLOOR.iterations <= self.iterations <= 64
            and Cost.FLOOR.lanes <= self.lanes <= 64
        )


# The second recommended option of RFC 9106, for machines short of memory.
Cost.FLOOR = Cost(memory_kib=64 * 1024, iterations=3, lanes=4)
Cost.DEFAULT = Cost(memory_kib=256 * 1024, iterations=3, lanes=4)


@dataclass(frozen=True)
class RotationReport:
    """A rotation that was done: the new epoch, seconds taken, bytes of the new file.

    ``head`` is the hash of the trail's last line, 64 hexadecimal digits, to be kept outside.
    """

    epoch: int
    seconds: float
    bytes: int
    head: str


@dataclass(frozen=True)
class KeyStatus:
    """Where the keys stand.

    ``epoch`` counts database keys, made on the local day ``made_on`` and to be followed by a new
    one on ``rotate_by``; ``note_generation`` counts notes' keys (0: no operator yet), the newest
    made on the day ``notes_made_on`` (as the trail has it, in UTC; '' for none); ``holders`` can
    read notes, ``waiting`` await approval. ``leaving`` were removed since the newest notes' key;
    ``to_reseal`` counts what is sealed under those before it.
    """

    epoch: int
    made_on: str
    rotate_by: str
    note_generation: int
    notes_made_on: str
    holders: tuple[str, ...]
    waiting: tuple[str, ...]
    leaving: tuple[str, ...]
    to_reseal: int

    def overdue(self, today: date) -> bool:
        """Return whether the database should have had a new key before the local day ``today``."""
        return today.isoformat() > self.rotate_by


@dataclass(frozen=True)
class KitStatus:
    """Where the recovery kit stands: any ``threshold`` of ``shares`` sheets open the vault.

    Days are local; ``proven_on`` is None until a drill or a recovery. ``opens_all`` is False where
    keys are not sealed to it yet, or whoever made it and saw the sheets was removed since.
    """

    number: int
    shares: int
    threshold: int
    made_on: str
    made_by: str
    proven_on: str | None
    opens_all: bool


@dataclass(frozen=True)
class KitProof:
    """What a drill opened: the kit's number, the vault key's epoch, the newest notes' key.

    ``days`` counts the days of notes whose key it opened.
    """

    number: int
    epoch: int
    note_generation: int
    days: int


@dataclass(frozen=True)
class AuditLine:
    """One line of the trail; ``hour`` is UTC, '2026-11-21T14Z', and nothing is finer."""

    seq: int
    hour: str
    actor: str
    action: str
    subject: str


def check_name(name: str) -> str:
    """Return ``name`` in its one spelling (NFC), or raise BadUsage saying what a name may be."""
    name = unicodedata.normalize("NFC", name)
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name) or "  " in name:
        raise BadUsage(
            f"'{plain(name, lines=False)[:40]}' cannot be a member's name: "
            "use up to 40 letters, digits, spaces, hyphens."
        )
    return name


def check_role(role: str) -> Role:
    """Return ``role`` if it is one, or raise BadUsage naming the three."""
    for known in ROLES:
        if role == known:
            return known
    raise BadUsage(f"'{plain(role, lines=False)[:40]}' is no role: use {', '.join(ROLES)}.")
