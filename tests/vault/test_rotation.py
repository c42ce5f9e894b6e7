import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from console.errors import ConsoleError, Refused, VaultDamaged
from console.vault import Vault, rotation
from console.vault.database import connect, trouble
from console.vault.identity import MemberFile
from console.vault.keyring import RawKey
from tests.vault.checks import CANARY, add_call, add_note, refuses
from tests.vault.kills import Progress, Rotator, killed_at
from tests.vaults import NOW, make_vault, open_as, passphrase

_ROOT = Path(__file__).parents[2]
_KILLS = int(os.environ.get("HELPLINE_KILLS", "20"))


def test_everybody_still_logs_in_and_notes_are_still_read(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    files = {path: path.read_bytes() for path in (home / "keys/members").iterdir()}
    with open_as(home, "ines") as vault:
        report = vault.rotate(now=NOW)
        assert (report.epoch, report.bytes) == (2, (home / "vault.db").stat().st_size)
        assert vault.audit_line_of(report.head) == len(vault.audit_lines())
        assert vault.key_status().epoch == 2
        assert add_call(vault) == call + 1
    assert {path: path.read_bytes() for path in (home / "keys/members").iterdir()} == files
    for name in ("amina", "bea", "carla", "ines"):
        with open_as(home, name) as vault:
            assert vault.audit_lines()[-1].action == "key.rotated"
            assert vault.audit_broken_at() is None
            if name in ("amina", "bea"):
                assert vault.read_note(call) == CANARY
                assert vault.read_drafts()[0][:2] == (call, CANARY.encode())


def test_the_old_key_opens_nothing(home: Path) -> None:
    with open_as(home, "ines") as vault:
        old = vault.raw
        vault.rotate(now=NOW)
        new = vault.raw
        assert old.key != new.key
        assert old.salt != new.salt
    for key in (old, RawKey(old.key, new.salt), RawKey(new.key, old.salt)):
        refuses(VaultDamaged, lambda key=key: connect(home / "vault.db", key))
    connect(home / "vault.db", new).close()


def test_no_slot_of_the_old_epoch_is_kept(home: Path) -> None:
    with open_as(home, "ines") as vault:
        vault.rotate(now=NOW)
    for name in ("keyring.json", "keyring.prev.json"):
        assert list(json.loads((home / "keys" / name).read_bytes())["epochs"]) == ["2"]
    assert not list(home.glob("*rotating*"))


def test_rotating_again_and_again_goes_on_working(home: Path) -> None:
    with open_as(home, "ines") as vault:
        assert [vault.rotate(now=NOW).epoch for _ in range(3)] == [2, 3, 4]
        assert vault.conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    open_as(home, "carla").close()


def test_every_table_index_view_and_row_is_carried_over(home: Path) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
    with open_as(home, "ines") as vault:
        before = rotation._content(vault.conn)
        del before["audit"]
        vault.rotate(now=NOW)
        after = rotation._content(vault.conn)
        del after["audit"]
        assert before == after
        assert len(before) > 20


def test_a_copy_that_differs_is_never_put_in_place(home: Path) -> None:
    """The proof has teeth: a row changed in the copy before the proof stops the rotation."""

    def tamper(step: str, _share: float) -> None:
        if step == "proof":
            number = max(vault.keyring.epochs)
            raw = vault.keyring.open(number, vault.me)
            copy = connect(home / "vault.db.rotating", raw, wal=False)
            copy.execute("UPDATE setting SET value = '\"XX\"' WHERE name = 'country'")
            copy.close()

    with open_as(home, "ines") as vault:
        assert "not equal" in refuses(VaultDamaged, lambda: vault.rotate(now=NOW, progress=tamper))
        assert vault.setting("country") == "PK"
        assert vault.key_status().epoch == 1
        assert vault.rotate(now=NOW).epoch > 1
    assert not list(home.glob("*rotating*"))


def test_a_flipped_bit_in_the_copy_stops_the_rotation(home: Path) -> None:
    def flip(step: str, _share: float) -> None:
        if step == "proof":
            path = home / "vault.db.rotating"
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)

    with open_as(home, "ines") as vault:
        refuses(VaultDamaged, lambda: vault.rotate(now=NOW, progress=flip))
        assert vault.key_status().epoch == 1
        add_call(vault)


