"""Every other screen, by keyboard and by role."""

from math import inf
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from console import breaks
from console.tui.directory import DirectoryScreen
from console.tui.figures import FiguresScreen
from console.tui.figures_out import WhereScreen
from console.tui.help import HelpScreen
from console.tui.keys import KeysScreen
from console.tui.rest import RestScreen
from console.tui.shift import ShiftScreen
from console.tui.unlock import UnlockScreen
from tests.figures.rows import long_tailed
from tests.figures.test_export import insert
from tests.tui.conftest import on, until, words
from tests.vaults import open_as, passphrase


async def test_a_wrong_passphrase_says_so_and_keeps_the_name(home, clock):
    from console.tui.app import ConsoleApp

    async with ConsoleApp(home, now=clock).run_test(size=(80, 24)) as pilot:
        await on(pilot, UnlockScreen)
        await pilot.press(*"amina", "enter", *"wrong-wrong-wrong", "enter")
        await until(pilot, lambda: "passphrase" in words(pilot.app, "#said").lower())
        assert pilot.app.screen.query_one("#name", Input).value == "amina"
        assert pilot.app.screen.query_one("#passphrase", Input).value == ""


async def test_the_passphrase_is_never_put_on_the_clipboard(home, clock):
    from console.tui.app import ConsoleApp

    async with ConsoleApp(home, member="amina", now=clock).run_test(size=(80, 24)) as pilot:
        await on(pilot, UnlockScreen)
        await pilot.press(*"secret-words", "ctrl+a", "ctrl+c", "ctrl+x")
        assert pilot.app.clipboard == ""


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("amina", {"call", "break", "directory"}),
        ("carla", {"figures", "directory"}),
        ("ines", {"keys"}),
    ],
)
async def test_each_role_is_offered_its_own_work(console, name, offered):
    async with console(name).run_test(size=(120, 40)) as pilot:
        await on(pilot, ShiftScreen)
        bar = words(pilot.app, "KeyBar")
        named = {"call", "break", "figures", "directory", "keys"}
        assert {word for word in named if f" {word}" in bar} == offered


@pytest.mark.parametrize("name", ["amina", "carla", "ines"])
async def test_no_shift_begins_with_a_refusal(console, home, name):
    with open_as(home, "amina") as vault:
        insert(vault, "2026-11", long_tailed(1, 3))
    async with console(name).run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        listed = pilot.app.screen.query_one("#calls", OptionList)
        if name != "ines":
            await until(pilot, lambda: listed.option_count == 3)
        await until(pilot, lambda: bool(words(pilot.app, "#cover")))
        await until(pilot, lambda: listed.has_focus)
        assert [each.message for each in pilot.app._notifications] == []


async def test_a_break_is_booked_counted_down_and_ended(console, clock, home):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.press("f4")
        await on(pilot, RestScreen)
        await pilot.press("f4")
        await until(pilot, lambda: pilot.app.screen._under_way)
        clock.forward(minutes=1)
        await until(pilot, lambda: "00:09:00" in words(pilot.app, "#rest-clock"))
        await pilot.press("enter")
        await on(pilot, ShiftScreen)
        current = await pilot.app.session.call(breaks.current, "amina", now=clock())
        assert current is None


async def test_a_missed_break_comes_back(console, clock, monkeypatch):
    monkeypatch.setattr("console.tui.app.IDLE_SECONDS", inf)
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        offer = breaks.Offer(kind="debrief_colleague", minutes=15, reason="That was hard.")
        pilot.app.push_screen(RestScreen(offer=offer))
        await on(pilot, RestScreen)
        await pilot.press("escape")
        await on(pilot, ShiftScreen)
        clock.forward(hours=1)
        await pilot.app.screen._break_due()
        await on(pilot, RestScreen)
        await pilot.press("f4")
        await until(pilot, lambda: pilot.app.screen._under_way)


async def test_it_rotates_with_one_key_and_everybody_still_gets_in(console, home):
    async with console("ines").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.press("f8")
        await on(pilot, KeysScreen)
        await pilot.press("f8")
        await until(pilot, lambda: "old key opens nothing" in words(pilot.app, "#rotated"))
        await pilot.press("ctrl+q")
    for name in ("amina", "carla", "ines"):
        with open_as(home, name) as vault:
            assert vault.member.name == name


async def test_the_coordinator_exports_a_month(console, home, tmp_path: Path):
    with open_as(home, "amina") as vault, vault.transaction():
        vault.conn.execute(
            "INSERT INTO call (operator, day, hour, period, gender, region) "
            "VALUES ('amina', '2026-03-02', 9, '2026-03', 'woman', 'PK-PB')"
        )
    async with console("carla").run_test(size=(120, 40)) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.press("f6")
        await on(pilot, FiguresScreen)
        await until(pilot, lambda: pilot.app.screen.query_one(OptionList).option_count == 1)
        await until(pilot, lambda: "1 calls" in words(pilot.app, "#true"))
        await pilot.press("f9")
        await on(pilot, WhereScreen)
        pilot.app.screen.query_one(Input).value = str(tmp_path / "out")
        await pilot.press("enter")
        await until(pilot, (tmp_path / "out" / "2026-03" / "release.json").exists)


async def test_the_directory_narrows_by_letters(console):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.press("f7")
        await on(pilot, DirectoryScreen)
        await until(pilot, lambda: "0 services" in words(pilot.app, "#counted"))


async def test_f1_explains_the_keys_of_the_screen(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.press("f1")
        await on(pilot, HelpScreen)
        await pilot.press("escape")
        await on(pilot, ShiftScreen)


async def test_the_palette_offers_no_screenshot(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        titles = [c.title.lower() for c in pilot.app.get_system_commands(pilot.app.screen)]
        assert any("call" in title for title in titles)
        assert not any("screenshot" in title for title in titles)


async def test_logging_in_as_another_member_after_a_log_out(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.press("f12")
        await on(pilot, UnlockScreen)
        pilot.app.screen.query_one("#name", Input).value = "carla"
        secret = pilot.app.screen.query_one("#passphrase", Input)
        secret.value = passphrase("carla")
        secret.focus()
        await pilot.press("enter")
        await on(pilot, ShiftScreen)
        assert pilot.app.session.member.name == "carla"
