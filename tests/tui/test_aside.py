"""Vaults that restores put aside, on the screens that destroy them."""

from datetime import timedelta

import pytest

from console.tui.purge import EmergencyScreen, RetentionScreen
from console.tui.shift import ShiftScreen
from console.tui.unlock import UnlockScreen
from console.vault import swap
from tests.tui.conftest import on, until, words
from tests.tui.screens import by, drawn
from tests.vaults import NOW, passphrase


@pytest.fixture
def aside(home):
    """A home with a vault put aside today, and one whose day is long over."""
    days = NOW.date(), NOW.date() - timedelta(days=90)
    folders = [home / f"replaced-{day}" for day in days]
    for folder in folders:
        (folder / "keys").mkdir(parents=True)
        (folder / "keys/keyring.json").touch()
    return folders


def whole(screen):
    return "\n".join(strip.text for strip in drawn(screen))


async def test_an_emergency_says_how_many_vaults_go_and_destroys_them(home, console, aside):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.press("shift+f12")
        await on(pilot, EmergencyScreen)
        await until(pilot, lambda: "will be destroyed" in words(pilot.app, "#doomed"))
        assert "Vaults that restores put aside go as a whole: 2." in words(pilot.app, "#doomed")
        assert "leave everything as it is" in whole(pilot.app.screen)
        await pilot.press(*"destroy", "enter")
        await pilot.press(*[{" ": "space"}.get(each, each) for each in passphrase("amina")])
        await pilot.press("enter")
        await on(pilot, UnlockScreen)
    assert not swap.kept_aside(home)


async def test_the_coordinator_sees_that_a_vault_put_aside_is_due(home, console, aside):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await by(("f9", RetentionScreen))(pilot)
        said = f"put aside up to {NOW.date() - timedelta(days=90)}, to be destroyed: 1"
        await until(pilot, lambda: said in whole(pilot.app.screen))
        await pilot.press("f9", "f9")
        await until(pilot, lambda: "Nothing is due" in words(pilot.app, "#keys"))
    assert swap.kept_aside(home) == [aside[0]]
