"""Who waits to be let to the notes reads her own words where she is told that she waits."""

import pytest

from console.tui.shift import ShiftScreen
from console.vault import Cost
from tests.tui.conftest import on, until, words
from tests.tui.screens import drawn
from tests.vaults import NOW, open_as, passphrase


def seen(app) -> str:
    """What stands on the screen, row by row."""
    return "\n".join(line.text for line in drawn(app.screen))


_FORGED = "UPDATE member SET hpke_public = randomblob(32) WHERE name = 'noor'"


@pytest.fixture
def waiting(home) -> str:
    """Let IT add noor, who waits; return the words that the approving operator sees."""
    with open_as(home, "ines") as vault:
        vault.add_member("noor", "operator", passphrase("noor"), now=NOW, cost=Cost.FLOOR)
    with open_as(home, "amina") as vault:
        return vault.fingerprint("noor")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_she_reads_the_words_that_her_colleague_compares(console, waiting, size):
    async with console("noor").run_test(size=size) as pilot:
        await on(pilot, ShiftScreen)
        await until(pilot, lambda: waiting in seen(pilot.app))
        shown = seen(pilot.app)
        assert "must approve you before you take calls." in shown
        assert f"Your six words: {waiting}" in shown
        assert "she compares them by ear with those on her screen." in shown
        assert "On the line" in shown


async def test_her_words_are_of_her_own_keys_whatever_the_database_says(console, waiting):
    async with console("noor").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await until(pilot, lambda: waiting in words(pilot.app, "#waiting"))
        session = pilot.app.session
        await session.call(lambda vault: vault.conn.execute(_FORGED))
        assert await session.call(lambda vault: vault.fingerprint("noor")) != waiting
        again = ShiftScreen()
        await pilot.app.push_screen(again)
        await until(pilot, lambda: waiting in words(pilot.app, "#waiting"))


@pytest.mark.parametrize("name", ["amina", "carla", "ines"])
async def test_nobody_else_is_shown_words(console, waiting, name):
    async with console(name).run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.pause()
        assert "six words" not in seen(pilot.app)
        assert not pilot.app.screen.query_one("#waiting").display
