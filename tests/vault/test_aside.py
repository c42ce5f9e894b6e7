"""Vaults that are left beside the one that counts: cleared, named, and destroyed with its notes."""

import os
import shutil
import signal
from datetime import date, timedelta
from pathlib import Path

import pytest

from console import calls, figures
from console.errors import CannotUnlock, ConsoleError
from console.vault import check_vault, purge, restore_backup, swap
from tests.vault.checks import CANARY, add_note, refuses
from tests.vault.test_backup import put_back, save
from tests.vaults import NOW, open_as, passphrase

DAY = NOW.date()


@pytest.fixture
def aside(home: Path, file: Path) -> Path:
    """A vault with a note that a restore replaced; the restored one has none."""
    save(home, file)
    with open_as(home, "amina") as vault:
        add_note(vault)
    put_back(home, file, replace=True)
    [folder] = swap.kept_aside(home)
    with open_as(folder, "amina") as vault:
        assert vault.read_note(1) == CANARY
    return folder


def log_in(home: Path, *days: int) -> None:
    for day in days:
        open_as(home, "carla", now=NOW + timedelta(days=day)).close()


def strike(home: Path, name: str = "carla") -> purge.Emergency:
    with open_as(home, name) as vault:
        planned = purge.in_emergency(vault)
        done = purge.destroy_everything_sealed(vault, passphrase(name), now=NOW)
        assert (planned.aside, planned.left) == (done.aside, ())
    return done


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process that can be forked")
def test_what_a_killed_restore_left_is_named_and_goes_at_the_next_login(
    home: Path, file: Path
) -> None:
    save(home, file)
    child = os.fork()
    if child == 0:

        def tell(step: str, _share: float) -> None:
            if step == "swap":
                os.kill(os.getpid(), signal.SIGKILL)

        secret = passphrase("ines")
        try:
            restore_backup(home, "ines", secret, file, replace=True, now=NOW, progress=tell)
        finally:
            # Never back into the test run that this process is a copy of.
            os._exit(1)
    os.waitpid(child, 0)
    assert swap.staging(home).is_dir()
    notices = check_vault(home, "ines", passphrase("ines"), now=NOW).notices
    assert any(each.startswith("restoring was left by a restore") for each in notices)
    open_as(home, "carla").close()
    assert not swap.staging(home).exists()


def test_what_cannot_be_cleared_keeps_nobody_out(home: Path) -> None:
    swap.staging(home).touch()
    refuses(ConsoleError, lambda: swap.clear(home))
    open_as(home, "amina").close()


def test_an_emergency_destroys_every_vault_in_the_home(home: Path, aside: Path) -> None:
    shutil.copytree(aside, home / "replaced-by hand")
    with open_as(home, "amina") as vault:
        # Left while somebody is in, as by a restore on another system.
        shutil.copytree(aside, swap.staging(home))
        done = purge.destroy_everything_sealed(vault, passphrase("amina"), now=NOW)
        trail = [(line.action, line.subject) for line in vault.audit_lines()]
    assert (done.aside, done.left) == (2, ())
    assert ("notes.destroyed", "all: 0 days, 0 notes, 0 open calls, 2 vaults put aside") in trail
    assert sorted(path.name for path in home.iterdir() if path.is_dir()) == ["keys"]


