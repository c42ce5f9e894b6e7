"""Retention does nothing by itself when the clock has gone far ahead, whatever the vault forgot."""

from datetime import timedelta
from pathlib import Path

import pytest

from console import calls
from console.vault import Vault, narrative, purge
from tests.vault.checks import DAY, add_note
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
    with open_as(home, "amina", now=NOW + timedelta(days=30)) as vault:
        assert vault.purged is not None
        assert not purge.is_held(vault, now=NOW + timedelta(days=30))
    with open_as(home, "carla") as vault:
        forget(vault)
        with vault.transaction():
            vault.conn.execute("DELETE FROM audit")
        assert not purge.is_held(vault, now=FAR)
        assert purge.daily(vault, now=NOW) is not None
