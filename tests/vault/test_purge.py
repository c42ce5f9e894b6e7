"""What retention destroys is nowhere in the file any more, and a kill leaves no half of it."""

import os
import random
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from console import calls, figures
from console.calls import Contact
from console.errors import CannotUnlock, Refused
from console.vault import Vault, purge
from tests.vault import reference
from tests.vault.checks import CANARY, refuses
from tests.vault.kills import killed_within, pace
from tests.vaults import NOW, open_as, passphrase

_KILLS = int(os.environ.get("HELPLINE_KILLS", "6"))
LONG_AGO = NOW - timedelta(days=100)
CODED = {
    "caller": ("self",),
    "gender": ("woman",),
    "age": ("18-25",),
    "region": ("PK-PB",),
    "issue": ("threats", "stalking"),
    "urgency": ("urgent",),
}
# A day that no other text of the vault holds: where it is found, there is a row of a call.
DAY = "2024-01-17"


def take(vault: Vault, note: str, *, ago: timedelta = timedelta(days=100)) -> int:
    then = NOW - ago
    draft = replace(calls.start(vault, now=then), coded=CODED, note=note)
    return calls.finish(vault, draft, distress=2, now=then).call


def images(vault: Vault) -> bytes:
    """Every decrypted page of the file and of its log, free ones too, and all of it exported."""
    pages = reference.image(vault.file.read_bytes(), vault.raw.key)
    log = vault.file.with_name("vault.db-wal")
    if log.exists():
        pages += reference.log_image(log.read_bytes(), vault.raw.key)
    plain = vault.home.parent / "exported.db"
    plain.unlink(missing_ok=True)
    vault.conn.execute("ATTACH DATABASE ? AS open KEY ''", (str(plain),))
    vault.conn.execute("SELECT sqlcipher_export('open')").fetchone()
    vault.conn.execute("DETACH DATABASE open")
    assert b"CREATE TABLE day_key" in pages
    return pages + plain.read_bytes()


def parts(blobs: Iterable[bytes]) -> list[bytes]:
    """Both ends of each blob: a long one is spread over pages, and each keeps a piece."""
    return [part for blob in blobs for part in (bytes(blob)[:48], bytes(blob)[-48:])]


def sealed(vault: Vault, *tables: str) -> list[bytes]:
    column = {"contact": "sealed_key"}
    return [
        blob
        for table in tables
        for name in {"sealed", column.get(table, "sealed")}
        for (blob,) in vault.conn.execute(f"SELECT {name} FROM {table}")
    ]


def found(image: bytes, wanted: list[bytes]) -> int:
    return sum(each in image for each in wanted)


