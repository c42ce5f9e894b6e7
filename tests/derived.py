"""The library's Argon2id, asked once a run for each key: what goes in again comes out the same.

Four fifths of what vaults take in tests would be deriving the keys of the same few members at the
least cost that is allowed. What other processes derive, and what measures the machine, is not kept.
"""

import hashlib

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id


class Argon2idOnce:
    """Takes and gives what the library's class does."""

    _known: dict[bytes, bytes] = {}

    def __init__(self, **parameters: bytes | int) -> None:
        self._parameters = parameters

    def derive(self, passphrase: bytes) -> bytes:
        """Return the key of ``passphrase``. Raises MemoryError where it needs too much."""
        if not passphrase:
            return Argon2id(**self._parameters).derive(passphrase)
        asked = hashlib.sha256(repr((passphrase, sorted(self._parameters.items()))).encode())
        if asked.digest() not in self._known:
            self._known[asked.digest()] = Argon2id(**self._parameters).derive(passphrase)
        return self._known[asked.digest()]
