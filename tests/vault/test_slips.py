"""A backup made beside an open console is in the trail from the next login on."""

import json
import os
from base64 import b64decode
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from console.errors import CannotUnlock
from console.vault import Cost, Vault, back_up, check_vault, restore_backup, slips, unlock
from console.vault.files import write_document
from console.vault.identity import Identity, MemberFile
from tests.vault import reference
from tests.vaults import NOW, make_vault, open_as, passphrase


def made(vault: Vault) -> list[tuple[str, str, str]]:
    return [
        (line.actor, line.action, line.subject)
        for line in vault.audit_lines()
        if line.action.startswith("backup")
    ]


def left(home: Path) -> list[Path]:
    return list((home / "keys/slips").glob("*"))


def wrong(home: Path) -> list[str]:
    """What the check finds, which leaves every slip where it is."""
    before = left(home)
    report = check_vault(home, "ines", passphrase("ines"), now=NOW)
    assert left(home) == before
    assert all(each.part == "slips" and each.remedy for each in report.findings)
    return [each.problem for each in report.findings]


def identity(home: Path, name: str) -> Identity:
    found = MemberFile.read(home / f"keys/members/{name}.json").open(passphrase(name))
    assert found
    return found


def test_a_backup_beside_an_open_console_is_told_by_the_next_login(home: Path, file: Path) -> None:
    with open_as(home, "amina") as vault:
        report = back_up(home, "ines", passphrase("ines"), file, now=NOW)
        assert report.while_open
        assert made(vault) == []
    assert wrong(home) == []
    with open_as(home, "bea", now=NOW + timedelta(hours=20)) as vault:
        ((actor, action, subject),) = made(vault)
        assert (actor, action) == ("ines", "backup.made")
        assert subject.startswith(f"2026-11-21T09Z, line {report.lines}, manifest ")
        assert vault.audit_lines()[-1].hour == "2026-11-22T05Z"
        assert vault.audit_broken_at() is None
    assert left(home) == []
    with open_as(home, "bea", now=NOW + timedelta(hours=21)) as vault:
        assert len(made(vault)) == 1


def test_the_slip_names_the_very_file(home: Path, file: Path) -> None:
    with open_as(home, "amina"):
        back_up(home, "ines", passphrase("ines"), file, now=NOW)
    with file.open("rb") as tar:
        size = int(tar.read(512)[124:135], 8)
        manifest = tar.read(size)
    with open_as(home, "ines") as vault:
        subject = made(vault)[0][2]
    from hashlib import sha256

    assert subject.endswith(sha256(manifest).hexdigest()[:16])


def test_a_slip_that_is_put_back_is_told_once(home: Path, file: Path) -> None:
    with open_as(home, "amina"):
        back_up(home, "ines", passphrase("ines"), file, now=NOW)
    (slip,) = left(home)
    content = slip.read_bytes()
    for _ in range(2):
        open_as(home, "amina").close()
        slip.write_bytes(content)
    with open_as(home, "amina") as vault:
        assert len(made(vault)) == 1


