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
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from shamir_mnemonic.wordlist import WORDLIST


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


def return_digest(return_key: bytes, code: str) -> bytes:
    return hmac.digest(return_key, code.replace(" ", "").encode("ascii"), "sha256")


def image(file: bytes, key: bytes) -> bytes:
    """Decrypt every page of vault.db, free ones too.

    A page of SQLCipher 4: ciphertext, 16 bytes of IV, 64 of HMAC; the first begins with the salt.
    """
    pages = (file[at : at + 4096] for at in range(0, len(file), 4096))
    return b"".join(_page(page, key, first=n == 0) for n, page in enumerate(pages))


def authentic(file: bytes, key: bytes) -> bool:
    """Tell whether the HMAC of every page is as the page about the format says."""
    salt = bytes(byte ^ 0x3A for byte in file[:16])
    mac_key = hashlib.pbkdf2_hmac("sha512", key, salt, 2, 32)
    pages = [file[at : at + 4096] for at in range(0, len(file), 4096)]
    return all(
        hmac.digest(
            mac_key,
            page[16 if number == 1 else 0 : 4032] + number.to_bytes(4, "little"),
            "sha512",
        )
        == page[4032:]
        for number, page in enumerate(pages, 1)
    )


def log_image(file: bytes, key: bytes) -> bytes:
    """Decrypt every page in vault.db-wal: after a header of 32 bytes, frames of 24 and a page."""
    frames = (file[at : at + 24 + 4096] for at in range(32, len(file), 24 + 4096))
    return b"".join(
        _page(frame[24:], key, first=int.from_bytes(frame[:4], "big") == 1) for frame in frames
    )


def _page(page: bytes, key: bytes, *, first: bool) -> bytes:
    aes = Cipher(algorithms.AES(key), modes.CBC(page[4016:4032])).decryptor()
    return aes.update(page[16 if first else 0 : 4016])


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


def notes_signer(notes_key: bytes, vault: str, generation: int) -> Ed25519PrivateKey:
    """Return what a generation of the notes' key signs with."""
    info = bound("roster signing", vault=vault, generation=generation)
    return Ed25519PrivateKey.from_private_bytes(hkdf(notes_key, info))


def check_roster(raw: bytes) -> dict[str, Any]:
    """Return the roster's fields: its links and the newest generation's proof are checked."""
    fields = read_key_file(raw)
    checks = {int(n): b64decode(check) for n, check in fields["checks"].items()}
    assert checks.keys() == {int(n) for n in fields["commitments"]}
    for number in sorted(checks)[1:]:
        message = link(
            fields["vault"],
            number,
            b64decode(fields["commitments"][str(number)]),
            checks[number],
        )
        before = Ed25519PublicKey.from_public_bytes(checks[number - 1])
        before.verify(b64decode(fields["links"][str(number)]), message)
    proven = {k: v for k, v in fields.items() if k not in ("proof", "signature")}
    newest = Ed25519PublicKey.from_public_bytes(checks[max(checks)])
    newest.verify(b64decode(fields["proof"]), bound("roster proof") + canonical(proven))
    return fields


def link(vault: str, generation: int, commitment: bytes, check: bytes) -> bytes:
    """Return what a generation of the notes' key signs of the next one."""
    return bound(
        "next notes key",
        vault=vault,
        generation=generation,
        commitment=commitment.hex(),
        check=check.hex(),
    )


def check_pin(raw: bytes, sign_public: bytes, roster: dict[str, Any]) -> None:
    """Check a pin's signature, and that the roster leads on from it."""
    fields = check_signature(raw, "pin", sign_public)
    assert b64decode(fields["sign_public"]) == sign_public
    assert roster["version"] >= fields["roster"]
    assert roster["checks"][str(fields["generation"])] == fields["check"]


def check_slip(raw: bytes, vault: str, sign_public: bytes) -> dict[str, Any]:
    """Return a slip's fields: it is of ``vault``, signed, and no longer than slips are."""
    assert len(raw) <= 16 * 1024
    fields = check_signature(raw, "slip", sign_public)
    assert fields["format"] == "helpline-slip-1"
    assert fields["vault"] == vault
    assert len(fields["subject"]) <= 200
    return fields


def slip_name(fields: dict[str, Any]) -> str:
    """Return the name of the file in which a slip is left."""
    return hashlib.sha256(bound("slip") + canonical(fields)).hexdigest()[:16] + ".json"


def kit_secret(shares: list[str], vault: str) -> bytes:
    """Return a recovery kit's 128 secret bytes from enough of its shares (SLIP-39)."""
    indices = [[_SLIP39[word] for word in share.split()] for share in shares]
    points = {}
    for words in indices:
        head = sum(word << 10 * (3 - place) for place, word in enumerate(words[:4]))
        value = sum(word << 10 * place for place, word in enumerate(reversed(words[4:-3])))
        points[head >> 4 & 15] = value.to_bytes(32, "big")
    left, right = (secret := _interpolate(points, 255))[:16], secret[16:]
    for step in (3, 2, 1, 0):
        made = hashlib.pbkdf2_hmac("sha256", bytes([step]), right, 5000, 16)
        left, right = right, bytes(a ^ b for a, b in zip(left, made, strict=True))
    extracted = hmac.digest(bytes(32), right + left, "sha256")
    block, expanded = b"", b""
    for count in range(1, 5):
        info = bound("recovery kit", vault=vault) + bytes([count])
        block = hmac.digest(extracted, block + info, "sha256")
        expanded += block
    return expanded


def _interpolate(points: dict[int, bytes], at: int) -> bytes:
    """Return the value at ``at`` of the polynomial over GF(256) through ``points``."""
    result = bytes(32)
    for x, value in points.items():
        factor = 1
        for other in points:
            if other != x:
                factor = _times(factor, _times(at ^ other, _inverse(x ^ other)))
        result = bytes(a ^ _times(factor, b) for a, b in zip(result, value, strict=True))
    return result


def _times(a: int, b: int) -> int:
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = a << 1 ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def _inverse(a: int) -> int:
    return next(b for b in range(1, 256) if _times(a, b) == 1)


_SLIP39 = {word: place for place, word in enumerate(WORDLIST)}