def test_nothing_sealed_of_a_day_that_was_destroyed_is_in_any_page_or_the_log(home: Path) -> None:
    dice = random.Random(20261121)
    with open_as(home, "amina") as vault:
        for size in (10, 300, 1500, 5000, 9000) * 8:
            then = timedelta(days=dice.choice((90, 95, 100, 400)))
            take(vault, dice.randbytes(size // 2).hex(), ago=then)
        for call in (1, 2, 3):
            calls.amend(vault, call, coded=CODED, note=f"other words {call}", now=LONG_AGO)
        calls.keep_contact(vault, 4, Contact("a number"), consent=True, days=1, now=LONG_AGO)
        gone = parts(sealed(vault, "note", "amendment", "day_key", "contact"))
        keep = take(vault, CANARY, ago=timedelta(days=3))
        kept = parts(
            blob for (blob,) in vault.conn.execute(f"SELECT sealed FROM note WHERE call = {keep}")
        )
        vault.checkpoint()
        assert found(images(vault), gone + kept) == len(gone + kept) > 100
        done = purge.destroy(vault, now=NOW)
        assert (done.days, done.amendments, done.contacts) == (4, 3, 1)
        image = images(vault)
        assert found(image, gone) == 0
        assert found(image, kept) == len(kept)
        assert vault.read_note(keep) == CANARY


def test_no_row_of_a_folded_call_is_in_any_page_or_the_log(home: Path) -> None:
    dice = random.Random(7)
    with open_as(home, "amina") as vault:
        taken = [take(vault, "", ago=timedelta(days=1)) for _ in range(60)]
        with vault.transaction():
            for call in taken:
                vault.conn.execute(
                    "UPDATE call SET day = ?, period = '2024-01', minutes = ? WHERE id = ?",
                    [DAY, dice.randint(1, 90), call],
                )
            vault.conn.execute("INSERT INTO release VALUES ('2024-01', 1, 'rounded', '', '', '')")
    with open_as(home, "carla") as vault:
        vault.checkpoint()
        assert images(vault).count(DAY.encode()) >= 60
        assert calls.purge_now(vault, figures.fold, now=NOW).folded == (("2024-01", 60),)
        assert DAY.encode() not in images(vault)


# Emergency -----------------------------------------------------------------------------------


def a_busy_line(home: Path) -> int:
    """Notes of many days, a call going on, a contact, a return code; return a finished call."""
    with open_as(home, "amina") as vault:
        for days in (2, 20, 50):
            call = take(vault, f"{CANARY} of day {days}", ago=timedelta(days=days))
        calls.amend(vault, call, coded=CODED, note=CANARY, now=NOW)
        calls.keep_contact(vault, call, Contact(CANARY), consent=True, now=NOW)
        calls.give_return_code(vault, call, now=NOW)
        draft = calls.start(vault, now=NOW)
        calls.save(vault, replace(draft, note=CANARY), now=NOW)
    return call


@pytest.mark.parametrize("name", ["amina", "carla"])
def test_in_an_emergency_all_that_is_sealed_goes_and_every_count_stays(
    home: Path, name: str
) -> None:
    call = a_busy_line(home)
    rows = "SELECT * FROM call WHERE period IS NOT NULL ORDER BY id"
    with open_as(home, name) as vault:
        before = vault.conn.execute(rows).fetchall()
        gone = parts(
            sealed(vault, "note", "amendment", "day_key", "contact", "draft", "return_key")
        )
        assert found(images(vault), gone) == len(gone)
        planned = purge.in_emergency(vault)
        assert planned == purge.Emergency(3, 4, 1, 1, 1, 1)
        done = purge.destroy_everything_sealed(vault, passphrase(name), now=NOW)
        assert done == planned
        assert found(images(vault), gone) == 0
        assert vault.conn.execute(rows).fetchall() == before
        rekeyed = ["notes.rekeyed"] if name == "amina" else []
        last, *after = vault.audit_lines()[-1 - len(rekeyed) :]
        assert (last.actor, last.action) == (name, "notes.destroyed")
        assert [line.action for line in after] == rekeyed
        assert last.subject == "all: 3 days, 4 notes, 1 open calls"
        assert vault.audit_broken_at() is None
    with open_as(home, "bea") as vault:
        assert calls.drafts(vault) == []
        assert calls.due_contacts(vault, now=NOW) == []
        assert refuses(Refused, lambda: calls.read(vault, call))
        # The line goes on: the next call has a note, under a key that was made afterwards.
        assert vault.read_note(take(vault, "a new day", ago=timedelta(0))) == "a new day"
        assert refuses(Refused, lambda: calls.read(vault, call))


def test_an_emergency_takes_the_passphrase_of_who_is_logged_in(home: Path) -> None:
    a_busy_line(home)
    with open_as(home, "carla") as vault:
        for wrong in ("", "carla paints six quiet lanterns", passphrase("amina")):
            line = refuses(
                CannotUnlock, lambda w=wrong: purge.destroy_everything_sealed(vault, w, now=NOW)
            )
            assert "nothing was destroyed" in line
        # As at the unlock screen: after three wrong ones the right one has to wait.
        refuses(
            CannotUnlock,
            lambda: purge.destroy_everything_sealed(vault, passphrase("carla"), now=NOW),
        )
        assert purge.in_emergency(vault).notes == 4


def test_it_staff_cannot_destroy_notes_in_an_emergency(home: Path) -> None:
    a_busy_line(home)
    with open_as(home, "ines") as vault:
        refuses(Refused, lambda: purge.in_emergency(vault))
        refuses(
            Refused,
            lambda: purge.destroy_everything_sealed(vault, passphrase("ines"), now=NOW),
        )


# A kill at any instant -----------------------------------------------------------------------

_PURGE = """
import sys
from pathlib import Path
from console import calls, figures
from tests.vaults import NOW, open_as
vault = open_as(Path(sys.argv[1]), "carla")
print("go", flush=True)
calls.purge_now(vault, figures.fold, now=NOW)
print("done", flush=True)
sys.stdin.read()
"""
KEYS = "SELECT count(*) FROM day_key"
SEALED = "SELECT count(DISTINCT day) FROM note WHERE length(sealed) > 0"
MONTHS = [f"2023-{number:02}" for number in range(1, 13)]
ROWS = "SELECT period, count(*) FROM call WHERE period LIKE '2023%' GROUP BY period"


def a_vault_with_much_to_purge(home: Path) -> dict[str, int]:
    with open_as(home, "amina") as vault:
        number = take(vault, "", ago=timedelta(days=1))
        with vault.transaction():
            for days in range(91, 171):
                day = (NOW - timedelta(days=days)).date().isoformat()
                columns = "operator, day, period, kind"
                row = ["amina", day, MONTHS[days % 12], "data"]
                for _ in range(20):
                    made = vault.conn.execute(
                        f"INSERT INTO call ({columns}) VALUES (?, ?, ?, ?)", row
                    )
                    vault.write_note(int(made.lastrowid or 0), day, CANARY * 20)
            for month in MONTHS:
                release = [month, "carla"]
                vault.conn.execute(
                    "INSERT INTO release VALUES (?, 1, 'rounded', '', ?, '')", release
                )
            # As if the day's first unlock had been: the purge below is the coordinator's.
            vault.set_setting("retention.looked_on", NOW.date().isoformat())
        assert number
        return dict(vault.conn.execute(ROWS).fetchall())


def test_a_kill_leaves_each_step_of_a_purge_whole_or_not_begun(home: Path, tmp_path: Path) -> None:
    before = a_vault_with_much_to_purge(home)
    shutil.copytree(home, tmp_path / "paced")
    cut, seconds = 0, 1.2 * pace(_PURGE, tmp_path / "paced")
    for number in range(_KILLS):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(home, copy)
        done = "done" in killed_within(seconds, _PURGE, copy)
        with open_as(copy, "carla") as vault:
            keys, days = (vault.conn.execute(query).fetchone()[0] for query in (KEYS, SEALED))
            assert keys == days
            assert keys in (0, 80)
            left = dict(vault.conn.execute(ROWS).fetchall())
            assert left.items() <= before.items()
            totals = {line.period: line.calls for line in figures.periods(vault)}
            assert {month: totals[month] for month in MONTHS} == before
            if done:
                assert (keys, left) == (0, {})
            cut += bool(keys or left)
            assert vault.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert vault.audit_broken_at() is None
            calls.purge_now(vault, figures.fold, now=NOW)
            assert vault.conn.execute(ROWS).fetchall() == []
            assert {line.period: line.calls for line in figures.periods(vault)} == totals
        shutil.rmtree(copy)
    print(f"purge: {_KILLS} kills, {cut} of them before its end; nothing lost, nothing half done")
