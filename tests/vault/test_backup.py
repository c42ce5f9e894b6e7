"""Backups: of one instant while somebody writes, proven, and put back losing neither vault."""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
from base64 import b64decode
from datetime import timedelta
from pathlib import Path

import pytest

from console.errors import BadUsage, CannotUnlock, ConsoleError, Refused, VaultDamaged
from console.vault import (
    archive,
    back_up,
    backup,
    restore_backup,
)
from console.vault.identity import MemberFile
from tests.vault import reference
from tests.vault.checks import CANARY, add_note, refuses
from tests.vault.kills import killed_within, pace
from tests.vaults import NOW, make_vault, open_as, passphrase

_ROOT = Path(__file__).parents[2]
_KILLS = int(os.environ.get("HELPLINE_KILLS", "6"))
LATER = NOW + timedelta(days=3)


def save(home: Path, file: Path) -> backup.BackupReport:
    return back_up(home, "ines", passphrase("ines"), file, now=NOW)


def put_back(home: Path, file: Path, *, replace: bool = False, name: str = "ines") -> object:
    return restore_backup(home, name, passphrase(name), file, replace=replace, now=NOW)


def test_no_backup_is_made_of_a_vault_that_a_restore_is_replacing(home: Path, file: Path):
    (home / "restored").mkdir()
    assert "log in once" in refuses(ConsoleError, lambda: save(home, file))
    assert not list(file.parent.glob(f"{file.name}*"))
    open_as(home, "ines").close()
    save(home, file)


def test_a_backup_restored_into_an_empty_home_is_the_same_vault(
    home: Path, file: Path, tmp_path: Path
):
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    report = save(home, file)
    assert (report.bytes, report.while_open, report.tries) == (file.stat().st_size, False, 1)
    new = tmp_path / "new"
    put_back(new, file)
    for name in ("amina", "bea"):
        with open_as(new, name) as vault:
            assert vault.read_note(call) == CANARY
            assert vault.read_drafts()[0][:2] == (call, CANARY.encode())
            assert vault.audit_broken_at() is None
            lines = vault.audit_lines()
            assert vault.audit_line_of(report.head) == report.lines
    assert [line.action for line in lines if line.actor == "ines"][-2:] == [
        "backup.begun",
        "vault.restored",
    ]
    assert not list(new.glob("restor*"))
    assert not list(file.parent.glob("*.making"))


def test_a_backup_is_a_tar_and_says_nothing_in_the_clear(home: Path, file: Path):
    with open_as(home, "amina") as vault:
        add_note(vault)
    report = save(home, file)
    with tarfile.open(file, "r:") as tar:
        names = tar.getnames()
        content = tar.extractfile("manifest.json")
        assert content
        manifest = json.load(content)
        database = tar.extractfile("vault.db")
        assert database
        digest = hashlib.sha256(database.read()).hexdigest()
    assert names[0] == "manifest.json"
    assert set(manifest["files"]) == set(names[1:])
    assert manifest["files"]["vault.db"]["sha256"] == digest
    assert (manifest["head"], manifest["lines"], manifest["epoch"]) == (
        report.head,
        report.lines,
        1,
    )
    raw = file.read_bytes()
    assert CANARY.encode() not in raw
    assert b"SQLite format" not in raw
    assert str(home).encode() not in raw
    assert file.stat().st_mode & 0o777 == 0o600


_WRITE = """
import sys
from pathlib import Path
from tests.vault.checks import add_call
from tests.vaults import open_as
vault = open_as(Path(sys.argv[1]), 'amina')
while True:
    number = add_call(vault)
    with vault.transaction():
        vault.write_note(number, '2026-11-21', 'x' * 3000)
    if number % 50 == 0:
        vault.checkpoint()
    print(number, flush=True)
    if sys.argv[2] == 'slowly':
        sys.stdin.readline()
"""


