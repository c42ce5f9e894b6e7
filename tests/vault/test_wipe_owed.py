"""A wipe that could not be done is owed, and made up for; cut short, it loses nothing."""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from console import calls, figures
from console.calls import Contact
from console.vault import Vault, check_vault, narrative, purge, purge_store, wiping
from tests.vault.checks import add_call
from tests.vault.kills import killed_within, pace
from tests.vault.remnants import a_long_year, ago, destroyed_by, everything, pieces_left, sealed
from tests.vaults import NOW, open_as, passphrase

_ROOT = Path(__file__).parents[2]
_KILLS = int(os.environ.get("HELPLINE_KILLS", "2"))
CODED = {
    "caller": ("self",),
    "gender": ("woman",),
    "age": ("18-25",),
    "region": ("PK-PB",),
    "issue": ("threats",),
    "urgency": ("urgent",),
}


def test_a_large_file_waits_for_who_can_wait(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiping, "AT_ONCE", 0)
    with open_as(home, "amina") as vault:
        a_long_year(vault, random.Random(1), 600)
        gone = destroyed_by(vault, NOW)
        assert gone
        assert wiping.is_owed(vault)
        assert pieces_left(vault, gone) > 0
    with open_as(home, "bea") as vault:
        assert wiping.is_owed(vault)
    with open_as(home, "ines") as vault:
        assert not wiping.is_owed(vault)
        assert pieces_left(vault, gone) == 0


_KILLED = """
import os, signal, sys
from pathlib import Path
from console.vault import purge_store, wiping
from tests.vaults import open_as
wiping.AT_ONCE = 0
vault = open_as(Path(sys.argv[1]), "amina")
vault.conn.create_function("out_of_memory", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
purge_store.BUILD_ANEW = "SELECT out_of_memory()"
wiping.wipe(vault, at_once=True)
"""


def test_who_was_ended_by_a_large_wipe_gets_in_and_a_purge_does_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiping, "AT_ONCE", 0)
    with open_as(home, "amina") as vault:
        a_long_year(vault, random.Random(1), 600)
        gone = destroyed_by(vault, NOW)
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(home)], cwd=_ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    for name in ("ines", "carla"):
        with open_as(home, name) as vault:
            assert wiping.is_owed(vault)
    with open_as(home, "carla") as vault:
        assert pieces_left(vault, gone) > 0
        assert calls.purge_now(vault, figures.fold, now=NOW).wiped
        assert pieces_left(vault, gone) == 0
    with open_as(home, "amina") as vault:
        wiping.owe(vault)
    with open_as(home, "ines") as vault:
        assert not wiping.is_owed(vault)


def test_whoever_gives_up_a_large_wipe_has_it_tried_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiping, "AT_ONCE", 0)

    checkpoints = []

    def give_up() -> None:
        checkpoints.append("one before it, one after it")
        if len(checkpoints) > 1:
            raise KeyboardInterrupt

    with open_as(home, "amina") as vault:
        wiping.owe(vault)
        monkeypatch.setattr(vault, "checkpoint", give_up)
        with pytest.raises(KeyboardInterrupt):
            wiping.wipe(vault, at_once=True)
        monkeypatch.undo()
        monkeypatch.setattr(wiping, "AT_ONCE", 0)
    with open_as(home, "ines") as vault:
        assert not wiping.is_owed(vault)


def test_a_large_file_is_not_begun_without_memory_for_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(wiping, "AT_ONCE", 0)
    memory = tmp_path / "meminfo"
    monkeypatch.setattr(wiping, "_MEMORY", memory)
    with open_as(home, "amina") as vault:
        wiping.owe(vault)
    needed = int(wiping.SPARE * (home / "vault.db").stat().st_size / 1024)
    memory.write_text(f"MemTotal: 99999999 kB\nMemAvailable:   {needed // 2} kB\n")
    with open_as(home, "ines") as vault:
        assert wiping.is_owed(vault)
        assert wiping.wipe(vault, at_once=True)
        wiping.owe(vault)
    memory.write_text(f"MemTotal: 99999999 kB\nMemAvailable:   {needed * 2} kB\n")
    with open_as(home, "ines") as vault:
        assert not wiping.is_owed(vault)


