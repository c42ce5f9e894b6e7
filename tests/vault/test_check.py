"""The check names what is wrong, and looks at one part even where another is of no use."""

import shutil
from pathlib import Path

import pytest

from console.errors import CannotUnlock, VaultDamaged
from console.vault import CheckReport, VaultBusy, check_vault
from console.vault.attempts import EVERYBODY, Attempts
from tests.vault.checks import add_note, refuses
from tests.vaults import NOW, make_vault, open_as, passphrase


def look(home: Path, name: str = "ines") -> CheckReport:
    return check_vault(home, name, passphrase(name), now=NOW)


def states(report: CheckReport) -> dict[str, str]:
    return {part.name: part.state for part in report.parts}


def wrong(report: CheckReport) -> str:
    """Every finding in one text; each says what and what to do in a line."""
    for finding in report.findings:
        assert finding.problem
        assert finding.remedy
        assert "\n" not in finding.problem + finding.remedy
        # The sentence that they make has its own full stop.
        assert not finding.remedy.endswith(".")
    return " | ".join(f"{each.part}: {each.problem}" for each in report.findings)


def test_nothing_is_wrong_with_a_vault_that_is_whole(home: Path) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
    report = look(home)
    assert report.good, wrong(report)
    assert not report.notices
    assert set(states(report).values()) == {"good", "not checked"}
    assert states(report)["sealed"] == "not checked"
    with open_as(home, "amina") as vault:
        head = vault.audit_head()
    assert head in next(part.detail for part in look(home).parts if part.name == "trail")


def test_a_note_holder_sees_that_everything_sealed_can_be_read(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    report = look(home, "bea")
    assert report.good
    detail = {part.name: part.detail for part in report.parts}["sealed"]
    assert detail.startswith("1 notes, 1 drafts")
    with open_as(home, "amina") as vault, vault.transaction():
        vault.conn.execute("UPDATE note SET sealed = randomblob(80) WHERE call = ?", [call])
    assert f"note of call {call} is damaged" in wrong(look(home, "bea"))
    assert look(home).good


def test_after_a_rotation_and_a_removal_nothing_is_wrong(home: Path) -> None:
    with open_as(home, "ines") as vault:
        vault.rotate(now=NOW)
        vault.remove_member("bea", now=NOW)
    assert look(home).good, wrong(look(home))
    open_as(home, "amina").close()
    report = look(home, "amina")
    assert report.good, wrong(report)
    assert not report.notices


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit SET actor = 'carla' WHERE seq = 2", "trail: Line 2"),
        ("DELETE FROM audit WHERE seq = 1", "trail: Line 1"),
        ("UPDATE audit SET subject = CAST(x'ff41' AS TEXT) WHERE seq = 3", "trail: Line 3"),
        ("CREATE TABLE shadow (note TEXT)", "schema: The schema is not that of schema.sql (shadow"),
        ("DROP INDEX call_by_period", "call_by_period"),
        ("PRAGMA user_version = 99", "schema: vault.db is of a newer version"),
        ("PRAGMA application_id = 7", "schema: vault.db has not the stamp of this program"),
        (
            "INSERT INTO note (call, revision, day, sealed) VALUES (99, 1, '2026-11-21', x'00')",
            "refer to rows that are not there (note)",
        ),
        ("UPDATE member SET hpke_public = x'00' WHERE name = 'carla'", "carla.json has other keys"),
        ("DELETE FROM member WHERE name = 'carla'", "carla is no member and has a key"),
        ("DELETE FROM note_key WHERE member = 'bea'", "bea is on the list and has no notes' key"),
        (
            "INSERT INTO note_key SELECT generation, 'carla', sealed FROM note_key LIMIT 1",
            "carla holds notes and is not on the list",
        ),
    ],
)
def test_what_was_changed_in_the_database_is_named(home: Path, statement: str, words: str) -> None:
    with open_as(home, "ines") as vault:
        vault.conn.execute("PRAGMA foreign_keys = OFF")
        vault.conn.execute(statement)
    report = look(home)
    assert not report.good
    assert words in wrong(report)


def test_a_vault_that_waits_for_a_login_is_not_to_be_restored(home: Path) -> None:
    """A backup put in its place would lose the calls since, for nothing."""
    with open_as(home, "ines") as vault:
        vault.conn.execute("DROP TABLE restatement")
        vault.conn.execute("PRAGMA user_version = 2")
    report = look(home)
    assert [(each.problem, each.remedy) for each in report.findings] == [
        ("vault.db is of an older version of the program", "log in once, then check again")
    ]
    assert not any("backup" in part.detail for part in report.parts)


def test_damaged_pages_are_counted(home: Path) -> None:
    path = home / "vault.db"
    content = bytearray(path.read_bytes())
    for page in (20, 31):
        content[page * 4096 + 99] ^= 4
    path.write_bytes(content)
    report = look(home)
    assert "Pages of vault.db are damaged (2)" in wrong(report)
    assert states(report)["keyring"] == "good"
    assert states(report)["trail"] == "not checked"


