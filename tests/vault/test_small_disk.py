"""A real disk that is full: a small tmpfs with the home on it, and less and less room left.

Needs root and Linux, so it runs only when asked for: `HELPLINE_TMPFS=1 pytest -s` with this file.
Each work runs in a child; what the child has said was kept must be there afterwards, while the disk
is full still, and the vault must open then too.
"""

import csv
import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from console import calls
from console.errors import ConsoleError
from console.vault import back_up, purge, restore_backup
from console.vault.identity import Identity
from tests.vault.test_drills import enter, identity
from tests.vaults import NOW, make_vault, open_as, passphrase

pytestmark = pytest.mark.skipif(
    "HELPLINE_TMPFS" not in os.environ or getattr(os, "geteuid", lambda: 1)() != 0,
    reason="set HELPLINE_TMPFS=1 and be root: it mounts a disk of its own",
)
ROOM = (0, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048)
"""KiB that are left on the disk."""

OLD = NOW - timedelta(days=100)
WORDS = "what she said " * 150
CODED = {
    "caller": ("self",),
    "gender": ("woman",),
    "age": ("18-25",),
    "region": ("PK-PB",),
    "issue": ("threats",),
    "urgency": ("urgent",),
}
Say = Callable[[str], None]
Work = Callable[[Path, Identity, Identity, Say], None]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    size = "size=16m,mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def typing(home: Path, her: Identity, _it: Identity, say: Say) -> None:
    with enter(home, her) as vault:
        draft = calls.start(vault, now=NOW)
        for words in range(1, 60):
            calls.save(vault, replace(draft, note=WORDS * words), now=NOW)
            say(f"{draft.call} {words}")


def finishing(home: Path, her: Identity, _it: Identity, say: Say) -> None:
    with enter(home, her) as vault:
        for number in range(1, 40):
            draft = calls.start(vault, now=NOW)
            draft = replace(draft, coded=CODED, note=f"{number} {WORDS}")
            call = calls.finish(vault, draft, distress=2, now=NOW).call
            say(f"{call} {number}")


def rotation(home: Path, _her: Identity, it: Identity, say: Say) -> None:
    with enter(home, it) as vault:
        say(str(vault.rotate(now=NOW).epoch))


def purging(home: Path, her: Identity, _it: Identity, say: Say) -> None:
    with enter(home, her) as vault:
        say(str(purge.destroy(vault, now=NOW).notes))


def emergency(home: Path, her: Identity, _it: Identity, say: Say) -> None:
    with enter(home, her) as vault:
        purge.destroy_everything_sealed(vault, passphrase("amina"), now=NOW)
        say("gone")


def backup(home: Path, _her: Identity, _it: Identity, say: Say) -> None:
    back_up(home, "ines", passphrase("ines"), home.parent / "stick", now=NOW)
    say("made")


def restoring(home: Path, _her: Identity, _it: Identity, say: Say) -> None:
    old = home.parents[1] / "old.backup"
    restore_backup(home, "ines", passphrase("ines"), old, replace=True, now=NOW)
    say("restored")


def importing(home: Path, her: Identity, _it: Identity, say: Say) -> None:
    folder = home.parents[1]
    with enter(home, her) as vault:
        report = calls.import_calls(vault, folder / "calls.csv", folder / "map.toml", now=NOW)
        say(str(report.rows))


def logging_in(home: Path, _her: Identity, _it: Identity, say: Say) -> None:
    for hour in range(12):
        open_as(home, "amina", now=NOW + timedelta(hours=hour)).close()
        say(str(hour))


