import json
import os
import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from console.errors import ConsoleError, Refused, VaultDamaged
from console.vault import Vault, audit, rotation
from console.vault.database import connect, copy_under
from console.vault.identity import MemberFile
from console.vault.keyring import RawKey
from tests.vault import reference
from tests.vault.checks import CANARY, add_call, add_note, refuses
from tests.vault.kills import Progress, Rotator, killed_at, killed_within, pace
from tests.vaults import NOW, make_vault, open_as, passphrase

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
            assert "key.rotated" in [line.action for line in vault.audit_lines()[-4:]]
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
        before = _content(vault)
        vault.rotate(now=NOW)
        after = _content(vault)
    assert len(before.pop("audit")) + 1 == len(after.pop("audit"))
    assert before == after
    assert len(before) > 20


def _content(vault: Vault) -> dict[str, list[object]]:
    schema = vault.conn.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
    tables = [name for kind, name, _ in schema if kind == "table"]
    rows = {name: vault.conn.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
    return rows | {"": schema}


def test_what_was_deleted_is_in_no_page_of_the_new_file(home: Path) -> None:
    with open_as(home, "ines") as vault:
        vault.set_setting("long", CANARY * 5000)
        with vault.transaction():
            vault.conn.execute("DELETE FROM setting WHERE name = 'long'")
        free = vault.conn.execute("PRAGMA freelist_count").fetchone()
        vault.rotate(now=NOW)
        assert vault.conn.execute("PRAGMA freelist_count").fetchone() == free != (0,)
        vault.checkpoint()
        image = reference.image((home / "vault.db").read_bytes(), vault.raw.key)
    assert b"CREATE TABLE setting" in image
    assert CANARY.encode() not in image


def test_a_copy_that_differs_is_never_put_in_place(home: Path) -> None:
    """The proof has teeth: a row changed in the copy before the proof stops the rotation."""

    def tamper(vault: Vault, copy: Path) -> None:
        raw = vault.keyring.open(max(vault.keyring.epochs), vault.me)
        connection = connect(copy, raw, wal=False)
        connection.execute("UPDATE setting SET value = '\"XX\"' WHERE name = 'country'")
        connection.close()

    assert "not equal" in _refused(home, tamper)


def test_a_flipped_bit_in_the_copy_stops_the_rotation(home: Path) -> None:
    def flip(_vault: Vault, copy: Path) -> None:
        content = bytearray(copy.read_bytes())
        content[len(content) // 2] ^= 1
        copy.write_bytes(content)

    _refused(home, flip)


def test_a_copy_that_is_still_under_the_old_key_stops_the_rotation(home: Path) -> None:
    """Whatever SQLCipher says of its work."""

    def undo(vault: Vault, copy: Path) -> None:
        shutil.copyfile(vault.file, copy)

    assert "damaged" in _refused(home, undo)


def test_a_copy_that_lacks_pages_stops_the_rotation(home: Path) -> None:
    def cut(_vault: Vault, copy: Path) -> None:
        copy.write_bytes(copy.read_bytes()[:-4096])

    assert "not equal" in _refused(home, cut)


def test_an_old_file_that_is_damaged_stops_the_rotation(home: Path) -> None:
    """Neither a flipped bit nor a page of zeros is carried over as if it were what was written."""
    with open_as(home, "ines") as vault:
        vault.set_setting("long", CANARY * 5000)
        vault.checkpoint()
        good = (home / "vault.db").read_bytes()
        last = len(good) - 4096
        for page in (bytes([good[last] ^ 1]) + good[last + 1 :], bytes(4096)):

            def damage(step: str, _share: float, page: bytes = page) -> None:
                if step == "copy":
                    (home / "vault.db").write_bytes(good[:last] + page)

            refuses(VaultDamaged, lambda damage=damage: vault.rotate(now=NOW, progress=damage))
            (home / "vault.db").write_bytes(good)
            assert vault.key_status().epoch == 1


@pytest.mark.parametrize("page", range(9, 80, 14))
def test_a_damaged_page_stops_the_rotation_and_is_called_that(home: Path, page: int) -> None:
    """Those that logging in does not read."""

    def damage(step: str, share: float) -> None:
        if (step, share) == ("copy", 0.1):
            content = bytearray((home / "vault.db").read_bytes())
            content[page * 4096 + 99] ^= 4
            (home / "vault.db").write_bytes(content)

    def rotate() -> None:
        with open_as(home, "ines") as vault:
            vault.rotate(now=NOW, progress=damage)

    assert "vault.db is damaged" in refuses(VaultDamaged, rotate)
    assert not list(home.glob("*rotating*"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize("short", [0, 20_000])
def test_a_disk_that_takes_no_more_after_the_proof_loses_nothing(home: Path, short: int) -> None:
    """Nor does a failing one: what the last lines need is written in the copy or it is not used."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_up(step: str, share: float) -> None:
        if step == "proof" and share >= 0.95:
            size = (home / "vault.db.rotating").stat().st_size - short
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))

    with open_as(home, "ines") as vault:
        while not _next_line_needs_a_page(vault):
            vault.audit("member.added", "somebody", now=NOW)
        try:
            refuses(ConsoleError, lambda: vault.rotate(now=NOW, progress=fill_up))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(home.glob("*rotating*"))
    for name in ("amina", "ines"):
        with open_as(home, name) as vault:
            assert vault.key_status().epoch == 1
            assert vault.audit_broken_at() is None


def _next_line_needs_a_page(vault: Vault) -> bool:
    (pages,) = vault.conn.execute("PRAGMA page_count").fetchone()
    vault.conn.execute("BEGIN")
    audit.append(vault.conn, vault.id, "ines", "key.rotated", "epoch 2", now=NOW)
    (more,) = vault.conn.execute("PRAGMA page_count").fetchone()
    vault.conn.execute("ROLLBACK")
    return more > pages


def test_what_lies_in_the_place_of_the_copy_keeps_nobody_out(home: Path) -> None:
    (home / "vault.db.rotating").mkdir()
    (home / "vault.db.rotating" / "something").touch()
    open_as(home, "amina").close()
    with open_as(home, "ines") as vault:
        refuses(ConsoleError, lambda: vault.rotate(now=NOW))
        assert vault.key_status().epoch == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_disk_that_takes_no_page_is_no_damaged_vault(home: Path) -> None:
    """A backup put in the vault's place would lose what came since, for nothing."""
    with open_as(home, "ines") as vault:
        old = home / "vault.db", vault.raw
    new = home / "copy.db", RawKey.generate()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, before[1]))
    try:
        line = refuses(ConsoleError, lambda: copy_under(old, new, print))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "The disk failed" in line


def _refused(home: Path, tamper: Callable[[Vault, Path], None]) -> str:
    """Tamper with a copy before it is proven; return what the rotation says, having failed."""
    met = False

    def progress(step: str, _share: float) -> None:
        nonlocal met
        if step == "proof" and not met:
            met = True
            tamper(vault, home / "vault.db.rotating")

    with open_as(home, "ines") as vault:
        line = refuses(VaultDamaged, lambda: vault.rotate(now=NOW, progress=progress))
        assert vault.setting("country") == "PK"
        assert vault.key_status().epoch == 1
        add_call(vault)
        assert not list(home.glob("*rotating*"))
        assert vault.rotate(now=NOW).epoch > 1
    return line


def test_a_flipped_bit_anywhere_in_the_copy_is_found(home: Path) -> None:
    """In every page, and in the first page's every part: its salt too, which no HMAC covers."""
    with open_as(home, "amina") as vault:
        add_note(vault, CANARY * 1000)
    with open_as(home, "ines") as vault:
        path, raw = home / "copy.db", RawKey.generate()
        vault.conn.close()
        rotation._copy(vault, path, raw, _untold)
        good = path.read_bytes()
        places = [start + start // 4096 * 997 % 4096 for start in range(0, len(good), 4096)]
        for place in (*places, 1, 17, 34, 42, 110, 4020, 4040):
            damaged = bytearray(good)
            damaged[place] ^= 1
            path.write_bytes(damaged)
            with pytest.raises(VaultDamaged):
                rotation._prove(vault, path, raw, _untold)
        path.write_bytes(good)
        rotation._prove(vault, path, raw, _untold)
        vault.reopen(vault.keyring)
    assert len(places) > 40


def test_a_copy_that_the_old_key_opens_is_never_put_in_place(home: Path) -> None:
    with open_as(home, "ines") as vault:
        path, raw = home / "copy.db", RawKey(vault.raw.key, os.urandom(16))
        vault.conn.close()
        rotation._copy(vault, path, raw, _untold)
        line = refuses(ConsoleError, lambda: rotation._prove(vault, path, raw, _untold))
        vault.reopen(vault.keyring)
    assert "old key still opens" in line


def _untold(_step: str, _share: float) -> None:
    pass


def test_a_file_that_is_lost_meanwhile_ends_in_one_line(home: Path) -> None:
    def lose(step: str, _share: float) -> None:
        if step == "proof":
            (home / "vault.db").write_bytes(b"lost")

    def rotate() -> None:
        with open_as(home, "ines") as vault:
            vault.rotate(now=NOW, progress=lose)

    assert "vault.db" in refuses(VaultDamaged, rotate)


def test_progress_only_ever_grows(home: Path) -> None:
    told: list[tuple[str, float]] = []
    with open_as(home, "ines") as vault:
        vault.rotate(now=NOW, progress=lambda step, share: told.append((step, share)))
    steps = list(dict.fromkeys(step for step, _ in told))
    assert steps == ["space", "keyring", "copy", "proof", "swap", "done"]
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


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
    print(f"rotation killed at {points} touches: always opened, {len(epochs)} keys in turn, 0 lost")
    assert points > 15
    assert len(epochs) > 1


def _rotate(vault: Vault, progress: Progress) -> None:
    vault.rotate(now=NOW, progress=progress)


_ROTATE = """
import sys
from collections.abc import Callable
from pathlib import Path
from tests.vault import reference
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
    seconds = 2 * pace(_ROTATE, home)
    for _ in range(_KILLS):
        committed = max(map(int, killed_within(seconds, _ROTATE, home)))
        with open_as(home, "amina") as vault:
            assert vault.read_note(call) == CANARY
            assert vault.conn.execute("SELECT count(*) FROM call").fetchone()[0] >= committed
            assert vault.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert vault.audit_broken_at() is None
            rotated = vault.epoch - 1
        assert not list(home.glob("*rotating*"))
    print(f"{_KILLS} kills during rotations: {committed} calls told, {rotated} rotations, 0 lost")
