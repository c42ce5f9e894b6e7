"""Retention does nothing by itself when the clock has gone far ahead, whatever the vault forgot."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import calls
from console.vault import Vault, narrative, purge
from tests.vault.checks import CANARY, DAY, add_note
from tests.vaults import NOW, open_as

FAR = NOW + timedelta(days=3650)


def forget(vault: Vault) -> None:
    """Make the vault one that no login has looked at yet, as an older program left it."""
    with vault.transaction():
        vault.conn.execute("DELETE FROM setting WHERE name = 'retention.looked_on'")


@pytest.mark.parametrize("name", ["amina", "carla", "ines"])
def test_a_vault_that_nobody_has_looked_at_waits_too_login_after_login(
    home: Path, name: str
) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
        narrative.write_contact(vault, call, b"{}", consent_on=DAY, expires_on="2026-12-05")
        forget(vault)
    # Each of these leaves lines in the trail, hours and days that the clock is ahead.
    for ahead in (timedelta(0), timedelta(0), timedelta(hours=1), timedelta(days=1)):
        now = FAR + ahead
        with open_as(home, name, now=now) as vault:
            vault.audit("made.up", now=now)
            assert purge.is_held(vault, now=now)
            assert vault.purged is None
            assert calls.destroy_expired_contacts(vault, now=now) == 0
            assert vault.conn.execute("SELECT count(*) FROM day_key").fetchone() == (1,)
    with open_as(home, "carla", now=FAR) as vault:
        assert purge.destroy(vault, now=FAR).notes == 1
        assert not purge.is_held(vault, now=FAR)


def test_a_line_of_this_very_hour_does_not_mean_that_somebody_looked(home: Path) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
        forget(vault)
        # As a removal makes the next login write, before it looks at retention.
        vault.audit("notes.rekeyed", "generation 2", now=FAR)
        assert purge.daily(vault, now=FAR) is None
        assert purge.is_held(vault, now=FAR)


def test_a_vault_that_nobody_has_looked_at_is_looked_at_when_the_clock_is_right(home: Path) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
        forget(vault)
    with open_as(home, "amina", now=NOW + timedelta(days=13)) as vault:
        assert vault.purged is not None
        assert not purge.is_held(vault, now=NOW + timedelta(days=13))
    with open_as(home, "carla") as vault:
        forget(vault)
        with vault.transaction():
            vault.conn.execute("DELETE FROM audit")
        assert not purge.is_held(vault, now=FAR)
        assert purge.daily(vault, now=NOW) is not None


@pytest.mark.parametrize(("days", "kept"), [(14, True), (30, True), (13, False)])
def test_a_clock_that_is_ahead_by_as_long_as_contacts_are_kept_destroys_none(
    home: Path, days: int, kept: bool
) -> None:
    now = NOW + timedelta(days=days)
    with open_as(home, "amina") as vault:
        for expires in (14, 12):
            day = (NOW + timedelta(days=expires)).date().isoformat()
            narrative.write_contact(vault, add_note(vault), b"{}", consent_on=DAY, expires_on=day)
    with open_as(home, "ines", now=now) as vault:
        assert (vault.purged is None) == kept
        assert calls.destroy_expired_contacts(vault, now=now) == 0
        assert len(narrative.contacts(vault)) == (2 if kept else 1)
    with open_as(home, "amina", now=NOW + timedelta(hours=1)) as vault:
        assert not purge.is_held(vault, now=NOW)


@pytest.mark.parametrize("ahead", [timedelta(days=7), timedelta(days=8), timedelta(days=30)])
def test_a_clock_that_is_ahead_by_as_long_as_notes_live_destroys_none(
    home: Path, ahead: timedelta
) -> None:
    with open_as(home, "carla") as vault:
        purge.set_policy(vault, {"note_days": 7}, now=NOW)
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    with open_as(home, "ines", now=NOW + ahead) as vault:
        assert purge.held_since(vault, now=NOW + ahead) == NOW.date()
    with open_as(home, "amina", now=NOW + timedelta(hours=1)) as vault:
        assert vault.read_note(call) == CANARY
    with open_as(home, "amina", now=NOW + timedelta(days=6)) as vault:
        assert vault.purged is not None


def test_a_line_that_was_closed_for_a_fortnight_takes_calls_and_asks_once(home: Path) -> None:
    now = NOW + timedelta(days=17)
    with open_as(home, "amina", now=now) as vault:
        assert vault.read_note(add_note(vault)) == CANARY
        assert purge.is_held(vault, now=now)
    with open_as(home, "carla", now=now) as vault:
        purge.destroy(vault, now=now)
    for days in (0, 1, 4, 17):
        with open_as(home, "amina", now=now + timedelta(days=days)) as vault:
            assert not purge.is_held(vault, now=now + timedelta(days=days))


@given(note_days=st.integers(1, 3650))
def test_no_clock_that_passes_takes_what_is_of_the_last_day_nor_asks_after_a_weekend(
    note_days: int,
) -> None:
    gap = purge.Policy(note_days, 240).longest_gap.days
    assert gap >= 3
    assert gap < calls.CONTACT_DAYS
    assert gap < note_days or note_days <= 3