def _writer(home: Path, how: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", _WRITE, str(home), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    )


def test_a_backup_while_somebody_writes_is_of_one_instant(
    home: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The writer goes on in the middle of the copy, with and without emptying its log."""
    with _writer(home, "slowly") as writer:
        assert writer.stdin
        assert writer.stdout
        committed = int(writer.stdout.readline())

        def step() -> int:
            assert writer.stdin
            assert writer.stdout
            writer.stdin.write("\n")
            writer.stdin.flush()
            return int(writer.stdout.readline())

        copy, read_log, disturbed = backup._copy, backup._read_log, []

        def copy_and_write(source: Path, to: Path) -> bytes:
            digest = copy(source, to)
            if len(disturbed) < 3:
                # Until the log has been emptied into the file once.
                disturbed.append(step())
                while disturbed[-1] % 50:
                    disturbed[-1] = step()
            return digest

        def read_and_write(path: Path) -> bytes | None:
            log = read_log(path)
            step()
            return log

        monkeypatch.setattr(backup, "_copy", copy_and_write)
        monkeypatch.setattr(backup, "_read_log", read_and_write)
        try:
            committed = max(committed, step())
            report = save(home, file)
        finally:
            writer.kill()
    assert report.while_open
    assert report.tries == 4
    put_back(tmp_path / "new", file)
    with open_as(tmp_path / "new", "amina") as vault:
        (calls,) = vault.db.execute("SELECT count(*) FROM call").fetchone()
        (notes,) = vault.db.execute("SELECT count(*) FROM note").fetchone()
        assert calls >= disturbed[-1]
        assert calls - notes in (0, 1)
        assert vault.read_note(notes) == "x" * 3000
        assert "backup.begun" not in [line.action for line in vault.audit_lines()]


def test_backups_of_a_busy_vault_open_every_time(tmp_path: Path):
    home = tmp_path / "home"
    make_vault(home)
    me = MemberFile.read(home / "keys/members/ines.json").open(passphrase("ines"))
    assert me
    tries = 0
    with _writer(home, "fast") as writer:
        assert writer.stdout
        writer.stdout.readline()
        try:
            for number in range(_KILLS):
                folder = tmp_path / f"copy{number}"
                folder.mkdir()
                tries += backup.snapshot(home, folder)
                assert backup._prove(folder, me, NOW)["lines"]
        finally:
            writer.kill()
    print(f"{_KILLS} copies of a vault that was written to, {tries} tries, all opened")


def test_a_vault_that_never_rests_is_not_copied(
    home: Path, file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(backup, "_copied", lambda *_: False)
    assert "quieter" in refuses(ConsoleError, lambda: save(home, file))
    assert not list(file.parent.glob("stick*"))


def test_only_it_makes_and_restores_backups(home: Path, file: Path, tmp_path: Path):
    for name in ("amina", "carla"):
        refuses(Refused, lambda name=name: back_up(home, name, passphrase(name), file, now=NOW))
    assert not file.exists()
    save(home, file)
    refuses(Refused, lambda: put_back(tmp_path / "new", file, name="amina"))
    refuses(CannotUnlock, lambda: put_back(tmp_path / "new", file, name="nobody"))
    wrong = "seven lanterns paint ines quietly"
    refuses(CannotUnlock, lambda: restore_backup(home, "ines", wrong, file, now=NOW))
    assert not list(tmp_path.glob("new/restor*"))


def test_a_damaged_vault_is_not_backed_up(home: Path, file: Path):
    path = home / "vault.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    refuses(VaultDamaged, lambda: save(home, file))
    assert not list(file.parent.glob("stick*"))


def test_a_backup_writes_over_nothing(home: Path, file: Path):
    file.write_text("holiday photos")
    refuses(BadUsage, lambda: save(home, file))
    assert file.read_text() == "holiday photos"


# Kills -----------------------------------------------------------------------------------------

_SAVE = """
import sys
from pathlib import Path
from console.vault import back_up
from tests.vaults import NOW, passphrase
number = 0
while True:
    print(number, flush=True)
    back_up(Path(sys.argv[1]), 'ines', passphrase('ines'), Path(f'{sys.argv[2]}{number}'), now=NOW)
    number += 1
"""


def test_a_kill_at_any_moment_of_a_backup_leaves_it_whole_or_not_there(
    home: Path, file: Path, tmp_path: Path
):
    whole, seconds = 0, 4 * pace(_SAVE, home, tmp_path / "paced")
    for round_ in range(_KILLS):
        killed_within(seconds, _SAVE, home, tmp_path / f"round{round_}-")
        for path in tmp_path.glob(f"round{round_}-*"):
            if path.is_file():
                raw, manifest = backup.read_manifest(path)
                archive.unpack(path, raw, list(manifest.entries), None)
                whole += 1
        open_as(home, "amina").close()
    print(f"{_KILLS} kills during backups: {whole} finished ones whole, none half")


def test_a_second_reader_finds_what_the_document_says(home: Path, file: Path):
    """docs/backup.md says enough to check a backup without any code of the console's."""
    save(home, file)
    member = reference.read_key_file((home / "keys/members/ines.json").read_bytes())
    with tarfile.open(file, "r:") as tar:
        raw = {name: tar.extractfile(name) for name in tar.getnames()}
        content = {name: part.read() for name, part in raw.items() if part}
    manifest = content.pop("manifest.json")
    fields = reference.check_signature(manifest, "backup", b64decode(member["sign_public"]))
    assert list(content) == sorted(fields["files"])
    for name, data in content.items():
        stated = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        assert fields["files"][name] == stated
    assert fields["vault"] == member["vault"]
