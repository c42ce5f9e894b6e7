"""``helpline vault``: check, backup and restore as they are typed."""

import json
from datetime import timedelta
from pathlib import Path

from console.vault import Cost, back_up
from tests.cli.conftest import TODAY, Command, refused
from tests.vaults import NOW, make_vault, open_as, passphrase


def test_a_vault_is_checked(helpline: Command) -> None:
    answer = helpline.as_("ines", "vault", "check")
    assert answer.code == 0, answer
    assert "Nothing is wrong." in answer.out
    assert "keyring" in answer.out
    report = json.loads(helpline.as_("ines", "vault", "check", "--json").out)
    assert report["good"] is True
    assert {"pages", "trail", "members"} <= {part["name"] for part in report["report"]["parts"]}


def test_what_is_wrong_is_said_with_what_to_do(helpline: Command) -> None:
    (helpline.home / "keys/members/carla.json").unlink()
    answer = helpline.as_("ines", "vault", "check")
    assert answer.code == 4
    assert "carla.json is missing: put it back from a backup" in answer.out
    assert len(answer.err.splitlines()) == 1
    found = helpline.as_("ines", "vault", "check", "--json")
    assert found.code == 4
    assert json.loads(found.out)["good"] is False


def test_a_backup_is_made_and_restored(helpline: Command, tmp_path: Path) -> None:
    file = tmp_path / "stick.backup"
    answer = helpline.as_("ines", "vault", "backup", file, "--json")
    assert answer.code == 0, answer
    assert json.loads(answer.out)["lines"] > 0
    refused(helpline.as_("ines", "vault", "backup", file), 2, "stick.backup", "another name")
    refused(helpline.as_("ines", "vault", "restore", file), 5, "--replace")
    answer = helpline.as_("ines", "vault", "restore", file, "--replace")
    assert answer.code == 0, answer
    [kept] = [folder.name for folder in helpline.home.glob("replaced-*")]
    assert f"all that is newer is only in {kept} now" in answer.out
    open_as(helpline.home, "amina").close()


def test_who_is_in_a_restored_vault_again_is_said(helpline: Command, tmp_path: Path) -> None:
    file = tmp_path / "stick.backup"
    assert helpline.as_("ines", "vault", "backup", file).code == 0
    with open_as(helpline.home, "ines") as vault:
        vault.add_member("bea", "operator", passphrase("bea"), now=NOW, cost=Cost.FLOOR)
    with open_as(helpline.home, "amina") as vault:
        vault.approve("bea", vault.fingerprint("bea"), now=NOW)
    with open_as(helpline.home, "ines") as vault:
        vault.remove_member("amina", now=NOW)
    answer = helpline.as_("ines", "vault", "restore", file, "--replace")
    assert answer.code == 0, answer
    assert "amina was removed since and is in it again. Only amina can read" in answer.out


def test_a_backup_goes_into_an_empty_home(helpline: Command, tmp_path: Path) -> None:
    file = tmp_path / "stick.backup"
    assert helpline.as_("ines", "vault", "backup", file).code == 0
    helpline.home = tmp_path / "new"
    # Who made it is in the backup, so that nobody need be named.
    secret = helpline.secret("ines", "ines paints seven quiet lanterns")
    answer = helpline.run("--passphrase-file", secret, "vault", "restore", file)
    assert answer.code == 0, answer
    assert helpline.as_("ines", "vault", "check").code == 0


def test_what_waits_in_a_restored_vault_is_said_with_the_day(
    helpline: Command, tmp_path: Path
) -> None:
    before = TODAY - timedelta(days=100)
    old, file = tmp_path / "old", tmp_path / "stick.backup"
    make_vault(old, now=before)
    with open_as(old, "amina", now=before) as vault, vault.transaction():
        cursor = vault.conn.execute(
            "INSERT INTO call (operator, day) VALUES ('amina', ?)", [before.date().isoformat()]
        )
        vault.write_note(int(cursor.lastrowid or 0), before.date().isoformat(), "words")
    back_up(old, "ines", passphrase("ines"), file, now=before)
    for home, options in (("new", []), ("other", ["--json"])):
        helpline.home = tmp_path / home
        answer = helpline.as_("ines", "vault", "restore", file, *options)
        assert answer.code == 0, answer
        if options:
            said = json.loads(answer.out)
            assert (said["held_since"], said["due"]) == (before.date().isoformat(), 1)
        else:
            assert f"nobody has looked since {before.date()}" in answer.out
            assert "notes of 1 days are due, and were not destroyed" in answer.out
            assert "helpline vault purge" in answer.out
    done = helpline.as_("carla", "vault", "purge", "--yes")
    assert "1 notes of 1 days are destroyed" in done.out


def test_what_is_no_backup_is_refused_in_one_line(helpline: Command, tmp_path: Path) -> None:
    file = tmp_path / "photos.tar"
    file.write_bytes(b"x" * 3000)
    refused(helpline.as_("ines", "vault", "restore", file), 4, "photos.tar")
    refused(helpline.as_("ines", "vault", "restore", tmp_path / "none"), 1, "not there")
    refused(helpline.as_("amina", "vault", "backup", tmp_path / "new"), 5, "IT")


def test_a_backup_is_made_while_a_console_is_open(helpline: Command, tmp_path: Path) -> None:
    with open_as(helpline.home, "amina"):
        answer = helpline.as_("ines", "vault", "backup", tmp_path / "stick", "--json")
        assert answer.code == 0, answer
        assert json.loads(answer.out)["while_open"] is True
        refused(helpline.as_("ines", "vault", "check"), 3, "amina")