def test_a_flipped_bit_in_any_page_of_the_copy_is_found(home: Path) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault, CANARY * 1000)
    found = 0
    with open_as(home, "ines") as vault:
        path, raw = home / "copy.db", RawKey.generate()
        rotation._export(vault, path, raw)
        good = path.read_bytes()
        for start in range(0, len(good), 4096):
            damaged = bytearray(good)
            # Not in the salt: that makes it another key's file.
            damaged[start + 20 + (start // 4096) % 4000] ^= 1
            path.write_bytes(damaged)
            with pytest.raises(VaultDamaged):
                _proven(path, raw)
            found += 1
        path.write_bytes(good)
        _proven(path, raw)
    assert found == len(good) // 4096 > 40


def _proven(path: Path, raw: RawKey) -> None:
    copy = connect(path, raw, wal=False)
    try:
        with trouble():
            rotation._check(copy)
    finally:
        copy.close()


def test_too_little_space_is_refused() -> None:
    rotation.check_space(1000, 2200)
    assert "free space" in refuses(ConsoleError, lambda: rotation.check_space(1000, 2199))


def test_a_rotation_waits_for_what_is_being_written(home: Path) -> None:
    with open_as(home, "ines") as vault, vault.transaction():
        refuses(ConsoleError, lambda: vault.rotate(now=NOW))


def test_only_it_rotates(home: Path) -> None:
    for name in ("amina", "carla"):
        with open_as(home, name) as vault:
            refuses(Refused, lambda vault=vault: vault.rotate(now=NOW))


def test_a_removed_member_gets_no_slot(home: Path) -> None:
    with open_as(home, "ines") as vault:
        with vault.transaction():
            vault.conn.execute("UPDATE member SET removed_on = '2026-11-21' WHERE name = 'carla'")
        vault.rotate(now=NOW)
        assert set(vault.keyring.epochs[2].slots) == {"amina", "bea", "ines"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process that can be forked")
def test_a_kill_at_every_touch_of_the_file_system_loses_nothing(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    me = MemberFile.read(home / "keys/members/ines.json").open(passphrase("ines"))
    her = MemberFile.read(home / "keys/members/amina.json").open(passphrase("amina"))
    assert me
    assert her
    points = 0
    epochs = set()
    while killed_at(points, Rotator(home, me), _rotate):
        with Rotator(home, her).open() as vault:
            assert vault.read_note(call) == CANARY
            assert vault.audit_broken_at() is None
            epochs.add(vault.epoch)
        with Rotator(home, me).open() as vault:
            rotation.tidy(vault)
            assert list(vault.keyring.epochs) == [vault.epoch]
        assert not list(home.glob("*rotating*"))
        points += 1
    assert points > 15
    assert len(epochs) > 1


def _rotate(vault: Vault, progress: Progress) -> None:
    vault.rotate(now=NOW, progress=progress)


_ROTATE = """
import sys
from pathlib import Path
from tests.vault.checks import add_call
from tests.vault.kills import Progress, Rotator, killed_at
from tests.vaults import NOW, open_as
vault = open_as(Path(sys.argv[1]), 'ines')
while True:
    print(add_call(vault), flush=True)
    vault.rotate(now=NOW)
"""


def test_a_kill_at_any_moment_of_a_rotation_loses_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_vault(home)
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    chance = random.Random()
    for _ in range(_KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", _ROTATE, str(home)], stdout=subprocess.PIPE, text=True, cwd=_ROOT
        ) as process:
            assert process.stdout
            first = process.stdout.readline()
            try:
                process.wait(chance.uniform(0.0, 0.12))
            except subprocess.TimeoutExpired:
                process.kill()
            committed = max(map(int, [first, *process.stdout.read().split()]))
        assert process.returncode == -signal.SIGKILL
        with open_as(home, "amina") as vault:
            assert vault.read_note(call) == CANARY
            assert vault.conn.execute("SELECT count(*) FROM call").fetchone()[0] >= committed
            assert vault.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert vault.audit_broken_at() is None
        assert not list(home.glob("*rotating*"))
