"""Notes of a file live as long from their import, and prolong the life of no other note."""

import csv
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from console import calls
from console.errors import Refused
from console.vault import Vault, purge
from tests.vaults import NOW, make_vault, open_as

START = NOW - timedelta(days=88)
CODED = {
    "caller": ("self",),
    "gender": ("woman",),
    "age": ("18-25",),
    "region": ("PK-PB",),
    "issue": ("threats",),
    "urgency": ("urgent",),
}
MAPPING = """
[day]
column = "day"
format = "%Y-%m-%d"

[note]
column = "note"
"""


def on(days: int) -> datetime:
    """Return an instant so many days after the call that was taken live."""
    return START + timedelta(days=days)


def bring_in(vault: Vault, folder: Path, now: datetime, day: datetime) -> int:
    """Import a file of one row of a day; return its call."""
    file, plan = folder / f"{now.date()}.csv", folder / "map.toml"
    with file.open("w", encoding="utf-8", newline="") as text:
        rows = [["day", "note"], [day.date().isoformat(), f"imported on {now.date()}"]]
        csv.writer(text).writerows(rows)
    plan.write_text(MAPPING, "utf-8")
    return calls.import_calls(vault, file, plan, now=now).first_call


def readable(vault: Vault, call: int) -> bool:
    try:
        return bool(calls.read(vault, call).note)
    except Refused:
        return False


def log_in(home: Path, since: int, until: int) -> None:
    for days in range(since, until, 10):
        open_as(home, "carla", now=on(days)).close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    make_vault(folder, now=START)
    return folder


def test_no_import_prolongs_a_note_that_was_taken_live(home: Path, tmp_path: Path) -> None:
    with open_as(home, "amina", now=START) as vault:
        draft = replace(calls.start(vault, now=START), coded=CODED, note="words of a caller")
        live = calls.finish(vault, draft, distress=2, now=START).call
    imported: dict[int, int] = {}
    seen = 0
    for days in (30, 88, 168, 248):
        log_in(home, seen + 10, days)
        with open_as(home, "amina", now=on(days)) as vault:
            imported[days] = bring_in(vault, tmp_path, on(days), START)
            assert readable(vault, imported[days])
            assert readable(vault, live) == (days < 90)
            # Counted on its own day, whenever it came in.
            assert calls.read(vault, imported[days]).day == START.date().isoformat()
        seen = days
    log_in(home, seen + 10, 337)
    with open_as(home, "amina", now=on(337)) as vault:
        assert [readable(vault, call) for call in imported.values()] == [False, False, False, True]
    with open_as(home, "amina", now=on(338)) as vault:
        assert not readable(vault, imported[248])
        assert vault.conn.execute("SELECT count(*) FROM day_key").fetchone() == (0,)


def test_an_import_on_the_last_day_leaves_a_note_no_day_more(home: Path, tmp_path: Path) -> None:
    with open_as(home, "amina", now=START) as vault:
        draft = replace(calls.start(vault, now=START), coded=CODED, note="words of a caller")
        live = calls.finish(vault, draft, distress=2, now=START).call
    log_in(home, 10, 89)
    with open_as(home, "amina", now=on(89)) as vault:
        imported = bring_in(vault, tmp_path, on(89), START)
        assert readable(vault, live)
    with open_as(home, "amina", now=on(90)) as vault:
        assert not readable(vault, live)
        assert readable(vault, imported)


def test_an_import_gives_a_destroyed_day_no_key_again(home: Path, tmp_path: Path) -> None:
    with open_as(home, "amina", now=START) as vault:
        draft = replace(calls.start(vault, now=START), coded=CODED, note="words of a caller")
        live = calls.finish(vault, draft, distress=2, now=START).call
        purge.destroy(vault, now=on(90))
        imported = bring_in(vault, tmp_path, on(90), START)
        assert not readable(vault, live)
        assert readable(vault, imported)
        with pytest.raises(Refused, match="retention"):
            calls.amend(vault, live, coded=CODED, note="again", now=on(90))


def test_notes_that_an_older_program_imported_go_in_their_time(home: Path, tmp_path: Path) -> None:
    # It sealed them under the day of their call.
    with open_as(home, "amina", now=START) as vault:
        old = bring_in(vault, tmp_path, START, on(-200))
        with vault.transaction():
            vault.conn.execute("DELETE FROM note")
            vault.write_note(old, on(-200).date().isoformat(), "of an older program")
    log_in(home, 10, 89)
    with open_as(home, "amina", now=on(89)) as vault:
        bring_in(vault, tmp_path, on(89), on(-200))
        assert readable(vault, old)
    with open_as(home, "amina", now=on(90)) as vault:
        assert not readable(vault, old)
