"""Backups and restores that meet each other in one home, or would be written into it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from console.errors import BadUsage, ConsoleError
from console.vault import back_up, backup, restore_backup, swap
from console.vault.model import VaultBusy
from tests.vault.checks import CANARY, add_note, refuses
from tests.vaults import NOW, open_as, passphrase


def save(home: Path, file: Path) -> backup.BackupReport:
    return back_up(home, "ines", passphrase("ines"), file, now=NOW)


def put_back(home: Path, file: Path) -> None:
    restore_backup(home, "ines", passphrase("ines"), file, replace=True, now=NOW)


def once(work: Callable[[], object]) -> Callable[[], None]:
    """Return what does ``work`` when it is first called, and nothing after that."""
    waiting = [work]

    def step() -> None:
        if waiting:
            waiting.pop()()

    return step


@pytest.mark.parametrize("between", ["_copy", "_read_log", "_digest"])
def test_a_restore_in_the_middle_of_a_backup_leaves_a_backup_of_one_vault(
    home: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, between: str
) -> None:
    first = tmp_path / "first.backup"
    save(home, first)
    with open_as(home, "amina") as vault:
        add_note(vault)
    restore = once(lambda: put_back(home, first))
    real = getattr(backup, between)

    def met(*paths: Path) -> object:
        answer = real(*paths)
        restore()
        return answer

    monkeypatch.setattr(backup, between, met)
    report = save(home, file)
    monkeypatch.undo()
    assert report.tries == 2
    put_back(tmp_path / "new", file)
    with open_as(tmp_path / "new", "amina") as vault:
        assert [line.action for line in vault.audit_lines()].count("vault.restored") == 2
        assert vault.conn.execute("SELECT count(*) FROM note").fetchone() == (0,)


def test_the_log_that_a_restore_moved_away_is_missed(
    home: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment in which the log is gone and the database is still there, as after a crash."""
    first, crashed = tmp_path / "first.backup", tmp_path / "crashed"
    # So that her pin is the same before and after: only the database differs.
    open_as(home, "amina").close()
    save(home, first)
    with open_as(home, "amina") as vault:
        add_note(vault)
        shutil.copytree(home, crashed)
    assert (crashed / "vault.db-wal").stat().st_size
    monkeypatch.setattr(backup, "_note", lambda *_: True)
    restore, digest = once(lambda: put_back(crashed, first)), backup._digest

    def late(path: Path) -> bytes:
        found = digest(path)
        restore()
        return found

    monkeypatch.setattr(backup, "_read_log", lambda _path: b"")
    monkeypatch.setattr(backup, "_digest", late)
    assert save(crashed, file).tries == 2


@pytest.mark.parametrize("moved", [False, True])
def test_a_restore_that_was_decided_during_a_backup_ends_it(
    home: Path, file: Path, monkeypatch: pytest.MonkeyPatch, moved: bool
) -> None:
    """Be the database still there or moved already; what was begun of the backup goes."""
    read_log = backup._read_log

    def decided(path: Path) -> bytes | None:
        (home / "restored/replaced").mkdir(parents=True)
        if moved:
            (home / "vault.db").rename(home / "restored/replaced/vault.db")
        return read_log(path)

    monkeypatch.setattr(backup, "_read_log", decided)
    assert "A restore goes on" in refuses(ConsoleError, lambda: save(home, file))
    assert not list(file.parent.glob(f"{file.name}*"))


def test_of_two_restores_at_once_the_second_is_refused(home: Path, file: Path) -> None:
    save(home, file)
    with open_as(home, "amina") as vault:
        add_note(vault)
    refused = []

    def second(step: str, _share: float) -> None:
        if step in ("unpack", "proof", "bring up to date", "swap"):
            refused.append(refuses(VaultBusy, lambda: put_back(home, file)))

    restore_backup(home, "ines", passphrase("ines"), file, replace=True, now=NOW, progress=second)
    assert len(refused) == 4
    assert not swap.pending(home)
    assert [path.name for path in swap.kept_aside(home)] == ["replaced-2026-11-21"]
    with open_as(home, "amina") as vault:
        assert vault.conn.execute("SELECT count(*) FROM note").fetchone() == (0,)
    with open_as(swap.kept_aside(home)[0], "amina") as vault:
        assert vault.read_note(1) == CANARY


@pytest.mark.parametrize("name", ["a.backup", "vault.db.rotating", "vault.db-wal", "keys/x"])
def test_no_backup_is_written_into_the_home(home: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "link").symlink_to(home)
    before = sorted(home.rglob("*"))
    for folder in (home, tmp_path / "link", home / "keys/..", tmp_path / "x/../home"):
        assert "stick" in refuses(BadUsage, lambda folder=folder: save(home, folder / name))
    assert sorted(home.rglob("*")) == before
    with open_as(home, "amina") as vault:
        assert "backup.begun" not in [line.action for line in vault.audit_lines()]
