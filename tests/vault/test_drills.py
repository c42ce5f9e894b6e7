"""What can happen to a workstation, drilled: nothing committed is lost, nothing wrong is silent.

HELPLINE_KILLS sets how often; each drill prints its figures (`pytest -s`).
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from console import language
from console.errors import CannotUnlock, ConsoleError, VaultDamaged
from console.tui import themes
from console.vault import (
    CheckReport,
    Vault,
    back_up,
    check,
    opening,
    slips,
    trouble,
)
from console.vault.identity import Identity, MemberFile
from console.vault.lock import Lock
from tests.vault.checks import CANARY, DAY, add_note, refuses
from tests.vaults import NOW, open_as, passphrase

_ROOT = Path(__file__).parents[2]
_COUNT = int(os.environ.get("HELPLINE_KILLS", "20"))
_FEW = max(3, _COUNT // 5)
Content = dict[str, object]


def identity(home: Path, name: str) -> Identity:
    """Return a member's keys, so that a drill derives them from the passphrase once."""
    me = MemberFile.read(home / f"keys/members/{name}.json").open(passphrase(name))
    assert me
    return me


def enter(home: Path, me: Identity) -> Vault:
    """Unlock without asking for the passphrase again."""
    return opening.enter(home, me, now=NOW)


def everything(home: Path, me: Identity) -> Content:
    """Return what is in a vault: rows as they are, notes and drafts as an operator reads them."""
    with enter(home, me) as vault, trouble():
        tables = (
            "call", "call_mention", "setting", "member", "code", "service", "release_cell", "draft"
        )  # fmt: skip
        content: Content = {
            table: vault.conn.execute(f"SELECT * FROM {table}").fetchall() for table in tables
        }
        notes = vault.db.execute("SELECT call, revision FROM note").fetchall()
        content["notes"] = [vault.read_note(*row) for row in notes]
        content["drafts"] = vault.read_drafts()
        content["trail"] = vault.audit_lines()
        assert vault.audit_broken_at() is None
        return content


def filled(home: Path, notes: int = 12) -> None:
    with open_as(home, "amina") as vault:
        for number in range(notes):
            add_note(vault, f"{CANARY} {number} " + "long " * 900)


# Damage ----------------------------------------------------------------------------------------


def test_a_flipped_bit_anywhere_is_named_or_changes_nothing(home: Path):
    """In the database, its log and every key file, read as a console does."""
    filled(home)
    me = identity(home, "amina")
    vault = enter(home, me)
    vault.audit("card.changed", "closing", now=NOW)
    # As a power cut leaves it: with a log.
    log = (home / "vault.db-wal").read_bytes()
    database = (home / "vault.db").read_bytes()
    vault.close()
    expected = everything(home, me)
    files = [p for p in home.rglob("*") if p.is_file() and p.name not in ("lock", "vault.db-wal")]
    figures: Counter[str] = Counter()
    for path in [*sorted(files), home / "vault.db-wal"]:
        good = path.read_bytes() if path.exists() else b""
        cut = path.name == "vault.db-wal"
        for _ in range(_COUNT if path.name.startswith("vault.db") else _FEW):
            if cut:
                (home / "vault.db").write_bytes(database)
            content = bytearray(log if cut else good)
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)
            path.write_bytes(content)
            figures["flipped"] += 1
            try:
                found = everything(home, me)
            except ConsoleError as error:
                assert "\n" not in str(error)
                assert isinstance(error, VaultDamaged | CannotUnlock), error
                figures["named"] += 1
            else:
                if cut:
                    # A damaged log is one that ends before the damage: the last line may be gone.
                    lines = found.pop("trail")
                    assert lines == expected["trail"] or lines == expected["trail"][:-1]
                    assert found == {k: v for k, v in expected.items() if k != "trail"}
                else:
                    assert found == expected, path.name
                figures["without effect"] += 1
            for log_file in home.glob("vault.db-*"):
                log_file.unlink()
            if not cut:
                path.write_bytes(good)
    print(f"one bit flipped: {dict(figures)}, silently wrong: 0")
    assert figures["named"]


