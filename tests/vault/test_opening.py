import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from console.errors import BadUsage, CannotUnlock, ConsoleError, Refused, VaultDamaged
from console.vault import (
    Cost,
    change_passphrase,
    check_vault,
    create,
    exists,
    judge_passphrase,
    roster,
    unlock,
)
from console.vault.files import put_off
from console.vault.identity import Identity
from tests.vault.checks import add_note, change, refuses
from tests.vaults import NOW, make_vault, open_as, passphrase


def test_every_member_logs_in_with_their_own_passphrase(home: Path) -> None:
    for name in ("amina", "bea", "carla", "ines"):
        with open_as(home, name) as vault:
            assert vault.member.name == name


def test_the_roster_needs_no_passphrase(home: Path) -> None:
    assert roster(home) == [
        ("amina", "operator"),
        ("bea", "operator"),
        ("carla", "coordinator"),
        ("ines", "it"),
    ]


def test_a_wrong_passphrase_is_refused(home: Path) -> None:
    line = refuses(CannotUnlock, lambda: unlock(home, "amina", "not it", now=NOW))
    assert "amina" in line


def test_a_composed_and_a_decomposed_passphrase_are_the_same(home: Path) -> None:
    change_passphrase(
        home, "amina", passphrase("amina"), "seven café lanterns at noon", now=NOW, cost=Cost.FLOOR
    )
    unlock(home, "amina", "seven cafe\u0301 lanterns at noon", now=NOW).close()


@pytest.mark.parametrize("name", ["nobody", "../amina", "", "a/b", "con", "x" * 200, "\x1b[31m"])
def test_an_unknown_member_is_refused(home: Path, name: str) -> None:
    assert "\x1b" not in refuses(CannotUnlock, lambda: open_as(home, name))


def test_a_home_without_a_vault_says_so(tmp_path: Path) -> None:
    assert not exists(tmp_path)
    assert "helpline init" in refuses(CannotUnlock, lambda: open_as(tmp_path, "amina"))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_key_file_is_named(home: Path) -> None:
    (home / "keys/members/amina.json").unlink()
    assert "amina.json" in refuses(CannotUnlock, lambda: open_as(home, "amina"))
    (home / "keys/keyring.json").unlink()
    assert "keyring.json" in refuses(CannotUnlock, lambda: open_as(home, "bea"))


def test_the_last_good_keyring_opens_the_vault(home: Path) -> None:
    (home / "keys/keyring.prev.json").replace(home / "keys/keyring.json")
    open_as(home, "bea").close()


def test_a_missing_roster_is_named(home: Path) -> None:
    (home / "keys/roster.json").unlink()
    assert "roster.json" in refuses(VaultDamaged, lambda: open_as(home, "amina"))
    open_as(home, "carla").close()


def test_a_missing_database_is_named_and_not_made_anew(home: Path) -> None:
    (home / "vault.db").unlink()
    assert exists(home)
    assert "vault.db" in refuses(VaultDamaged, lambda: open_as(home, "amina"))
    refuses(BadUsage, lambda: _create(home))
    assert not (home / "vault.db").exists()


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\x00" * 1024, b"a letter to my aunt\n" * 900, bytes(9000)]
)
def test_a_file_that_is_no_vault_is_named(home: Path, content: bytes) -> None:
    (home / "vault.db").write_bytes(content)
    assert "vault.db" in refuses(VaultDamaged, lambda: open_as(home, "amina"))
    assert (home / "vault.db").read_bytes() == content


@pytest.mark.parametrize("kept", [10, 4096, 8192, 70_000])
def test_a_file_cut_short_is_named(home: Path, kept: int) -> None:
    content = (home / "vault.db").read_bytes()
    (home / "vault.db").write_bytes(content[:kept])
    assert "vault.db" in refuses(VaultDamaged, lambda: open_as(home, "amina"))


