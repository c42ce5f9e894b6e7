"""What was destroyed is in no page of the file, not even in a gap between rows."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from console import calls, figures
from console.vault import narrative, purge, wiping
from tests.vault import reference
from tests.vault.checks import add_call
from tests.vault.remnants import (
    a_long_year,
    ago,
    destroyed_by,
    everything,
    pieces_left,
    sealed,
    tables,
)
from tests.vaults import NOW, open_as, passphrase

# At a size at which rows move between pages -------------------------------------------------


def test_no_piece_of_what_retention_destroys_is_in_any_gap_of_a_page(home: Path) -> None:
    with open_as(home, "amina") as vault:
        a_long_year(vault, random.Random(1), 1000)
        gone = destroyed_by(vault, *(NOW + timedelta(days=step) for step in range(0, 20, 4)))
        assert len(gone) > 300
        assert pieces_left(vault, gone) == 0
        assert not wiping.is_owed(vault)


def test_no_piece_is_left_of_contacts_that_come_and_go(home: Path) -> None:
    dice, ever = random.Random(4), set[bytes]()
    with open_as(home, "amina") as vault:
        for number in range(80):
            now = NOW + timedelta(days=number)
            with vault.transaction():
                for _ in range(dice.randrange(3, 70)):
                    call = add_call(vault)
                    if dice.random() < 0.5:
                        expires = now + timedelta(days=dice.choice((2, 7, 14, 14, 30, 60)))
                        narrative.write_contact(
                            vault,
                            call,
                            dice.randbytes(dice.randrange(60, 200)),
                            consent_on=now.date().isoformat(),
                            expires_on=expires.date().isoformat(),
                        )
                # Somebody has looked, so that no day is too far ahead.
                vault.set_setting("retention.looked_on", now.date().isoformat())
            ever |= sealed(vault)
            calls.destroy_expired_contacts(vault, now=now)
        gone = ever - sealed(vault)
        assert len(gone) > 2000
        assert pieces_left(vault, gone) == 0


def test_an_emergency_leaves_no_piece_of_what_was_destroyed_before_either(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiping, "AT_ONCE", 0)
    with open_as(home, "amina") as vault:
        a_long_year(vault, random.Random(1), 600)
        before = sealed(vault)
        purge.destroy(vault, now=NOW)
        assert pieces_left(vault, before - sealed(vault)) > 0
        purge.destroy_everything_sealed(vault, passphrase("amina"), now=NOW)
        assert not wiping.is_owed(vault)
        assert pieces_left(vault, before) == 0


def test_no_row_of_a_folded_month_is_left_in_any_index(home: Path) -> None:
    dice = random.Random(6)
    months = [f"2024-{month:02}" for month in range(3, 10)]
    with open_as(home, "amina") as vault, vault.transaction():
        for month in [*months, "2026-10"] * 300:
            day = f"{month}-{dice.randint(1, 28):02}"
            vault.conn.execute(
                "INSERT INTO call (operator, day, hour, period, distress, region) "
                "VALUES (?, ?, 9, ?, 2, ?)",
                (dice.choice(("amina", "bea")), day, month, "PK-PB" * dice.randint(1, 9)),
            )
        for month in months:
            vault.conn.execute("INSERT INTO release VALUES (?, 1, 'rounded', '', '', '')", (month,))
    for step in range(len(months)):
        now = datetime(2026, 4 + step, 2, tzinfo=NOW.tzinfo)
        with open_as(home, "carla", now=now) as vault:
            done = calls.purge_now(vault, figures.fold, now=now)
            assert [month for month, _ in done.folded] == months[step : step + 1]
            assert done.wiped
            image = reference.image(vault.file.read_bytes(), vault.raw.key)
            left = [f"{month}-{day:02}" for month in months[: step + 1] for day in range(1, 29)]
            assert not [day for day in left if day.encode() in image]


def test_building_anew_changes_no_row_and_no_stamp(home: Path) -> None:
    questions = ("application_id", "user_version", "journal_mode", "locking_mode", "secure_delete")
    with open_as(home, "amina") as vault:
        a_long_year(vault, random.Random(1), 300)

        def stamps() -> list[object]:
            salt = vault.file.read_bytes()[:16]
            return [salt, *(vault.conn.execute(f"PRAGMA {q}").fetchone() for q in questions)]

        rows, before = everything(vault), stamps()
        wiping.owe(vault)
        assert wiping.wipe(vault)
        assert (everything(vault), stamps()) == (rows, before)


def test_no_table_has_row_numbers_that_would_change(home: Path) -> None:
    with open_as(home, "amina") as vault:
        for name, sql in list(tables(vault)):
            columns = vault.conn.execute(f"PRAGMA table_info({name})").fetchall()
            keys = [kind for _, _, kind, _, _, key in columns if key]
            assert keys == ["INTEGER"] or "WITHOUT ROWID" in sql, name


def test_a_damaged_page_is_not_built_anew_as_a_good_one(home: Path) -> None:
    with open_as(home, "amina") as vault:
        for _ in range(20):
            vault.write_note(add_call(vault), ago(0), "w" * 9000)
        wiping.owe(vault)
        raw = vault.raw
        vault.checkpoint()
        content = vault.file.read_bytes()
    # The notes lie at the end; a login reads none of them.
    last = len(content) // 4096
    for page in random.Random(1).sample(range(last - 40, last + 1), 8):
        damaged = bytearray(content)
        damaged[(page - 1) * 4096 + 2000] ^= 1
        vault.file.write_bytes(damaged)
        with open_as(home, "amina") as vault:
            assert not wiping.wipe(vault)
            assert wiping.is_owed(vault)
        assert not reference.authentic(vault.file.read_bytes(), raw.key)