def test_the_keys_are_checked_without_a_database(home: Path) -> None:
    (home / "vault.db").write_bytes(b"noise" * 9000)
    (home / "keys/members/bea.json").write_bytes(b"{}")
    report = look(home)
    assert "database: vault.db is damaged" in wrong(report)
    assert "member files: keys/members/bea.json is damaged" in wrong(report)
    assert states(report)["note holders"] == "good"
    (home / "vault.db").unlink()
    assert "vault.db is missing" in wrong(look(home))


def test_the_database_is_checked_without_the_key_files_of_others(home: Path) -> None:
    shutil.rmtree(home / "keys/pins", ignore_errors=True)
    (home / "keys/roster.json").write_bytes(b"[]")
    for name in ("amina", "carla"):
        (home / f"keys/members/{name}.json").unlink()
    report = look(home)
    found = wrong(report)
    assert "roster.json is damaged" in found
    assert "keys/members/amina.json is missing" in found
    assert "keys/members/carla.json is missing" in found
    assert states(report)["pages"] == "good"
    assert states(report)["trail"] == "good"


def test_ones_own_damaged_key_file_leaves_the_keys_to_check(home: Path) -> None:
    (home / "keys/members/ines.json").write_bytes(b"{}")
    report = look(home)
    assert "ines.json is damaged" in wrong(report)
    assert states(report)["pages"] == "not checked"


def test_key_files_of_another_vault_are_named(home: Path, tmp_path: Path) -> None:
    make_vault(tmp_path / "other", operators=("zoe",))
    shutil.copy(tmp_path / "other/keys/roster.json", home / "keys/roster.json")
    shutil.copy(tmp_path / "other/keys/members/carla.json", home / "keys/members/carla.json")
    found = wrong(look(home))
    assert "roster.json is of another vault" in found
    assert "carla.json is of another vault" in found


@pytest.mark.parametrize(
    ("name", "part"), [("pins/amina.json", "pins"), ("keyring.prev.json", "keyring")]
)
def test_a_damaged_file_that_is_seldom_read_is_named(home: Path, name: str, part: str) -> None:
    open_as(home, "amina").close()
    path = home / "keys" / name
    whole = path.read_bytes()
    assert look(home).good
    other = home / "keys" / ("roster.json" if part == "pins" else "members/ines.json")
    for content in (whole[:-9] + b"#" + whole[-8:], whole[:40], other.read_bytes()):
        path.write_bytes(content)
        report = look(home)
        assert wrong(report).startswith(f"{part}: keys/{name} is damaged")
        assert states(report)["trail"] == "good"


def test_a_damaged_count_of_wrong_passphrases_is_named_until_the_trail_has_it(home: Path) -> None:
    (home / "keys/attempts").write_bytes(b"damaged")
    # Nobody knows whose count it was, so everybody waits a minute.
    assert "wait" in refuses(CannotUnlock, lambda: look(home))
    Attempts(home / "keys").forgive(EVERYBODY)
    assert wrong(look(home)).startswith("passphrases: keys/attempts was damaged")
    open_as(home, "amina").close()
    assert look(home).good


def test_files_that_others_may_read_are_named(home: Path) -> None:
    (home / "keys/members/amina.json").chmod(0o644)
    (home / "keys").chmod(0o777)
    (home / "keys/slips").mkdir()
    (home / "keys/slips").chmod(0o770)
    found = wrong(look(home))
    assert "keys/members/amina.json may be read by others" in found
    assert "keys may be written by others" in found
    assert "keys/slips may be written by others" in found


def test_what_was_left_behind_is_noticed(home: Path) -> None:
    (home / "vault.db.rotating").touch(0o600)
    (home / "replaced-2026-11-01").mkdir()
    report = look(home)
    assert report.good
    assert "vault.db.rotating" in report.notices[0]
    assert "replaced-2026-11-01" in report.notices[1]
    assert "destroys all of it once notes of 2026-11-01 are due" in report.notices[1]


def test_a_folder_in_the_place_of_a_copy_is_named(home: Path) -> None:
    """Nothing that clears copies away clears it."""
    (home / "vault.db.rotating").mkdir()
    (home / "vault.db.rotating/photo").touch()
    assert "files: vault.db.rotating is a folder, which may keep" in wrong(look(home))


def test_a_check_needs_a_passphrase_and_the_vault_for_itself(home: Path, tmp_path: Path) -> None:
    refuses(CannotUnlock, lambda: check_vault(home, "ines", "not the words of ines", now=NOW))
    refuses(CannotUnlock, lambda: look(tmp_path / "nothing"))
    with open_as(home, "amina"):
        refuses(VaultBusy, lambda: look(home))
    (home / "restored").mkdir()
    assert "log in once" in refuses(VaultDamaged, lambda: look(home))