def test_key_files_go_first_and_are_written_over(
    home: Path, aside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the disk does not let go of a vault opens with nothing; another name shows the bytes."""
    again = home / "replaced-again"
    shutil.copytree(aside, again)
    before = {}
    for folder in (aside, again):
        for path in (folder / "keys").rglob("*.json"):
            link = tmp_path / f"{len(before)}"
            os.link(path, link)
            before[link] = path.read_bytes()
    assert len(before) >= 10
    monkeypatch.setattr(shutil, "rmtree", lambda *_args, **_options: None)
    done = strike(home)
    monkeypatch.undo()
    assert done.left == ("replaced-2026-11-21", "replaced-again")
    for link, content in before.items():
        assert len(link.read_bytes()) == len(content)
        assert link.read_bytes() != content
    for folder in (aside, again):
        assert (folder / "vault.db").exists()
        assert not [path for path in (folder / "keys").rglob("*") if path.is_file()]
        refuses(CannotUnlock, lambda f=folder: open_as(f, "amina"))


def test_the_vault_that_counts_is_destroyed_before_those_aside(
    home: Path, aside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
    with open_as(home, "carla") as vault:
        destroy_all, keys = swap.destroy_all, []

        def watched(place: Path) -> tuple[str, ...]:
            keys.extend(vault.conn.execute("SELECT count(*) FROM day_key").fetchone())
            return destroy_all(place)

        monkeypatch.setattr(swap, "destroy_all", watched)
        purge.destroy_everything_sealed(vault, passphrase("carla"), now=NOW)
    assert keys == [0]
    assert not aside.exists()


def test_where_the_vault_that_counts_cannot_be_written_to_those_aside_go_all_the_same(
    home: Path, aside: Path
) -> None:
    with open_as(home, "carla") as vault:
        vault.conn.execute("PRAGMA query_only = ON")
        refuses(
            ConsoleError,
            lambda: purge.destroy_everything_sealed(vault, passphrase("carla"), now=NOW),
        )
    assert not aside.exists()


def test_no_link_leads_an_emergency_out_of_the_home(
    home: Path, aside: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    (mine / "keys").mkdir(parents=True)
    (mine / "keys/letter.json").write_text("dear")
    (home / "replaced-elsewhere").symlink_to(mine)
    (aside / "keys/elsewhere").symlink_to(mine / "keys")
    (aside / "keys/letter.json").symlink_to(mine / "keys/letter.json")
    assert strike(home).aside == 1
    assert not aside.exists()
    assert (mine / "keys/letter.json").read_text() == "dear"


def test_retention_destroys_a_vault_put_aside_once_notes_of_its_day_are_due(
    home: Path, aside: Path
) -> None:
    (home / "replaced-by hand").mkdir()
    log_in(home, *range(10, 90, 10), 89)
    assert aside.is_dir()
    now = NOW + timedelta(days=90)
    with open_as(home, "carla", now=now) as vault:
        assert vault.purged
        assert (vault.purged.aside, vault.purged.anything) == (1, True)
        assert ("aside.destroyed", "1 vaults") in [
            (line.action, line.subject) for line in vault.audit_lines()
        ]
    assert not aside.exists()
    # It says no day, so nobody knows when its notes are due.
    assert (home / "replaced-by hand").is_dir()


def test_the_trail_counts_the_vaults_that_really_went(
    home: Path, aside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Day after day while the disk holds on to one of them."""
    remove, told = shutil.rmtree, []
    monkeypatch.setattr(
        shutil, "rmtree", lambda at, **options: None if at == aside else remove(at, **options)
    )
    shutil.copytree(aside, home / f"{aside.name}-2")
    log_in(home, *range(10, 90, 10))
    for day in (90, 91, 92):
        if day == 92:
            monkeypatch.undo()
        with open_as(home, "carla", now=NOW + timedelta(days=day)) as vault:
            assert vault.purged
            lines = [each.subject for each in vault.audit_lines() if each.action[:5] == "aside"]
            told.append((vault.purged.aside, lines))
        assert aside.exists() == (day < 92)
    assert told == [(1, ["1 vaults"]), (0, ["1 vaults"]), (1, ["1 vaults", "1 vaults"])]


def test_a_clock_far_ahead_destroys_no_vault_put_aside(home: Path, aside: Path) -> None:
    now = NOW + timedelta(days=3650)
    with open_as(home, "carla", now=now) as vault:
        assert purge.is_held(vault, now=now)
        assert aside.is_dir()
        assert calls.purge_plan(vault, now=now).sealed.aside == 1
        assert calls.purge_now(vault, figures.fold, now=now).sealed.aside == 1
    assert not aside.exists()


def test_a_clock_that_is_behind_puts_no_vault_aside_that_is_due_at_once(
    home: Path, file: Path
) -> None:
    save(home, file)
    log_in(home, 13, 25)
    now = NOW - timedelta(days=3650)
    report = restore_backup(home, "ines", passphrase("ines"), file, replace=True, now=now)
    assert report.aside == f"replaced-{DAY + timedelta(days=25)}"


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("replaced-2026-11-21", "2026-11-21"),
        ("replaced-2026-11-21-17", "2026-11-21"),
        ("replaced-2026-11-21-old", None),
        ("replaced-", None),
    ],
)
def test_a_folder_says_since_when_it_is_aside(name: str, day: str | None) -> None:
    assert swap.put_aside_on(Path("home", name)) == day
    assert day is None or date.fromisoformat(day)
