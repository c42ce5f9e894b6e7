"""One flipped bit anywhere in a file of the home is named, or it changes nothing."""

import os
import random
import sys
from pathlib import Path

import pytest

from console.errors import ConsoleError, VaultDamaged
from console.vault import keyring, roster, trouble
from console.vault.files import LARGEST, read_file
from console.vault.identity import MemberFile
from console.vault.notekeys import read_roster
from tests.vault.checks import CANARY, add_note, refuses
from tests.vaults import open_as


def _flipped(content: bytes, offset: int, bit: int) -> bytes:
    damaged = bytearray(content)
    damaged[offset] ^= 1 << bit
    return bytes(damaged)


@pytest.mark.parametrize(
    "name", ["keys/keyring.json", "keys/members/amina.json", "keys/roster.json"]
)
def test_a_flipped_bit_in_a_key_file_is_named(home: Path, name: str) -> None:
    read = {
        "keyring.json": lambda: keyring.read(home / "keys"),
        "amina.json": lambda: MemberFile.read(home / name),
        "roster.json": lambda: read_roster(home / "keys"),
    }[Path(name).name]
    good = (home / name).read_bytes()
    chance = random.Random(name)
    offsets = {0, len(good) - 1, *(chance.randrange(len(good)) for _ in range(150))}
    for offset in sorted(offsets):
        (home / name).write_bytes(_flipped(good, offset, chance.randrange(8)))
        assert Path(name).name in refuses(VaultDamaged, read)
    # The same through the front door, where a damaged file must not count as a wrong passphrase.
    assert Path(name).name in refuses(VaultDamaged, lambda: open_as(home, "amina"))
    (home / name).write_bytes(good)
    assert not (home / "keys/attempts").exists()
    open_as(home, "amina").close()


@pytest.mark.parametrize("kept", [0, 1, 100, -1])
@pytest.mark.parametrize("name", ["keys/keyring.json", "keys/members/amina.json"])
def test_a_key_file_cut_short_is_named(home: Path, name: str, kept: int) -> None:
    path = home / name
    path.write_bytes(path.read_bytes()[:kept])
    assert path.name in refuses(VaultDamaged, lambda: open_as(home, "amina"))


@pytest.mark.parametrize(
    "content",
    [b"null", b"[]", b'{"a":' * 100_000, b"\xff\xfe", b'{"digest": "0"}', b"9" * 10_000, bytes(64)],
)
def test_any_other_content_of_a_key_file_is_named(home: Path, content: bytes) -> None:
    path = home / "keys/members/amina.json"
    path.write_bytes(content)
    assert "amina.json" in refuses(VaultDamaged, lambda: open_as(home, "amina"))
    assert ("amina", "operator") not in roster(home)


def test_a_flipped_bit_in_the_database_is_named_or_changes_nothing(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    good = (home / "vault.db").read_bytes()
    chance = random.Random(7)
    named = 0
    for _ in range(25):
        offset = chance.randrange(len(good))
        (home / "vault.db").write_bytes(_flipped(good, offset, chance.randrange(8)))
        try:
            with open_as(home, "amina") as vault, trouble():
                assert vault.read_note(call) == CANARY
                assert vault.read_drafts()[0][1] == CANARY.encode()
                assert vault.audit_broken_at() is None
        except ConsoleError as error:
            assert "\n" not in str(error)
            assert isinstance(error, VaultDamaged)
            named += 1
    assert named


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes among files")
@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
@pytest.mark.parametrize(
    "name", ["keys/keyring.json", "keys/members/amina.json", "keys/roster.json", "vault.db"]
)
def test_what_is_no_file_is_named_and_never_waited_for(home: Path, name: str, kind: str) -> None:
    path = home / name
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    line = refuses(VaultDamaged, lambda: open_as(home, "amina"))
    assert str(path) in line
    assert "not a file" in line


def test_no_more_of_a_key_file_is_read_than_one_may_have(home: Path) -> None:
    path = home / "keys/members/amina.json"
    with path.open("r+b") as file:
        file.truncate(4 * LARGEST)
    assert len(read_file(path)) == LARGEST + 1
    assert "amina.json" in refuses(VaultDamaged, lambda: open_as(home, "amina"))
