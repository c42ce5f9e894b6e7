"""What an unlock does while the key is derived, and what is remembered of bytes once looked at."""

import base64
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from console.errors import CannotUnlock, VaultDamaged
from console.vault import Vault, files, identity, unlock
from console.vault.ahead import beside, find
from console.vault.identity import MemberFile, Public
from console.vault.lock import Lock
from tests.vault.checks import change, refuses
from tests.vaults import NOW, open_as, passphrase


def known(home: Path, name: str) -> Public:
    """Return a member as their key file says."""
    return MemberFile.read(home / f"keys/members/{name}.json").public


@pytest.mark.parametrize(("name", "signatures"), [("amina", 4), ("ines", 1)])
def test_signatures_are_verified_while_the_key_is_derived(
    home: Path, name: str, signatures: int
) -> None:
    """The keyring's, and for a note holder the roster's two and her pin's."""
    open_as(home, name).close()
    # As in a program that was just started.
    identity.verified.cache_clear()
    files.parse_document.cache_clear()
    file = MemberFile.read(home / f"keys/members/{name}.json")
    me, found = file.open(passphrase(name)), find(home, file.public)
    assert me
    ahead = identity.verified.cache_info()
    assert ahead.misses == signatures
    with Vault(home, Lock.take(home / "keys", name, now=NOW), me, found):
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
    bea, it = known(home, "bea"), known(home, "ines")
    (home / "keys/roster.json").write_bytes(b"{}")
    (home / "keys/members/ines.json").write_bytes(b"")
    for who in (bea, it, replace(bea, name="nobody"), replace(bea, name="../ines")):
        find(home, who).shut.close()
    assert capfd.readouterr() == ("", "")
    assert "roster.json" in refuses(VaultDamaged, lambda: open_as(home, "bea"))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("words", [passphrase("amina"), "not her words at all"])
def test_damage_that_is_found_beside_is_said_whatever_the_passphrase_is(
    home: Path, words: str
) -> None:
    keyring = home / "keys/keyring.json"
    good = keyring.read_bytes()
    keyring.write_bytes(b"{}")
    for _again in range(4):
        line = refuses(VaultDamaged, lambda: unlock(home, "amina", words, now=NOW))
        assert "keyring.json" in line
    # No word was said about the passphrase, so that nothing was counted and nobody waits.
    keyring.write_bytes(good)
    open_as(home, "amina").close()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs a list of open files")
def test_a_wrong_passphrase_leaves_nothing_open(home: Path) -> None:
    def held() -> list[str]:
        paths = [os.path.realpath(entry) for entry in Path("/proc/self/fd").iterdir()]
        return [path for path in paths if path.startswith(str(home.resolve()))]

    with open_as(home, "amina"):
        assert str((home / "vault.db").resolve()) in held()
    refuses(CannotUnlock, lambda: unlock(home, "amina", "not her words at all", now=NOW))
    assert held() == []
    (home / "keys/keyring.json").write_bytes(b"{}")
    refuses(VaultDamaged, lambda: open_as(home, "amina"))
    assert held() == []


def test_the_work_beside_is_done_when_the_block_is() -> None:
    done: list[str] = []
    with beside(lambda: done.append("beside")):
        pass
    assert done == ["beside"]
    with pytest.raises(VaultDamaged), beside(lambda: done.append("again")):
        raise VaultDamaged("the block's own")
    assert done == ["beside", "again"]


def test_what_the_work_beside_raises_is_raised_after_the_block() -> None:
    def fail() -> None:
        raise CannotUnlock("beside")

    done: list[str] = []
    with pytest.raises(CannotUnlock, match="beside"), beside(fail):
        done.append("the block")
    assert done == ["the block"]


def test_where_both_fail_damage_is_what_is_said() -> None:
    def fail() -> None:
        raise VaultDamaged("beside")

    with pytest.raises(VaultDamaged, match="beside"), beside(fail):
        raise CannotUnlock("the block asked for more memory than there is")
    with pytest.raises(KeyboardInterrupt), beside(fail):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("memory_kib", "6554e1"),
        ("memory_kib", "65536.0"),
        ("iterations", "3.5"),
        ("iterations", "true"),
        ("lanes", "4.0"),
        ("salt", '""'),
        ("salt", '"c2hvcnQ="'),
    ],
)
def test_what_no_key_can_be_derived_by_is_damage(home: Path, field: str, value: str) -> None:
    path = home / "keys/members/amina.json"
    content = path.read_text()
    stated = json.dumps(json.loads(content)["kdf"][field])
    path.write_text(content.replace(f'"{field}": {stated}', f'"{field}": {value}'))
    assert "amina.json" in refuses(VaultDamaged, lambda: open_as(home, "amina"))


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