def test_a_vault_of_an_older_program_is_wiped_at_the_next_unlock(home: Path) -> None:
    with open_as(home, "amina") as vault:
        a_long_year(vault, random.Random(1), 600)
        before = sealed(vault)
        with vault.transaction():
            vault.conn.execute("DELETE FROM day_key WHERE day < ?", (ago(60),))
            vault.conn.execute("UPDATE note SET sealed = x'' WHERE day < ?", (ago(60),))
            vault.conn.execute("DELETE FROM setting WHERE name = 'retention.wipe_owed'")
        gone = before - sealed(vault)
        assert pieces_left(vault, gone) > 0
    with open_as(home, "bea") as vault:
        assert pieces_left(vault, gone) == 0


def taken(vault: Vault, days_ago: int, note: str = "") -> int:
    then = NOW - timedelta(days=days_ago)
    draft = replace(calls.start(vault, now=then), coded=CODED, note=note)
    return calls.finish(vault, draft, distress=2, now=then).call


def keep(vault: Vault, days_ago: int = 0, days: int = 14) -> int:
    call = taken(vault, days_ago)
    then = NOW - timedelta(days=days_ago)
    calls.keep_contact(vault, call, Contact("a number"), consent=True, days=days, now=then)
    return call


def a_return_code(vault: Vault) -> None:
    calls.give_return_code(vault, taken(vault, 100), now=NOW)


DESTROY: dict[str, tuple[Callable[[Vault], object], Callable[[Vault], object]]] = {
    "a note": (lambda v: taken(v, 100, "words"), lambda v: purge.destroy(v, now=NOW)),
    "a return code": (a_return_code, lambda v: purge.destroy(v, now=NOW)),
    "a contact, by its time": (lambda v: keep(v, 9, 5), lambda v: calls.due_contacts(v, now=NOW)),
    "a contact, by hand": (keep, lambda v: calls.destroy_contact(v, 1, now=NOW)),
    "a contact, by another": (
        keep,
        lambda v: calls.keep_contact(v, 1, Contact("another"), consent=True, now=NOW),
    ),
    "all": (
        lambda v: taken(v, 1, "words"),
        lambda v: purge.destroy_everything_sealed(v, passphrase("amina"), now=NOW),
    ),
}