def test_vault_and_keys_of_different_vaults_are_told_apart(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    _create(other, "ines")
    mine = (home / "vault.db").read_bytes()
    shutil.copy(other / "vault.db", home / "vault.db")
    assert "vault.db" in refuses(VaultDamaged, lambda: open_as(home, "ines"))
    (home / "vault.db").write_bytes(mine)
    shutil.copy(other / "keys/members/ines.json", home / "keys/members/ines.json")
    assert "ines.json" in refuses(VaultDamaged, lambda: open_as(home, "ines"))
    shutil.copy(other / "keys/keyring.json", home / "keys/keyring.json")
    assert "vault.db" in refuses(VaultDamaged, lambda: open_as(home, "ines"))


def test_one_members_key_file_does_not_pass_as_anothers(home: Path) -> None:
    shutil.copy(home / "keys/members/bea.json", home / "keys/members/amina.json")
    assert "amina.json" in refuses(VaultDamaged, lambda: unlock(home, "amina", "x", now=NOW))


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("memory_kib", 1024),
        ("memory_kib", 2**40),
        ("iterations", 1),
        ("iterations", 10**9),
        ("lanes", 1),
        ("lanes", True),
    ],
)
def test_an_unreasonable_cost_is_damage(home: Path, parameter: str, value: int) -> None:
    path = home / "keys/members/amina.json"
    kdf = json.loads(path.read_bytes())["kdf"]
    change(path, kdf={**kdf, parameter: value})
    assert "amina.json" in refuses(VaultDamaged, lambda: open_as(home, "amina"))


def test_a_role_written_into_a_key_file_gives_nothing(home: Path) -> None:
    change(home / "keys/members/carla.json", role="it")
    refuses(CannotUnlock, lambda: open_as(home, "carla"))


def test_a_keyring_that_it_staff_did_not_sign_is_damage(home: Path) -> None:
    change(home / "keys/keyring.json", signed_by="carla")
    assert "keyring.json" in refuses(VaultDamaged, lambda: open_as(home, "amina"))
    change(home / "keys/keyring.json", signed_by="ines", generation=77)
    assert "keyring.json" in refuses(VaultDamaged, lambda: open_as(home, "amina"))


def test_keys_in_the_database_that_are_not_mine_are_damage(home: Path) -> None:
    with open_as(home, "ines") as vault, vault.transaction():
        vault.conn.execute(
            "UPDATE member SET sign_public = (SELECT sign_public FROM member WHERE name = 'bea') "
            "WHERE name = 'carla'"
        )
    assert "carla.json" in refuses(VaultDamaged, lambda: open_as(home, "carla"))


def test_somebody_removed_is_not_let_in(home: Path) -> None:
    with open_as(home, "ines") as vault, vault.transaction():
        vault.conn.execute("UPDATE member SET removed_on = '2026-11-21' WHERE name = 'carla'")
    assert "carla" in refuses(CannotUnlock, lambda: open_as(home, "carla"))


def test_a_second_vault_in_the_same_home_is_refused(home: Path) -> None:
    before = (home / "vault.db").read_bytes()
    refuses(BadUsage, lambda: _create(home))
    assert (home / "vault.db").read_bytes() == before
    open_as(home, "amina").close()


def test_a_creation_that_was_cut_short_can_be_done_again(tmp_path: Path) -> None:
    _create(tmp_path)
    (tmp_path / "vault.db").replace(tmp_path / "vault.db.new")
    assert not exists(tmp_path)
    _create(tmp_path)
    with open_as(tmp_path, "zoe") as vault:
        assert vault.setting("site") == "Linea"
    assert not (tmp_path / "vault.db.new").exists()


def test_a_creation_that_was_cut_short_twice_can_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _create(tmp_path)
    (tmp_path / "vault.db").replace(tmp_path / "vault.db.new")

    def give_up(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Identity, "write", give_up)
    with pytest.raises(KeyboardInterrupt):
        _create(tmp_path)
    monkeypatch.undo()
    assert not exists(tmp_path)
    _create(tmp_path)
    assert check_vault(tmp_path, "zoe", passphrase("zoe"), now=NOW).notices == ()


def test_what_a_creation_left_goes_at_a_login(home: Path) -> None:
    for suffix in ("", "-wal"):
        (home / f"vault.db.new{suffix}").write_bytes(b"of a creation that was cut short")
    open_as(home, "amina").close()
    assert not list(home.glob("vault.db.*"))
    (home / "vault.db.new").mkdir()
    open_as(home, "amina").close()


def test_only_what_the_disk_says_is_put_off() -> None:
    done: list[str] = []
    with put_off():
        done.append("begun")
        raise ConsoleError("The disk is full.")
    assert done == ["begun"]
    for kind in (VaultDamaged, Refused, CannotUnlock):
        with pytest.raises(kind), put_off():
            raise kind("something else")