def in_child(work: Callable[[Say], None]) -> tuple[str, list[str]]:
    """Run ``work`` in a child; return how it ended and what it said was kept."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            os.close(reading)
            work(lambda word: os.write(writing, f"{word}\n".encode()) and None)
            code = 0
        except ConsoleError as error:
            code = 10 if "\n" not in str(error) else 98
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read().splitlines()
    _, status = os.waitpid(child, 0)
    return {0: "done", 10: "told"}.get(os.waitstatus_to_exitcode(status), "broken"), said


def fill_up(disk: Path, room: int) -> None:
    """Leave ``room`` bytes on the disk."""
    left = os.statvfs(disk)
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, left.f_bavail * left.f_frsize - room))


def content(home: Path, her: Identity) -> dict[str, object]:
    """Return what she can read: calls, notes, the draft; the trail and the pages are whole."""
    with enter(home, her) as vault:
        assert vault.audit_broken_at() is None
        assert vault.conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        # Without the key of its day a note is noise.
        notes = vault.conn.execute(
            "SELECT call FROM note WHERE length(sealed) > 0 AND day IN (SELECT day FROM day_key)"
        ).fetchall()
        return {
            "calls": vault.conn.execute("SELECT id FROM call WHERE period NOT NULL").fetchall(),
            "notes": {call: vault.read_note(call) for (call,) in notes},
            "drafts": {call: json_note(payload) for call, payload, _ in vault.read_drafts()},
            "epoch": vault.epoch,
            "restored": [line.action for line in vault.audit_lines()].count("vault.restored"),
        }


def json_note(payload: bytes) -> str:
    return str(json.loads(payload)["note"])


def keeps(name: str, before: dict[str, object], after: dict[str, object], said: list[str]) -> bool:
    """Return whether all is there that was there before, or that the child said was kept."""
    old, new = before["notes"], after["notes"]
    assert isinstance(old, dict)
    assert isinstance(new, dict)
    if name in ("purging", "emergency"):
        gone = {call for call in old if call not in new}
        due = set(old) if name == "emergency" else {call for call in old if "old" in old[call]}
        return gone == due if said else gone in (set(), due)
    if name == "restoring":
        # The backup was made before the newest note. Nobody has looked at retention for longer
        # than a month, so that what is due waits for a coordinator.
        restored = after["restored"] == 1
        left = {call: note for call, note in old.items() if note != "newest"}
        return new == (left if restored else old) and (restored or not said)
    kept = all(new.get(call) == note for call, note in old.items())
    if name == "typing" and said:
        call, words = said[-1].split()
        drafts = after["drafts"]
        assert isinstance(drafts, dict)
        return kept and len(drafts[int(call)]) >= len((WORDS * int(words)).rstrip())
    if name == "finishing":
        pairs = [line.split() for line in said]
        return kept and all(new[int(call)].startswith(f"{n} ") for call, n in pairs)
    if name == "importing":
        calls_before, calls_after = before["calls"], after["calls"]
        assert isinstance(calls_before, list)
        assert isinstance(calls_after, list)
        added = len(calls_after) - len(calls_before)
        return kept and added == (int(said[0]) if said else 0)
    return kept and (name != "rotation" or not said or after["epoch"] == 2)


def a_vault(folder: Path) -> None:
    """Make a vault of old and new notes, a backup of it as it was, and a file to import."""
    home = folder / "pristine"
    make_vault(home)
    for now, kind in ((OLD, "old"), (NOW, "new")):
        with open_as(home, "amina", now=now) as vault:
            for number in range(20):
                draft = calls.start(vault, now=now)
                draft = replace(draft, coded=CODED, note=f"{kind} {number} {WORDS}")
                calls.finish(vault, draft, distress=2, now=now)
    with open_as(home, "ines", now=OLD):
        back_up(home, "ines", passphrase("ines"), folder / "old.backup", now=OLD)
    with enter(home, identity(home, "amina")) as vault:
        draft = replace(calls.start(vault, now=NOW), coded=CODED, note="newest")
        calls.finish(vault, draft, distress=2, now=NOW)
    with (folder / "calls.csv").open("w", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(["day", "hour", "caller", "note"])
        writer.writerows([["01/03/2020", "9", "self", f"{n} {WORDS}"] for n in range(60)])
    (folder / "map.toml").write_text(
        '[day]\ncolumn = "day"\nformat = "%d/%m/%Y"\n[hour]\ncolumn = "hour"\n'
        '[map.caller]\ncolumn = "caller"\nvalues = { "self" = "self" }\n[note]\ncolumn = "note"\n'
    )


@pytest.mark.parametrize(
    "work",
    [logging_in, typing, finishing, rotation, purging, emergency, backup, restoring, importing],
    ids=lambda work: work.__name__,
)
def test_a_small_disk_that_is_full_loses_nothing(tmp_path: Path, disk: Path, work: Work) -> None:
    a_vault(tmp_path)
    home, pristine = disk / "home", tmp_path / "pristine"
    her, it = identity(pristine, "amina"), identity(pristine, "ines")
    before = content(pristine, her)
    figures: Counter[str] = Counter()
    acknowledged = 0
    for room in ROOM:
        for path in disk.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(pristine, home)
        fill_up(disk, room * 1024)
        end, said = in_child(lambda say: work(home, her, it, say))
        figures[end] += 1
        acknowledged += len(said)
        assert end != "broken", (room, said)
        # It opens with the disk still as full as the work has left it, or says why it does not.
        with suppress(ConsoleError):
            after = content(home, her)
            figures["opened while full"] += 1
            assert keeps(work.__name__, before, after, said), (room, end, said)
        (disk / "ballast").unlink()
        open_as(home, "ines").close()
        after = content(home, her)
        figures["opened"] += 1
        assert keeps(work.__name__, before, after, said), (room, end, said)
        if work is backup:
            assert (disk / "stick").exists() == (end == "done")
            assert not (disk / "stick.making").exists() or end == "told"
    print(f"\n{work.__name__}: {len(ROOM)} sizes, {dict(figures)}, kept: {acknowledged}, lost: 0")
    assert figures["opened"] == len(ROOM)