@pytest.mark.parametrize("what", DESTROY)
def test_whatever_destroys_owes_a_wipe_until_it_is_done(
    home: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    prepare, destroy = DESTROY[what]
    with open_as(home, "amina") as vault:
        prepare(vault)
        assert not wiping.is_owed(vault)
        monkeypatch.setattr(purge_store, "BUILD_ANEW", "SELECT no_such_function()")
        destroy(vault)
        assert wiping.is_owed(vault)
    with open_as(home, "carla") as vault:
        assert wiping.is_owed(vault)
    report = check_vault(home, "ines", passphrase("ines"), now=NOW)
    assert report.good
    assert any(each.startswith("Pieces of what was destroyed") for each in report.notices)
    monkeypatch.undo()
    with open_as(home, "bea") as vault:
        assert not wiping.is_owed(vault)
    assert not check_vault(home, "ines", passphrase("ines"), now=NOW).notices


def test_a_purge_says_that_it_could_not_wipe(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_as(home, "amina") as vault:
        call = taken(vault, 100, "words")
    monkeypatch.setattr(purge_store, "BUILD_ANEW", "SELECT no_such_function()")
    with open_as(home, "carla") as vault:
        vault.conn.execute("UPDATE call SET period = '2024-01' WHERE id = ?", (call,))
        vault.conn.execute("INSERT INTO release VALUES ('2024-01', 1, 'rounded', '', '', '')")
        done = calls.purge_now(vault, figures.fold, now=NOW)
        assert done.folded == (("2024-01", 1),)
        assert not done.wiped
        monkeypatch.undo()
        assert calls.purge_now(vault, figures.fold, now=NOW).wiped
        assert not wiping.is_owed(vault)


def test_in_a_transaction_nothing_is_wiped_and_nothing_forgotten(home: Path) -> None:
    with open_as(home, "amina") as vault:
        with vault.transaction():
            wiping.owe(vault)
            assert not wiping.wipe(vault)
        assert wiping.is_owed(vault)
        assert wiping.wipe(vault)


# Cut short -------------------------------------------------------------------------------------

_IN_CHILD = """
import resource, signal, sys
from pathlib import Path
from console.vault import purge, wiping
from tests.vaults import NOW, open_as
wiping.AT_ONCE, at_once = 0, wiping.AT_ONCE
vault = open_as(Path(sys.argv[1]), "amina")
wiping.AT_ONCE = at_once
print("go", flush=True)
"""
_DESTROY = """
print(purge.destroy(vault, now=NOW).contacts, wiping.is_owed(vault), flush=True)
"""
_DISK = """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = vault.file.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, resource.RLIM_INFINITY))
"""
_MEMORY = """
pages = int(Path("/proc/self/statm").read_text().split()[0])
room = pages * resource.getpagesize() + (9 << 20)
resource.setrlimit(resource.RLIMIT_AS, (room, resource.RLIM_INFINITY))
held = []
try:
    while True:
        held.append(bytes(1 << 18))
except MemoryError:
    del held[-3:]
"""


def a_vault_to_wipe(home: Path) -> tuple[dict[str, list[tuple[object, ...]]], set[bytes]]:
    """Fill a vault of some megabytes with a contact that is due; return what it has, and that."""
    dice = random.Random(1)
    with open_as(home, "amina") as vault:
        with vault.transaction():
            first = add_call(vault)
            narrative.write_contact(vault, first, b"1" * 99, consent_on=ago(9), expires_on=ago(0))
            for _ in range(500):
                vault.write_note(add_call(vault), ago(0), dice.randbytes(4000).hex())
        whole = everything(vault)
        return whole, {bytes(value) for row in whole["contact"] for value in row[2:4]}


@pytest.mark.skipif(sys.platform != "linux", reason="limits as Linux has them")
@pytest.mark.parametrize("limit", [_DISK, _MEMORY], ids=["disk", "memory"])
def test_without_room_to_wipe_it_is_destroyed_all_the_same_and_wiped_later(
    home: Path, limit: str
) -> None:
    whole, gone = a_vault_to_wipe(home)
    script = _IN_CHILD + limit + _DESTROY + "vault.close()"
    done = subprocess.run(
        [sys.executable, "-c", script, str(home)], capture_output=True, text=True, cwd=_ROOT
    )
    assert (done.returncode, done.stdout) == (0, "go\n1 True\n"), done.stderr
    assert gone
    with open_as(home, "amina") as vault:
        assert everything(vault) == {**whole, "contact": []}
        assert not wiping.is_owed(vault)
        assert pieces_left(vault, gone) == 0


def test_a_kill_while_the_file_is_built_anew_loses_nothing_and_leaves_nothing(
    home: Path, tmp_path: Path
) -> None:
    whole, gone = a_vault_to_wipe(home)
    shutil.copytree(home, tmp_path / "paced")
    script = _IN_CHILD + _DESTROY + "sys.stdin.read()"
    early, wiped, seconds = 0, 0, 1.2 * pace(script, tmp_path / "paced")
    for number in range(_KILLS):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(home, copy)
        done = killed_within(seconds, script, copy)[1:]
        with open_as(copy, "amina") as vault:
            assert done in ([], ["1 False"])
            wiped += bool(done)
            left = everything(vault)
            before = left == whole
            early += before
            assert (before and not done) or left == {**whole, "contact": []}
            assert vault.audit_broken_at() is None
            assert vault.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert not wiping.is_owed(vault)
            assert before or pieces_left(vault, gone) == 0
        shutil.rmtree(copy)
    print(
        f"wiping: {_KILLS} kills, {early} before it, {wiped} after its end; "
        "nothing lost, nothing left"
    )
