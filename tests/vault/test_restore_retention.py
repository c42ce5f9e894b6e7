"""What retention destroyed stays so in a restored vault, and no wrong clock destroys more."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from console import calls, figures
from console.errors import Refused
from console.vault import Vault, back_up, narrative, purge, restore_backup
from console.vault.restore import RestoreReport
from tests.vault.checks import CANARY, DAY, add_call, add_note, refuses
from tests.vaults import NOW, open_as, passphrase

FAR = NOW + timedelta(days=3650)


def after(days: int) -> datetime:
    return NOW + timedelta(days=days)


def save(home: Path, file: Path, *, days: int = 0) -> None:
    back_up(home, "ines", passphrase("ines"), file, now=after(days))


def put_back(home: Path, file: Path, now: datetime) -> RestoreReport:
    return restore_backup(home, "ines", passphrase("ines"), file, replace=True, now=now)


def log_in(home: Path, until: int) -> None:
    """Log in every ten days up to the day ``until``, as a line does that is not closed."""
    for day in range(until % 10, until + 1, 10):
        open_as(home, "carla", now=after(day)).close()


def note_of(vault: Vault, days: int) -> int:
    call = add_call(vault)
    with vault.transaction():
        vault.write_note(call, after(days).date().isoformat(), CANARY)
    return call


@pytest.fixture(params=["over the vault", "empty home"])
def new(request: pytest.FixtureRequest, home: Path, tmp_path: Path) -> Path:
    """Where the backup is put."""
    return home if request.param == "over the vault" else tmp_path / "new"


def test_what_is_due_is_destroyed_while_restoring(home: Path, file: Path, new: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    log_in(home, 80)
    save(home, file, days=80)
    report = put_back(new, file, after(91))
    assert (report.days, report.held_since, report.due) == (1, None, 0)
    with open_as(new, "amina", now=after(91)) as vault:
        refuses(Refused, lambda: vault.read_note(call))
        assert not purge.is_held(vault, now=after(91))


def test_a_clock_that_is_ahead_by_a_month_takes_no_contact_in_a_restored_vault(
    home: Path, file: Path, new: Path
) -> None:
    with open_as(home, "amina") as vault:
        narrative.write_contact(
            vault, add_note(vault), b"{}", consent_on=DAY, expires_on="2026-12-05"
        )
    save(home, file)
    assert put_back(new, file, after(30)).held_since == DAY
    with open_as(new, "amina", now=after(1)) as vault:
        assert len(narrative.contacts(vault)) == 1


def test_the_notes_of_a_restored_vault_wait_by_its_own_policy(
    home: Path, file: Path, new: Path
) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    with open_as(home, "carla") as vault:
        purge.set_policy(vault, {"note_days": 7}, now=NOW)
    save(home, file)
    report = put_back(new, file, after(8))
    assert (report.days, report.held_since, report.due) == (0, DAY, 1)
    with open_as(new, "amina", now=after(8)) as vault:
        assert vault.read_note(call) == CANARY


def test_a_clock_that_is_years_ahead_destroys_nothing_in_a_restored_vault(
    home: Path, file: Path, new: Path
) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
        narrative.write_contact(vault, call, b"{}", consent_on=DAY, expires_on="2026-12-05")
    save(home, file)
    report = put_back(new, file, FAR)
    assert (report.days, report.held_since, report.due) == (0, DAY, 1)
    for now in (FAR, FAR + timedelta(days=1), NOW):
        with open_as(new, "amina", now=now) as vault:
            assert vault.read_note(call) == CANARY
            assert len(narrative.contacts(vault)) == 1
            assert purge.is_held(vault, now=now) == (now != NOW)
    with open_as(new, "carla", now=FAR) as vault:
        assert calls.purge_now(vault, figures.fold, now=FAR).sealed.notes == 1
        assert not purge.is_held(vault, now=FAR)


def test_what_was_not_destroyed_while_restoring_goes_in_its_time(
    home: Path, file: Path, new: Path
) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    save(home, file)
    put_back(new, file, FAR)
    log_in(new, 89)
    with open_as(new, "amina", now=after(89)) as vault:
        assert vault.read_note(call) == CANARY
    with open_as(new, "amina", now=after(90)) as vault:
        assert vault.purged
        assert vault.purged.days == 1
        refuses(Refused, lambda: vault.read_note(call))


@pytest.mark.parametrize("now", [after(95), FAR], ids=["right", "years ahead"])
def test_what_the_vault_there_has_destroyed_does_not_come_back(
    home: Path, file: Path, now: datetime
) -> None:
    """That vault says up to which day somebody looked, whatever the clock says by now."""
    with open_as(home, "amina") as vault:
        first, second = note_of(vault, 0), note_of(vault, 20)
    save(home, file)
    log_in(home, 90)
    report = put_back(home, file, now)
    held = after(90).date().isoformat() if now == FAR else None
    assert (report.days, report.held_since, report.due) == (1, held, 1 if held else 0)
    with open_as(home, "amina", now=now) as vault:
        refuses(Refused, lambda: vault.read_note(first))
        assert vault.read_note(second) == CANARY


def test_where_no_vault_is_left_an_old_backup_waits_for_a_coordinator(
    home: Path, file: Path, tmp_path: Path
) -> None:
    """Nobody can tell a right clock from a wrong one there; see docs/backup.md."""
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    save(home, file)
    new = tmp_path / "new"
    report = put_back(new, file, after(95))
    assert (report.days, report.held_since, report.due) == (0, DAY, 1)
    with open_as(new, "carla", now=after(95)) as vault:
        assert calls.purge_now(vault, figures.fold, now=after(95)).sealed.days == 1
    with open_as(new, "amina", now=after(95)) as vault:
        refuses(Refused, lambda: vault.read_note(call))


def test_a_backup_of_an_older_program_is_held_by_its_trail(
    home: Path, file: Path, new: Path
) -> None:
    """The restore's own lines, which that clock dates, do not mean that anybody looked."""
    with open_as(home, "amina") as vault:
        call = add_note(vault)
        with vault.transaction():
            vault.conn.execute("DELETE FROM setting WHERE name = 'retention.looked_on'")
    save(home, file)
    assert put_back(new, file, FAR).held_since == DAY
    with open_as(new, "amina", now=FAR + timedelta(hours=2)) as vault:
        assert vault.read_note(call) == CANARY
        assert purge.is_held(vault, now=FAR)


def test_a_clock_that_is_behind_destroys_nothing_that_is_not_due_by_it(
    home: Path, file: Path, new: Path
) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    save(home, file)
    log_in(home, 90)
    report = put_back(new, file, after(10))
    assert (report.days, report.held_since) == (0, None)
    with open_as(new, "amina", now=after(10)) as vault:
        assert vault.read_note(call) == CANARY
