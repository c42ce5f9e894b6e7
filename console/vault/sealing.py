"""Sealing under a symmetric key: AES-256-GCM-SIV (RFC 8452), random nonce, bound to a context."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


def seal(key: bytes, secret: bytes, bound: bytes) -> bytes:
    """Return nonce (12 bytes), ciphertext and tag (16); ``bound`` must be given to unseal it."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCMSIV(key).encrypt(nonce, secret, bound)


def unseal(key: bytes, sealed: bytes, bound: bytes) -> bytes | None:
    """Return the secret, or None: another key, another context, or damage."""
    try:
        return AESGCMSIV(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
    except (InvalidTag, ValueError):
        return None


def subkey(key: bytes, purpose: bytes) -> bytes:
    """Return the 32-byte key that ``key`` gives for one purpose (HKDF-SHA256, no salt)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)
