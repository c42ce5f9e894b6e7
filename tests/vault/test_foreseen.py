"""What an unlock does while the key is derived, and what is remembered of bytes once looked at."""

import base64
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from console.errors import VaultDamaged
from console.vault import Vault, files, identity, keyring, opening
from console.vault.lock import Lock
from tests.vault.checks import change, refuses
from tests.vaults import NOW, open_as, passphrase


@pytest.mark.parametrize(("name", "signatures"), [("amina", 4), ("ines", 1)])
def test_signatures_are_verified_while_the_key_is_derived(
    home: Path, name: str, signatures: int
) -> None:
    """The keyring's, and for a note holder the roster's two and her pin's."""
    open_as(home, name).close()
    # As in a program that was just started.
    identity.verified.cache_clear()
    files.parse_document.cache_clear()
    keys = home / "keys"
    signed = keyring.read(keys)
    foreseen = partial(opening.foresee, keys, name, signed)
    me = opening.identify(keys, name, passphrase(name), None, meanwhile=foreseen)
    ahead = identity.verified.cache_info()
    assert ahead.misses == signatures
    with Vault(home, Lock.take(keys, name, now=NOW), signed, me):
        after = identity.verified.cache_info()
    assert after.misses == ahead.misses


@pytest.mark.parametrize("file", ["roster.json", "pins/amina.json", "keyring.json"])
def test_what_was_verified_once_is_refused_once_it_is_changed(home: Path, file: str) -> None:
    path = home / "keys" / file
    open_as(home, "amina").close()
    good = path.read_bytes()
    signature = bytearray(base64.b64decode(files.parse_document(good, "", _FORMS[file]).text(_SIG)))
    signature[7] ^= 1
    change(path, signature=base64.b64encode(signature).decode())
    refuses(VaultDamaged, lambda: open_as(home, "amina"))
    path.write_bytes(good)
    open_as(home, "amina").close()


_SIG = "signature"
_FORMS = {
    "roster.json": "helpline-roster-1",
    "pins/amina.json": "helpline-pin-1",
    "keyring.json": "helpline-keyring-1",
}


def test_what_is_wrong_ahead_is_said_by_the_unlock_alone(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    signed = keyring.read(home / "keys")
    (home / "keys/roster.json").write_bytes(b"{}")
    (home / "keys/members/ines.json").write_bytes(b"")
    (home / "keys/members/amina.json").write_bytes(b"")
    for name in ("amina", "bea", "nobody", "../ines"):
        opening.foresee(home / "keys", name, signed)
    assert capfd.readouterr() == ("", "")
    assert "roster.json" in refuses(VaultDamaged, lambda: open_as(home, "bea"))
    assert capfd.readouterr() == ("", "")


def test_the_work_beside_is_done_when_the_block_is() -> None:
    done: list[str] = []
    with opening._beside(lambda: done.append("beside")):
        pass
    assert done == ["beside"]
    with pytest.raises(VaultDamaged), opening._beside(lambda: done.append("again")):
        raise VaultDamaged("the block's own")
    assert done == ["beside", "again"]


@given(message=st.binary(max_size=200), place=st.integers(0), bit=st.integers(0, 7))
def test_a_signature_is_of_its_own_bytes_alone(message: bytes, place: int, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    for _again in range(2):
        assert identity.verified(public, message, signature)
        for part in range(3):
            each = [bytearray(public), bytearray(message + b"!"), bytearray(signature)]
            each[part][place % len(each[part])] ^= 1 << bit
            if part != 1:
                each[1] = bytearray(message)
            assert not identity.verified(*map(bytes, each))
    assert not identity.verified(b"", message, signature)
    assert not identity.verified(public, message, b"")
