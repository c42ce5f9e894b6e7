"""A second reader of the vault format, written from docs/vault-format.md alone.

It shares no code with console.vault: where both agree, the document says enough.
"""

import hashlib
import hmac
import json
import unicodedata
from base64 import b64decode
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def bound(purpose: str, **fields: str | int) -> bytes:
    return canonical({"helpline-console": purpose, **fields})


def passphrase_key(passphrase: str, salt: bytes, memory: int, iterations: int, lanes: int) -> bytes:
    text = unicodedata.normalize("NFKC", passphrase).encode()
    return Argon2id(
        salt=salt, length=32, iterations=iterations, lanes=lanes, memory_cost=memory
    ).derive(text)


def hkdf(key: bytes, info: bytes) -> bytes:
    extracted = hmac.digest(bytes(32), key, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def unseal(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    return AESGCMSIV(key).decrypt(sealed[:12], sealed[12:], associated)


def public_halves(secret: bytes) -> tuple[bytes, bytes]:
    kem = MLKEM768PrivateKey.from_seed_bytes(secret[:64]).public_key().public_bytes_raw()
    curve = X25519PrivateKey.from_private_bytes(secret[64:96]).public_key().public_bytes_raw()
    sign = Ed25519PrivateKey.from_private_bytes(secret[96:]).public_key().public_bytes_raw()
    return kem + curve, sign


def hpke_open(secret: bytes, sealed: bytes, info: bytes) -> bytes:
    """Open an HPKE base-mode message to the first 96 bytes of a member's secret."""
    kem = MLKEM768PrivateKey.from_seed_bytes(secret[:64])
    curve = X25519PrivateKey.from_private_bytes(secret[64:96])
    kem_part, curve_part, ciphertext = sealed[:1088], sealed[1088:1120], sealed[1120:]
    shared = hashlib.sha3_256(
        kem.decapsulate(kem_part)
        + curve.exchange(X25519PublicKey.from_public_bytes(curve_part))
        + curve_part
        + curve.public_key().public_bytes_raw()
        + rb"\.//^"
        + b"\\"
    ).digest()
    suite = b"HPKE" + bytes.fromhex("647a 0001 0002")

    def extract(salt: bytes, label: bytes, material: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + material, "sha256")

    def expand(key: bytes, label: bytes, context: bytes, length: int) -> bytes:
        message = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context + b"\x01"
        return hmac.digest(key, message, "sha256")[:length]

    schedule = b"\x00" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    root = extract(shared, b"secret", b"")
    key = expand(root, b"key", schedule, 32)
    return AESGCM(key).decrypt(expand(root, b"base_nonce", schedule, 12), ciphertext, b"")


def fingerprint(vault: str, name: str, hpke_public: bytes, sign_public: bytes) -> str:
    digest = hashlib.sha256(
        bound("fingerprint", vault=vault, name=name)
        + hashlib.sha256(hpke_public).digest()
        + hashlib.sha256(sign_public).digest()
    ).digest()
    bits = "".join(f"{byte:08b}" for byte in digest[:9])
    words = []
    for start in range(0, 72, 12):
        a, b, c, d = (
            int(bits[start + i : start + j], 2) for i, j in ((0, 4), (4, 6), (6, 10), (10, 12))
        )
        words.append("bdfghjklmnprstvz"[a] + "aeiu"[b] + "bdfghjklmnprstvz"[c] + "aeiu"[d])
    return " ".join(words)


def read_key_file(raw: bytes) -> dict[str, Any]:
    """Return a key file's fields, spelling and digest checked."""
    fields: dict[str, Any] = json.loads(raw)
    assert json.dumps(fields, sort_keys=True, indent=1).encode("ascii") + b"\n" == raw
    digest = fields.pop("digest")
    assert digest == hashlib.sha256(canonical(fields)).hexdigest()
    return fields


def open_member(raw: bytes, passphrase: str) -> bytes:
    """Return a member's 128 secret bytes from their key file."""
    fields = read_key_file(raw)
    sealed, kdf = b64decode(fields.pop("sealed")), fields["kdf"]
    key = passphrase_key(
        passphrase, b64decode(kdf["salt"]), kdf["memory_kib"], kdf["iterations"], kdf["lanes"]
    )
    return unseal(key, sealed, canonical(fields))


def check_signature(raw: bytes, purpose: str, sign_public: bytes) -> dict[str, Any]:
    """Return the fields of a signed key file, its signature checked."""
    fields = read_key_file(raw)
    signature = b64decode(fields.pop("signature"))
    message = bound(purpose) + canonical(fields)
    Ed25519PublicKey.from_public_bytes(sign_public).verify(signature, message)
    return fields