def test_a_flipped_bit_in_every_kind_of_file_is_named_by_the_check(home: Path, file: Path):
    """In every file that a home can hold, looked at as `vault check` does it for a note holder.

    HELPLINE_KILLS=2500 flips 500 bits of each. Four kinds have no digest, so that a flip may go
    unnoticed: `attempts`, where it changes how long somebody waits or how many tries the trail
    hears of (who can write the home can delete it too), `lock`, where only the system's lock
    counts, and `language` and `theme`, which change how the console looks. In those no flip may
    disturb anything else. Two are drilled elsewhere: the log `vault.db-wal` above, which ends
    where it is damaged, as after a power cut; and backups in `test_restore.py`, for which a home is
    no place. A folder `replaced-DAY` is a home of its own, with the same kinds of files.
    """
    filled(home, 2)
    for name in ("amina", "bea"):
        open_as(home, name).close()
    with open_as(home, "amina"):
        back_up(home, "ines", passphrase("ines"), file, now=NOW)
    refuses(CannotUnlock, lambda: open_as_wrong(home, NOW))
    language.remember(home, "es")
    themes.choose(home, themes.THEMES[0].name)
    me = identity(home, "bea")
    assert looked_at(home, me).good
    paths = sorted(path for path in home.rglob("*") if path.is_file())
    names = {path.relative_to(home).as_posix() for path in paths}
    (slip,) = (name for name in names if name.startswith("keys/slips/"))
    loose = {"keys/attempts", "keys/lock", "language", "theme"}
    members = {f"keys/members/{name}.json" for name in ("amina", "bea", "carla", "ines")}
    assert names == loose | members | {
        "vault.db", "keys/keyring.json", "keys/keyring.prev.json", "keys/roster.json",
        "keys/pins/amina.json", "keys/pins/bea.json", slip,
    }  # fmt: skip
    figures: Counter[str] = Counter()
    for path in paths:
        good, name = path.read_bytes(), path.relative_to(home).as_posix()
        for _ in range(_FEW):
            content = bytearray(good)
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)
            path.write_bytes(content)
            report = looked_at(home, me)
            named = any(path.name in each.problem for each in report.findings)
            figures["named" if named else "without effect"] += 1
            assert named or (name in loose and report.good), (name, report)
            if name == slip:
                with enter(home, me) as vault:
                    told = slips.found(vault)
                    assert told
                    assert told.proven == ()
            assert language.remembered(home) in (None, "es")
            assert themes.chosen(home) in (None, themes.THEMES[0].name)
            path.write_bytes(good)
    print(f"one bit flipped in each of {len(paths)} files: {dict(figures)}, silently wrong: 0")
    assert looked_at(home, me).good


def looked_at(home: Path, me: Identity) -> CheckReport:
    """Check without asking for the passphrase again."""
    lock = Lock.take(home / "keys", me.public.name, now=NOW)
    try:
        return check.look(home, lock, me)
    finally:
        lock.release()


