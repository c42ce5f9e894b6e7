"""Who a member is to the vault: key pairs, their seal under a passphrase, their fingerprint.

Every member has a hybrid HPKE identity (ML-KEM-768 with X25519), which keys are sealed to, and an
Ed25519 one, which signs. Sources: RFC 9180, draft-ietf-hpke-pq, RFC 8032, RFC 9106 (Argon2id),
RFC 8452 (AES-GCM-SIV).
"""

import base64
import contextlib
import hashlib
import json
import os
import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from console.errors import CannotUnlock, VaultDamaged
from console.language import _
from console.vault import freed
from console.vault.files import (
    canonical,
    context,
    damaged,
    parse_document,
    read_file,
    to_text,
    write_document,
)
from console.vault.model import ROLES, Cost, Role
from console.vault.sealing import seal, unseal

FORMAT = "helpline-member-1"
_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_KEM_PUBLIC, _KEM_SEED, _SHORT = 1184, 64, 32
HPKE_PUBLIC = _KEM_PUBLIC + _SHORT
_SALT = 16
_SECOND = 1.0
_SHARE = 4

# Six words of two syllables carry 6 x 12 bits. The letters differ by ear in most languages.
_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aeiu"
_WORDS = 6


@lru_cache(maxsize=64)
def verified(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether an Ed25519 signature (RFC 8032) is of ``message``, by whose key this is.

    Pure, and remembered: an unlock asks several times about the same bytes.
    """
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class Public:
    """A member as others know them: what may be sealed to, and what verifies their signature."""

    name: str
    role: Role
    hpke: bytes
    sign: bytes

    def seal(self, secret: bytes, info: bytes) -> bytes:
        """Return ``secret`` readable by this member alone, and only as what ``info`` says it is."""
        key = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.hpke[:_KEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(self.hpke[_KEM_PUBLIC:]),
        )
        return _SUITE.encrypt(secret, key, info=info)

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Return whether this member signed ``message``."""
        return verified(self.sign, message, signature)

    def fingerprint(self, vault: str) -> str:
        """Return six words of 72 bits that stand for both public keys in the vault ``vault``."""
        digest = hashlib.sha256(
            context("fingerprint", vault=vault, name=self.name)
            + hashlib.sha256(self.hpke).digest()
            + hashlib.sha256(self.sign).digest()
        ).digest()
        bits = int.from_bytes(digest[:9], "big")
        return " ".join(_word(bits >> 12 * (_WORDS - 1 - place) & 0xFFF) for place in range(_WORDS))


def _word(bits: int) -> str:
    return (
        _CONSONANTS[bits >> 8]
        + _VOWELS[bits >> 6 & 3]
        + _CONSONANTS[bits >> 2 & 15]
        + _VOWELS[bits & 3]
    )


class Identity:
    """A member's private halves, in memory only while their passphrase opened them."""

    def __init__(self, secret: bytes, public: Public) -> None:
        """Take 128 bytes, ML-KEM seed (64), X25519 (32), Ed25519 (32), and their public halves."""
        self._secret = secret
        self.public = public
        self._hpke = hpke.MLKEM768X25519PrivateKey(*_halves(secret))

    @classmethod
    def of(cls, name: str, role: Role, secret: bytes) -> "Identity":
        """Return the identity of 128 bytes, whose public halves are worked out."""
        kem, curve = _halves(secret)
        hpke_public = kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        sign_public = _signing(secret).public_key().public_bytes_raw()
        return cls(secret, Public(name, role, hpke_public, sign_public))

    @classmethod
    def generate(cls, name: str, role: Role) -> "Identity":
        """Return a new identity from the system's randomness."""
        return cls.of(name, role, os.urandom(_KEM_SEED + 2 * _SHORT))

    def unseal(self, sealed: bytes, info: bytes) -> bytes | None:
        """Return what was sealed to this member as ``info``, or None if this is not that."""
        try:
            return _SUITE.decrypt(sealed, self._hpke, info=info)
        except (InvalidTag, ValueError):
            return None

    def fingerprint(self, vault: str) -> str:
        """Return the six words of these very private keys, whatever any file says of them."""
        mine = Identity.of(self.public.name, self.public.role, self._secret)
        return mine.public.fingerprint(vault)

    def sign(self, message: bytes) -> bytes:
        """Return this member's signature of ``message``, 64 bytes."""
        return _signing(self._secret).sign(message)

    def write(self, path: Path, vault: str, passphrase: str, cost: Cost, *, now: datetime) -> None:
        """Write the member's key file, private halves sealed under ``passphrase``."""
        salt = os.urandom(_SALT)
        fields = {
            "format": FORMAT,
            "vault": vault,
            "name": self.public.name,
            "changed_on": now.date().isoformat(),
            "role": self.public.role,
            "hpke_public": to_text(self.public.hpke),
            "sign_public": to_text(self.public.sign),
            "kdf": {
                "name": "argon2id",
                "memory_kib": cost.memory_kib,
                "iterations": cost.iterations,
                "lanes": cost.lanes,
                "salt": to_text(salt),
            },
        }
        key = derive(passphrase, salt, cost)
        fields["sealed"] = to_text(seal(key, self._secret, canonical(fields)))
        write_document(path, fields)

    def __repr__(self) -> str:
        return f"Identity({self.public.name!r})"


def _halves(secret: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    kem = MLKEM768PrivateKey.from_seed_bytes(secret[:_KEM_SEED])
    return kem, X25519PrivateKey.from_private_bytes(secret[_KEM_SEED : _KEM_SEED + _SHORT])


def _signing(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret[_KEM_SEED + _SHORT :])


@dataclass(frozen=True)
class MemberFile:
    """A member's key file as read: public halves, and what a passphrase must open."""

    vault: str
    public: Public
    cost: Cost
    salt: bytes
    sealed: bytes
    bound: bytes
    changed_on: str
    digest: str

    @classmethod
    def read(cls, path: Path) -> "MemberFile":
        """Return the key file at ``path``. Raises FileNotFoundError, VaultDamaged, ConsoleError."""
        return cls.parse(path, read_file(path))

    @classmethod
    def parse(cls, path: Path, raw: bytes) -> "MemberFile":
        """Return the key file whose bytes are ``raw``. Raises VaultDamaged."""
        file = parse_document(raw, _label(path), FORMAT)
        kdf = file.table("kdf")
        cost = Cost(kdf.number("memory_kib"), kdf.number("iterations"), kdf.number("lanes"))
        role = next((role for role in ROLES if role == file.text("role")), None)
        # A file under another member's name would let one person log in as another.
        if role is None or file.text("name") != path.stem or not cost.sane:
            raise file.damaged()
        unsealed: Mapping[str, Any] = {k: v for k, v in file.fields.items() if k != "sealed"}
        return cls(
            vault=file.text("vault"),
            public=Public(
                path.stem, role, file.blob("hpke_public", HPKE_PUBLIC), file.blob("sign_public", 32)
            ),
            cost=cost,
            salt=kdf.blob("salt", _SALT),
            sealed=file.blob("sealed"),
            bound=canonical(unsealed),
            changed_on=file.text("changed_on"),
            digest=file.digest,
        )

    def check_vault(self, vault: str) -> None:
        """Raise VaultDamaged unless this is a key file of ``vault``."""
        if self.vault != vault:
            raise VaultDamaged(
                _(
                    "keys/members/{name}.json is of another vault: put back the right one from a "
                    "backup."
                ).format(name=self.public.name)
            )

    def open(self, passphrase: str) -> Identity | None:
        """Return the identity, or None if the passphrase is wrong. Raises CannotUnlock (memory)."""
        return self.open_with(derive(passphrase, self.salt, self.cost))

    def open_with(self, key: bytes) -> Identity | None:
        """Return the identity, or None if ``key`` was not derived from its passphrase."""
        secret = unseal(key, self.sealed, self.bound)
        # The seal covers the public halves: only who knew the passphrase can have put them there.
        return None if secret is None else Identity(secret, self.public)


def _label(path: Path) -> str:
    return f"keys/members/{path.name}"


def glimpse(path: Path, raw: bytes) -> tuple[bytes, Cost]:
    """Return the salt and the cost that the key file ``raw`` states, so that deriving can begin.

    Whether the file is as it was written is for `MemberFile.parse` to say. Raises VaultDamaged.
    """
    try:
        kdf = json.loads(raw)["kdf"]
        numbers = [kdf[each] for each in ("memory_kib", "iterations", "lanes")]
        salt = base64.b64decode(kdf["salt"], validate=True)
        # A damaged byte makes a fraction of a number, which Argon2id does not take.
        if {type(number) for number in numbers} == {int} and len(salt) == _SALT:
            cost = Cost(*numbers)
            if cost.sane:
                return salt, cost
    except (ValueError, LookupError, TypeError, RecursionError):
        pass
    raise damaged(_label(path))


def derive(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """Return 32 bytes from a passphrase (NFKC, UTF-8). Raises CannotUnlock for want of memory."""
    try:
        with freed.written_over():
            return Argon2id(
                salt=salt,
                length=32,
                iterations=cost.iterations,
                lanes=cost.lanes,
                memory_cost=cost.memory_kib,
            ).derive(unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass"))
    except MemoryError as error:
        raise CannotUnlock(
            _(
                "This machine lacks {size} MiB of free memory for the passphrase: "
                "close other programs, then try again."
            ).format(size=cost.memory_kib // 1024)
        ) from error


def calibrated(before: Cost = Cost.FLOOR) -> Cost:
    """Return the cost to use here: about a second's work, never below the floor.

    Nor below what a key file has had ``before``: a busy moment must not weaken it. Raises
    CannotUnlock, saying so, where the machine lacks the memory even for the floor.
    """
    began = time.perf_counter()
    derive("", bytes(16), Cost.FLOOR)
    cost = affordable(time.perf_counter() - began, _fits)
    return max(before, cost, key=lambda each: each.memory_kib)


def affordable(seconds: float, fits: Callable[[int], bool]) -> Cost:
    """Return the cost for a machine on which the floor's takes ``seconds``.

    ``fits`` tells whether so many KiB of memory can be had; the floor is never asked about.
    """
    least = Cost.FLOOR.memory_kib
    memory = max(least, min(Cost.DEFAULT.memory_kib, int(least * _SECOND / seconds)))
    while memory > least and not fits(memory):
        memory = max(least, memory // 2)
    return Cost(memory, Cost.DEFAULT.iterations, Cost.DEFAULT.lanes)


def _fits(kib: int) -> bool:
    """Return whether a quarter of the machine's memory is that much, and the system gives it."""
    with contextlib.suppress(AttributeError, ValueError, OSError):
        there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1024
        if kib > there // _SHARE:
            return False
    try:
        bytearray(kib * 1024)
    except MemoryError:
        return False
    return True
