"""The keys' screen says in sentences what is due, who left and what is still to be done."""

from math import inf

import pytest

from console.tui.keys import KeysScreen
from console.tui.shift import ShiftScreen
from console.vault import prove_kit
from console.vault.identity import MemberFile
from tests.tui.conftest import on, until, words
from tests.tui.screens import drawn
from tests.vault.kits import make_kit
from tests.vaults import NOW, make_vault, open_as, passphrase


@pytest.fixture
def no_lock(monkeypatch) -> None:
    """The console is not left alone, however many months go by."""
    monkeypatch.setattr("console.tui.app.IDLE_SECONDS", inf)


async def _keys(pilot) -> str:
    await on(pilot, ShiftScreen)
    await pilot.press("f8")
    await on(pilot, KeysScreen)
    await until(pilot, lambda: "number" in words(pilot.app, "#keys"))
    return words(pilot.app, "#keys")


async def test_a_rotation_that_is_overdue_is_said(console, clock, no_lock):
    async with console("ines").run_test(size=(80, 24)) as pilot:
        said = await _keys(pilot)
        assert "A new one is due by 2027-05-20." in said
        await pilot.press("escape")
        clock.forward(hours=24 * 181)
        said = await _keys(pilot)
        assert "should have been replaced by 2027-05-20" in said


async def test_how_the_recovery_kit_stands_is_said(console, home, clock, no_lock):
    async with console("ines").run_test(size=(80, 24)) as pilot:
        assert "No recovery kit" in await _keys(pilot)
        await pilot.press("ctrl+q")
    it = MemberFile.read(home / "keys/members/ines.json").open(passphrase("ines"))
    with open_as(home, "amina") as vault:
        new = make_kit(vault, it)
    async with console("ines").run_test(size=(80, 24)) as pilot:
        assert "Recovery kit 1, any 3 of 5 sheets: never proven." in await _keys(pilot)
        await pilot.press("ctrl+q")
    prove_kit(home, new.shares[:3], now=NOW)
    async with console("ines").run_test(size=(80, 24)) as pilot:
        assert "Recovery kit 1, any 3 of 5 sheets: proven 0 days ago." in await _keys(pilot)
        await pilot.press("escape")
        clock.forward(hours=24 * 40)
        assert "proven 40 days ago" in await _keys(pilot)


async def test_who_was_removed_is_named_until_an_operator_logs_in(console, home):
    make_vault(home, operators=("amina", "bea"))
    with open_as(home, "ines") as vault:
        vault.remove_member("bea", now=NOW)
    async with console("ines").run_test(size=(80, 24)) as pilot:
        assert "Removed: bea." in await _keys(pilot)
        await pilot.press("ctrl+q")
    open_as(home, "amina").close()
    async with console("ines").run_test(size=(80, 24)) as pilot:
        said = await _keys(pilot)
        assert "Removed" not in said
        assert "generation 2" in said


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_rotation_states_the_head_of_the_trail_on_a_line_of_its_own(console, home, size):
    async with console("ines").run_test(size=size) as pilot:
        await _keys(pilot)
        await pilot.press("f8")
        await until(pilot, lambda: "Done in" in words(pilot.app, "#rotated"))
        _, _, head = words(pilot.app, "#rotated").splitlines()
        await until(pilot, lambda: any(head in line.text for line in drawn(pilot.app.screen)))
        await pilot.press("ctrl+q")
    with open_as(home, "ines") as vault:
        line = vault.audit_line_of(head)
        assert vault.audit_lines()[line - 1].action == "key.rotated"