def test_no_vault_is_made_over_the_keys_of_another(home: Path, tmp_path: Path) -> None:
    """Not even where a creation was cut short once: with its file back, all of it opens."""
    other = tmp_path / "other"
    _create(other)
    shutil.copy(other / "vault.db", home / "vault.db.new")
    (home / "vault.db").replace(tmp_path / "lost")
    assert exists(home)
    line = refuses(BadUsage, lambda: _create(home))
    assert "restore a backup" in line
    assert "--home" in line
    line = refuses(VaultDamaged, lambda: open_as(home, "amina"))
    assert "vault.db is missing" in line
    assert "init" not in line
    (tmp_path / "lost").replace(home / "vault.db")
    open_as(home, "amina").close()


@pytest.mark.parametrize("weak", ["", "short", "qwertyuiopasdfg", "aaaaaaaaaaaaaaaaaaaaaa"])
def test_a_weak_passphrase_is_refused_everywhere(home: Path, tmp_path: Path, weak: str) -> None:
    assert judge_passphrase(weak)
    refuses(Refused, lambda: create(tmp_path, "zoe", weak, site="x", country="PK", now=NOW))
    refuses(Refused, lambda: change_passphrase(home, "bea", passphrase("bea"), weak, now=NOW))
    with open_as(home, "ines") as vault:
        refuses(Refused, lambda: vault.add_member("dora", "operator", weak, now=NOW))


def test_a_changed_passphrase_replaces_the_old_one_and_keeps_the_notes(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault, "a note")
    new = "nine green kettles hum softly"
    change_passphrase(home, "amina", passphrase("amina"), new, now=NOW, cost=Cost.FLOOR)
    refuses(CannotUnlock, lambda: open_as(home, "amina"))
    with unlock(home, "amina", new, now=NOW) as vault:
        assert vault.read_note(call) == "a note"
    refuses(CannotUnlock, lambda: change_passphrase(home, "bea", "wrong", new, now=NOW))


def test_everything_in_a_home_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        home = tmp_path / "home"
        _create(home)
        with open_as(home, "zoe") as vault:
            vault.set_setting("policy", {"days": 90})
            modes = {
                path.relative_to(home).as_posix(): stat.S_IMODE(path.stat().st_mode)
                for path in home.rglob("*")
            }
    finally:
        os.umask(before)
    assert "vault.db-wal" in modes
    folders = {"keys", "keys/members"}
    assert {name for name, mode in modes.items() if mode != 0o600} == folders
    assert all(modes[name] == 0o700 for name in folders)


def test_every_setting_of_the_database_holds(home: Path) -> None:
    wanted = {
        "locking_mode": "exclusive",
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": 2,
        "application_id": 0x484C5056,
        "user_version": 3,
    }
    with open_as(home, "amina") as vault:
        found = {name: vault.conn.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}
        salt = vault.conn.execute("PRAGMA cipher_salt").fetchone()[0]
    assert found == wanted
    assert (home / "vault.db").read_bytes()[:16].hex() == salt


def test_a_new_vault_has_the_schema_of_schema_sql(home: Path) -> None:
    import sqlite3

    from console.vault.database import schema

    plain = sqlite3.connect(":memory:")
    plain.executescript(schema())
    question = "SELECT type, name, sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY name"
    with open_as(home, "ines") as vault:
        assert vault.conn.execute(question).fetchall() == plain.execute(question).fetchall()


def test_a_newer_vault_is_not_touched(home: Path) -> None:
    with open_as(home, "ines") as vault:
        vault.conn.execute("PRAGMA user_version = 99")
    with pytest.raises(Exception, match="newer version"):
        open_as(home, "amina")


def test_importing_the_vault_leaves_heavy_libraries_alone() -> None:
    code = (
        "import sys, console.vault; "
        "print(sorted({'sqlite_utils', 'sqlcipher3', 'zxcvbn', 'sqlite3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_sqlite_utils_knows_the_drivers_exceptions(home: Path) -> None:
    with open_as(home, "amina") as vault:
        from sqlite_utils.utils import OperationalError, sqlite3

        assert sys.modules["pysqlite3"] is sqlite3
        with pytest.raises(OperationalError):
            vault.conn.execute("SELECT * FROM nothing_of_that_name")


def test_sqlite_utils_imported_too_early_is_refused(tmp_path: Path) -> None:
    make_vault(tmp_path / "home")
    code = (
        "import sys, sqlite_utils; from pathlib import Path; from tests.vaults import open_as\n"
        "from console.errors import ConsoleError\n"
        "try: open_as(Path(sys.argv[1]), 'amina')\n"
        "except ConsoleError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "home")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert "sqlite_utils was imported before" in done.stdout


def _create(home: Path, name: str = "zoe") -> None:
    create(home, name, passphrase(name), site="Linea", country="pk", now=NOW, cost=Cost.FLOOR)