@pytest.mark.parametrize(
    ("forged", "named"),
    [
        ("bytes", "is damaged"),
        ("operator", "is not signed by a present member of IT"),
        ("stranger", "is not signed by a present member of IT"),
        ("vault", "is of another vault"),
        ("words", "is not signed by a present member of IT"),
        ("noise", "is damaged"),
    ],
)
def test_a_slip_that_ines_did_not_sign_is_named_and_not_believed(
    home: Path, file: Path, tmp_path: Path, forged: str, named: str
) -> None:
    keys = home / "keys"
    with open_as(home, "ines") as vault:
        known = vault.id
    if forged == "bytes":
        with open_as(home, "amina"):
            back_up(home, "ines", passphrase("ines"), file, now=NOW)
        (slip,) = left(home)
        content = bytearray(slip.read_bytes())
        content[len(content) // 2] ^= 1
        slip.write_bytes(content)
    elif forged == "operator":
        slips.leave(keys, known, identity(home, "amina"), "line 1", now=NOW)
    elif forged == "stranger":
        make_vault(tmp_path / "other", it="mallory")
        slips.leave(keys, known, identity(tmp_path / "other", "mallory"), "line 1", now=NOW)
    elif forged == "vault":
        slips.leave(keys, "0" * 32, identity(home, "ines"), "line 1", now=NOW)
    elif forged == "words":
        slips.leave(keys, known, identity(home, "ines"), "line 1", now=NOW)
        (slip,) = left(home)
        fields = json.loads(slip.read_bytes())
        del fields["digest"]
        write_document(slip, {**fields, "subject": "line 2"})
    else:
        (keys / "slips").mkdir(mode=0o700)
        (keys / "slips/x.json").write_bytes(b"[" * 5000)
        (keys / "slips/x.json").chmod(0o600)
    (slip,) = left(home)
    assert wrong(home) == [f"keys/slips/{slip.name} {named}"]
    with open_as(home, "amina") as vault:
        assert made(vault) == [("amina", "backup.unproven", "1 slips")]
    assert left(home) == []


def test_what_was_backed_up_during_a_restore_is_told_in_the_restored_vault(
    home: Path, file: Path, tmp_path: Path
) -> None:
    """Slips stay where they are: they are signed, and the restored vault knows the signer."""
    back_up(home, "ines", passphrase("ines"), file, now=NOW)
    with open_as(home, "amina"):
        back_up(home, "ines", passphrase("ines"), tmp_path / "second.backup", now=NOW)
    restore_backup(home, "ines", passphrase("ines"), file, replace=True, now=NOW)
    with open_as(home, "amina") as vault:
        assert [action for _, action, _ in made(vault)] == ["backup.begun", "backup.made"]


def test_slips_tell_no_words_that_a_terminal_obeys(home: Path) -> None:
    with open_as(home, "ines") as vault:
        known = vault.id
    slips.leave(home / "keys", known, identity(home, "ines"), "line 1\n\x1b[2J\ud800", now=NOW)
    with open_as(home, "amina") as vault:
        assert made(vault)[0][2] == "2026-11-21T09Z, line 1 [2J"


@pytest.mark.parametrize("kind", ["folder", "pipe", "large", "device"])
def test_what_is_no_slip_keeps_no_login_out_of_the_trail(home: Path, kind: str) -> None:
    """It is named, and does not keep the slips beside it from being told either."""
    with open_as(home, "ines") as vault:
        known = vault.id
    slips.leave(home / "keys", known, identity(home, "ines"), "line 1", now=NOW)
    path = home / "keys/slips/a.json"
    if kind == "folder":
        (path / "below").mkdir(parents=True)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.write_bytes(b"{" * 20_000_000)
        path.chmod(0o600)
    named = "is too large for a slip" if kind == "large" else "is no file"
    assert wrong(home) == [f"keys/slips/a.json {named}"]
    with pytest.raises(CannotUnlock):
        unlock(home, "bea", "wrong", now=NOW)
    with open_as(home, "amina") as vault:
        told = {(line.actor, line.action, line.subject) for line in vault.audit_lines()}
        assert {
            ("amina", "vault.unlocked", ""),
            ("amina", "passphrase.wrong", "bea: 1"),
            ("ines", "backup.made", "2026-11-21T09Z, line 1"),
            ("amina", "backup.unproven", "1 slips"),
        } <= told
    assert left(home) == ([path] if kind == "folder" else [])
    assert wrong(home) == (["keys/slips/a.json is no file"] if kind == "folder" else [])
    with open_as(home, "carla") as vault:
        assert ("carla", "vault.unlocked") in {(x.actor, x.action) for x in vault.audit_lines()}


def test_a_slip_does_not_fill_the_trail(home: Path) -> None:
    with open_as(home, "ines") as vault:
        known = vault.id
    slips.leave(home / "keys", known, identity(home, "ines"), "x" * 200, now=NOW)
    assert wrong(home)[0].endswith("says more than a slip does")
    with open_as(home, "amina") as vault:
        assert made(vault) == [("amina", "backup.unproven", "1 slips")]


def test_a_member_of_it_who_was_removed_makes_no_backups(home: Path) -> None:
    with open_as(home, "ines") as vault:
        known = vault.id
        vault.add_member("ida", "it", passphrase("ida"), now=NOW, cost=Cost.FLOOR)
    ida = identity(home, "ida")
    with open_as(home, "ines") as vault:
        vault.remove_member("ida", now=NOW)
    slips.leave(home / "keys", known, ida, "line 1", now=NOW)
    assert wrong(home)[0].endswith("is not signed by a present member of IT")
    with open_as(home, "amina") as vault:
        assert made(vault) == [("amina", "backup.unproven", "1 slips")]


def test_more_slips_than_backups_leave_are_named_in_one_line(home: Path) -> None:
    folder = home / "keys/slips"
    folder.mkdir(mode=0o700)
    for number in range(1001):
        (folder / f"{number}.json").touch(0o600)
    assert wrong(home) == ["1001 files are in keys/slips, more than backups leave"]


def test_a_slip_is_looked_at_without_a_database(home: Path) -> None:
    with open_as(home, "ines") as vault:
        known = vault.id
    slips.leave(home / "keys", known, identity(home, "ines"), "line 1", now=NOW)
    (home / "keys/slips/x.json").write_bytes(b"{}")
    (home / "keys/slips/x.json.new").touch(0o600)
    (home / "vault.db").write_bytes(b"noise" * 9000)
    report = check_vault(home, "ines", passphrase("ines"), now=NOW)
    found = [each.problem for each in report.findings if each.part == "slips"]
    assert found == ["keys/slips/x.json is damaged"]
    assert report.notices == ("keys/slips/x.json.new is no slip and nobody reads it: delete it",)


def test_a_slip_is_read_from_the_document_alone(home: Path, file: Path) -> None:
    with open_as(home, "amina"):
        back_up(home, "ines", passphrase("ines"), file, now=NOW)
    (slip,) = left(home)
    raw = slip.read_bytes()
    ines = reference.read_key_file((home / "keys/members/ines.json").read_bytes())
    amina = reference.read_key_file((home / "keys/members/amina.json").read_bytes())
    said = reference.check_slip(raw, ines["vault"], b64decode(ines["sign_public"]))
    assert slip.name == reference.slip_name(said)
    with open_as(home, "bea") as vault:
        assert made(vault) == [(said["signed_by"], "backup.made", said["subject"])]
    # As the one that stands there, so here: nobody else's, no other vault's, no other words.
    other = json.loads(raw)
    del other["digest"]
    slip.parent.mkdir(exist_ok=True)
    write_document(slip, {**other, "subject": f"{other['subject']}0"})
    for content, vault_id, signer in (
        (raw, ines["vault"], amina),
        (raw, "0" * 32, ines),
        (slip.read_bytes(), ines["vault"], ines),
    ):
        with pytest.raises((AssertionError, InvalidSignature)):
            reference.check_slip(content, vault_id, b64decode(signer["sign_public"]))
