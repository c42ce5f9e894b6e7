"""After an emergency the notes' key of before is gone too, and the line takes calls again."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from console import calls
from console.errors import Refused
from console.vault import Vault, check_vault, prove_kit, purge
from console.vault.notekeys import NoteKeys
from tests.vault import kits, reference
from tests.vault.checks import CANARY, DAY, add_note, refuses
from tests.vault.kills import Rotator, killed_at
from tests.vaults import NOW, open_as, passphrase

_KILLS = int(os.environ.get("HELPLINE_KILLS", "6"))


def slots(vault: Vault) -> dict[int, list[bytes]]:
    """What seals the notes' key to members and to the kit, by generation."""
    found: dict[int, list[bytes]] = {}
    for table in ("note_key", "kit_note_key"):
        for generation, sealed in vault.conn.execute(f"SELECT generation, sealed FROM {table}"):
            found.setdefault(generation, []).append(bytes(sealed))
    return found


def strike(vault: Vault) -> purge.Emergency:
    name = vault.member.name
    return purge.destroy_everything_sealed(vault, passphrase(name), now=NOW)


def takes_calls(home: Path, name: str) -> None:
    """Take a call with a note as `name`, who holds notes, and read it again."""
    with open_as(home, name) as vault:
        draft = replace(calls.start(vault, now=NOW), note="after it")
        calls.save(vault, draft, now=NOW)
        with vault.transaction():
            vault.write_note(draft.call, DAY, "after it")
        vault.drop_draft(draft.call)
        assert vault.read_note(draft.call) == "after it"
        assert list(slots(vault)) == [2]


def problems(home: Path) -> list[str]:
    """What the check finds that is wrong, as a note holder runs it."""
    report = check_vault(home, "bea", passphrase("bea"), now=NOW)
    return [each.problem for each in report.findings]


def opens(notes: NoteKeys, vault: Vault) -> int:
    """How many keys of days these notes' keys open."""
    rows = vault.conn.execute("SELECT day, generation, sealed FROM day_key").fetchall()
    return sum(notes.open_day(*row) is not None for row in rows)


def test_the_key_of_before_is_in_no_page_and_opens_nothing_that_comes_after(tmp_path: Path) -> None:
    kept = kits.template()
    home = tmp_path / "home"
    shutil.copytree(kept.home, home)
    with open_as(home, "amina") as vault:
        old, before = vault.notes, slots(vault)
        assert old
        assert opens(old, vault) == 1
        assert [len(sealed) for sealed in before.values()] == [3]
        strike(vault)
        assert list(slots(vault)) == [2]
        assert vault.notes
        assert vault.notes.generations == {2}
        image = reference.image(vault.file.read_bytes(), vault.raw.key)
        # An overflowing row is spread over pages; the end of each is in one.
        assert not any(sealed[-48:] in image for sealed in before[1])
        assert all(sealed[-48:] in image for sealed in slots(vault)[2])
    for name in ("bea", "amina"):
        takes_calls(home, name)
    with open_as(home, "bea") as vault:
        assert opens(old, vault) == 0
    proof = prove_kit(home, kept.kit.shares[:3], now=NOW)
    assert (proof.note_generation, proof.days) == (2, 1)


def test_after_a_coordinators_emergency_the_next_note_holder_makes_the_key(home: Path) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
        old = vault.notes
        assert old
    with open_as(home, "carla") as vault:
        strike(vault)
        assert list(slots(vault)) == [1]
    # Nobody else can, and nobody is kept out by that.
    open_as(home, "ines").close()
    takes_calls(home, "bea")
    takes_calls(home, "amina")
    with open_as(home, "carla") as vault:
        assert opens(old, vault) == 0
        actors = [line.actor for line in vault.audit_lines() if line.action == "notes.rekeyed"]
        assert actors == ["bea"]


def test_what_the_log_held_is_overwritten_before_the_file_system_gets_it_back(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed, seen = tmp_path / "crashed", []
    with open_as(home, "amina") as vault:
        call = add_note(vault)
        empty = vault.empty_log

        def watched() -> None:
            log = (home / "vault.db-wal").read_bytes()
            assert set(log) == {0}
            seen.append(len(log))
            shutil.rmtree(crashed, ignore_errors=True)
            shutil.copytree(home, crashed)
            empty()

        monkeypatch.setattr(vault, "empty_log", watched)
        strike(vault)
        monkeypatch.undo()
        assert len(seen) == 2
        after = add_note(vault, "goes on")
    # A power cut right then leaves the emergency done.
    with open_as(crashed, "bea") as vault:
        assert vault.audit_broken_at() is None
        assert vault.read_note(call) == ""
        assert vault.conn.execute("SELECT count(*) FROM day_key").fetchone() == (0,)
    with open_as(home, "bea") as vault:
        assert vault.read_note(after) == "goes on"


_FULL = """
import resource, signal, sys
from pathlib import Path
from console.vault import purge
from tests.vaults import NOW, open_as, passphrase
vault = open_as(Path(sys.argv[1]), "amina")
vault.checkpoint()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
print(purge.destroy_everything_sealed(vault, passphrase("amina"), now=NOW).notes)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_full_disk_takes_the_keys_and_leaves_noise(home: Path) -> None:
    with open_as(home, "amina") as vault:
        noted = [add_note(vault, CANARY + "long " * 900) for _ in range(40)]
        with vault.transaction():
            vault.conn.execute("DELETE FROM draft")
            vault.conn.execute("UPDATE call SET period = '2026-11'")
    answer = subprocess.run(
        [sys.executable, "-c", _FULL, str(home)],
        capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False,
    )  # fmt: skip
    assert answer.stdout == "40\n", answer.stderr
    with open_as(home, "bea") as vault:
        assert vault.conn.execute("SELECT count(*) FROM day_key").fetchone() == (0,)
        assert vault.conn.execute(
            "SELECT count(*) FROM note WHERE length(sealed) > 0"
        ).fetchone() == (40,)
        for call in noted[:2]:
            refuses(Refused, lambda call=call: vault.read_note(call))
    assert problems(home) == []
    takes_calls(home, "amina")
    # On the same day, under another key of it: what was destroyed is that, and not damaged.
    assert problems(home) == []
    with open_as(home, "bea") as vault:
        for call in noted:
            refuses(Refused, lambda call=call: vault.read_note(call))


def test_an_emergency_killed_at_any_touch_shuts_nobody_out(tmp_path: Path) -> None:
    kept = kits.template()
    home = tmp_path / "home"
    rotator = Rotator(home, kept.people["amina"])
    point, done, figures = 0, False, {"whole": 0, "not begun": 0}
    while not done:
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(kept.home, home)
        done = not killed_at(point, rotator, lambda vault, _tell: strike(vault))
        for name in ("bea", "amina"):
            with kits.open_with(home, kept.people[name]) as vault:
                assert vault.audit_broken_at() is None
                struck = vault.audit_lines()[-1].action != "kit.made"
        if struck:
            takes_calls(home, "bea")
            assert prove_kit(home, kept.kit.shares[:3], now=NOW).note_generation == 2
        else:
            with open_as(home, "bea") as vault:
                assert vault.read_note(1) == CANARY
        figures["whole" if struck else "not begun"] += 1
        point += max(1, 6 // _KILLS)
    print(f"emergency killed at {point} touches: {figures}")
    assert figures["whole"] > 1
    assert figures["not begun"] > 1