def test_a_flipped_bit_in_a_key_file_is_named_by_the_front_door(home: Path):
    """Through the unlock itself, passphrase and all, in every key file that there is."""
    for name in ("amina", "bea"):
        open_as(home, name).close()
    keys, figures = home / "keys", Counter[str]()
    needed = {"members/amina.json", "keyring.json", "roster.json", "pins/amina.json"}
    paths = sorted(keys.rglob("*.json"))
    for path in paths:
        name, good = path.relative_to(keys).as_posix(), path.read_bytes()
        for _ in range(max(2, _COUNT // 10)):
            content = bytearray(good)
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)
            path.write_bytes(content)
            try:
                open_as(home, "amina").close()
            except ConsoleError as error:
                assert path.name in str(error)
                figures["named"] += 1
            else:
                assert name not in needed
                figures["not needed by who logs in"] += 1
            path.write_bytes(good)
    print(f"one bit flipped in {len(paths)} key files, at the unlock: {dict(figures)}, silent: 0")
    open_as(home, "amina").close()


def open_as_wrong(home: Path, now: object) -> None:
    from console.vault import unlock

    unlock(home, "amina", "lanterns seven paint quietly amina", now=now)


# Disks -----------------------------------------------------------------------------------------


def _in_child(limit: int | None, work: Callable[[], None]) -> str:
    """Run ``work`` in a child whose files cannot grow beyond ``limit`` bytes; say how it ended."""
    import resource

    child = os.fork()
    if child == 0:
        code = 99
        try:
            if limit is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            work()
            code = 0
        except ConsoleError as error:
            code = 10 if "\n" not in str(error) else 98
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return {0: "done", 10: "told"}.get(os.waitstatus_to_exitcode(status), "broken")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_disk_that_is_full_at_any_write_loses_nothing(home: Path, tmp_path: Path):
    filled(home, 3)
    me, her = identity(home, "ines"), identity(home, "amina")
    expected = everything(home, her)["notes"]
    size = (home / "vault.db").stat().st_size

    def unlock() -> None:
        enter(home, her).close()

    def save() -> None:
        with enter(home, her) as vault:
            vault.write_draft(1, b"typed" * 3000, now=NOW)

    def note() -> None:
        with enter(home, her) as vault, vault.transaction():
            vault.write_note(1, DAY, CANARY * 500)

    def rotate() -> None:
        with enter(home, me) as vault:
            vault.rotate(now=NOW)

    def take_backup() -> None:
        shutil.rmtree(tmp_path / "stick", ignore_errors=True)
        (tmp_path / "stick").mkdir()
        back_up(home, "ines", passphrase("ines"), tmp_path / "stick/backup", now=NOW)

    figures: Counter[str] = Counter()
    for work in (unlock, save, note, rotate, take_backup):
        for _ in range(_FEW):
            share = random.random()
            limit = random.choice([int(share * 8000), int(share * size * 1.2)])
            end = _in_child(limit, work)
            assert end != "broken", (work.__name__, limit)
            figures[end] += 1
            found = everything(home, her)["notes"]
            assert found[:1] == expected[:1]
            assert set(expected) <= {*found}
            stick = tmp_path / "stick/backup"
            if end == "told" and work is take_backup:
                assert not stick.exists()
    print(f"disk full during unlock, save, note, rotation, backup: {dict(figures)}, lost: 0")
    assert figures["told"]
    assert _in_child(None, save) == "done"


@pytest.mark.skipif(sys.platform != "linux", reason="needs a mount of its own")
def test_a_home_that_cannot_be_written_says_so(home: Path):
    if os.geteuid() == 0:
        mounted = subprocess.run(
            ["unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" '
             '&& exec "$@"', str(home), sys.executable, "-c", _READ_ONLY, str(home)],
            capture_output=True, text=True, cwd=_ROOT, check=False,
        )  # fmt: skip
        answer = mounted.stdout or mounted.stderr
    else:
        for folder in (home, home / "keys"):
            folder.chmod(0o500)
        (home / "keys/lock").chmod(0o400)
        answer = subprocess.run(
            [sys.executable, "-c", _READ_ONLY, str(home)],
            capture_output=True, text=True, cwd=_ROOT, check=False,
        ).stdout  # fmt: skip
    assert "ConsoleError" in answer, answer
    assert "access to the home folder" in answer


_READ_ONLY = """
import sys
from pathlib import Path
from console.errors import ConsoleError
from tests.vaults import open_as
try:
    open_as(Path(sys.argv[1]), 'amina')
except ConsoleError as error:
    print(type(error).__name__, error)
"""


def test_what_a_lock_file_holds_is_nobodys_secret(home: Path):
    with open_as(home, "amina"):
        holder = json.loads((home / "keys/lock").read_bytes())
    assert set(holder) == {"member", "pid", "host", "since"}
