"""The figures' way out: closing a month and exporting it."""

import json
from pathlib import Path
from threading import Event

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from console import figures
from console.tui.figures import FiguresScreen
from console.tui.figures_close import CloseScreen
from console.tui.figures_out import WhereScreen
from console.tui.figures_tables import TablesScreen
from console.tui.session import GivenUpError
from console.tui.shift import ShiftScreen
from console.tui.unlock import UnlockScreen
from tests.patience import PATIENCE
from tests.tui.conftest import on, until, words
from tests.tui.months import to_months, to_tables, waits_for
from tests.vaults import NOW, open_as, passphrase


async def test_a_trial_shows_what_the_export_then_publishes(console, busy, tmp_path):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_tables(pilot)
        tried = await pilot.app.session.call(figures.review, "2026-10")
        out = tmp_path / "out"
        await pilot.app.session.call(figures.export, "2026-10", out, now=NOW)
        after = await pilot.app.session.call(figures.review, "2026-10")
    assert tried.trial
    assert not after.trial
    assert after.vintage == 1
    for before, now in zip(tried.tables, after.tables, strict=True):
        assert dict(before.published) == dict(now.published)
        assert dict(before.raw.cells) == dict(now.raw.cells)
        assert list(before.published) == list(now.published)


async def test_an_export_shows_how_far_it_is_and_what_came_of_it(console, busy, tmp_path):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        await pilot.press("f9")
        await on(pilot, WhereScreen)
        pilot.app.screen.query_one(Input).value = str(tmp_path / "out")
        await pilot.press("enter")
        await until(pilot, lambda: "is published" in words(pilot.app, "#out-said"))
        said = words(pilot.app, "#out-said")
        digest = json.loads((tmp_path / "out" / "2026-10" / "release.json").read_text())["digest"]
        assert f"Digest {digest}" in said
        assert str(tmp_path / "out" / "2026-10") in said
        await pilot.press("enter")
        await on(pilot, FiguresScreen)
        listed = pilot.app.screen.query_one(OptionList)
        await until(pilot, lambda: "published as" in str(listed.options[0].prompt))
        assert pilot.app.clipboard == ""


async def test_a_folder_that_holds_something_else_is_said_and_can_be_mended(
    console, busy, tmp_path
):
    taken = tmp_path / "out" / "2026-10"
    taken.mkdir(parents=True)
    (taken / "letter.txt").write_text("mine")
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        await pilot.press("f9")
        await on(pilot, WhereScreen)
        pilot.app.screen.query_one(Input).value = str(tmp_path / "out")
        await pilot.press("enter")
        await until(pilot, lambda: "holds something else" in words(pilot.app, "#out-said"))
        assert await pilot.app.session.call(figures.history) == []
        await until(pilot, lambda: pilot.app.screen.focused is not None)
        pilot.app.screen.query_one(Input).value = str(tmp_path / "other")
        await pilot.press("enter")
        await until(pilot, lambda: "is published" in words(pilot.app, "#out-said"))
        assert (tmp_path / "other" / "2026-10" / "release.json").exists()
    assert (taken / "letter.txt").read_text() == "mine"


async def test_an_export_from_the_tables_shows_them_as_published(console, busy, tmp_path):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_tables(pilot)
        await pilot.press("f9")
        await on(pilot, WhereScreen)
        pilot.app.screen.query_one(Input).value = str(tmp_path / "out")
        await pilot.press("enter")
        await until(pilot, lambda: "is published" in words(pilot.app, "#out-said"))
        await pilot.press("escape")
        await on(pilot, TablesScreen)
        await until(pilot, lambda: "Published, vintage 1" in words(pilot.app, "#figures-about"))
        await pilot.press("escape")
        await on(pilot, FiguresScreen)
        listed = pilot.app.screen.query_one(OptionList)
        await until(pilot, lambda: "published as" in str(listed.options[0].prompt))


async def test_months_without_calls_offer_nothing_to_export(console):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.press("f6")
        await on(pilot, FiguresScreen)
        await until(pilot, lambda: "no calls yet" in words(pilot.app, "#true"))
        assert "export" not in words(pilot.app, "KeyBar")
        await pilot.press("f9", "f3", "f7")
        await on(pilot, FiguresScreen)


async def test_a_month_closes_only_without_those_who_are_declared_absent(console, busy):
    waits_for(busy, "harbour", "hill")
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        listed = pilot.app.screen.query_one(OptionList)
        assert "waits for harbour, hill" in str(listed.options[0].prompt)
        await pilot.press("f10")
        await on(pilot, CloseScreen)
        await pilot.press("enter", "f10")
        await until(pilot, lambda: "hill" in words(pilot.app, "#close-said"))
        assert "harbour" not in words(pilot.app, "#close-said")
        await pilot.press("down", "enter", "f10")
        await on(pilot, FiguresScreen)
        await until(pilot, lambda: "closed" in str(listed.options[0].prompt))
        standing = (await pilot.app.session.call(figures.standings))[-1]
        assert (standing.period, standing.state) == ("2026-10", "closed")
        assert set(standing.absent) == {"harbour", "hill"}
        assert "close" not in words(pilot.app, "KeyBar")


async def test_what_was_declared_absent_can_be_taken_back(console, busy):
    waits_for(busy, "harbour")
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        await pilot.press("f10")
        await on(pilot, CloseScreen)
        await pilot.press("enter", "enter", "f10")
        await until(pilot, lambda: "harbour" in words(pilot.app, "#close-said"))
        await pilot.press("escape")
        await on(pilot, FiguresScreen)
        standing = (await pilot.app.session.call(figures.standings))[-1]
        assert (standing.state, standing.missing) == ("open", ("harbour",))


async def test_an_export_that_waits_for_a_workstation_names_it(console, busy, tmp_path):
    waits_for(busy, "harbour")
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        await pilot.press("f9")
        await on(pilot, WhereScreen)
        pilot.app.screen.query_one(Input).value = str(tmp_path / "out")
        await pilot.press("enter")
        await until(pilot, lambda: "harbour" in words(pilot.app, "#out-said"))
    assert not (tmp_path / "out").exists()


async def test_how_small_counts_are_protected_is_chosen_once(console, published):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        await pilot.press("f9")
        await on(pilot, WhereScreen)
        assert "rounded" in words(pilot.app, "#out-mode")
        await pilot.press("f2")
        assert "hidden" in words(pilot.app, "#out-mode")
        await pilot.press("f2")
        assert "rounded" in words(pilot.app, "#out-mode")
        await pilot.press("escape")
        await on(pilot, FiguresScreen)
        await pilot.press("down", "f9")
        await on(pilot, WhereScreen)
        assert "rounded or hidden" not in words(pilot.app, "KeyBar:last-of-type")
        await pilot.press("f2")
        assert "multiple of five" in words(pilot.app, "#out-mode")


async def test_late_calls_are_named_beside_their_month(console, busy):
    with open_as(busy, "carla") as vault:
        figures.close(vault, "2026-09", now=NOW)
        with vault.transaction():
            vault.conn.execute(
                "INSERT INTO call (operator, day, period, kind) "
                "VALUES ('amina', '2026-09-30', '2026-10', 'data')"
            )
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        lines = [str(o.prompt) for o in pilot.app.screen.query_one(OptionList).options]
        assert "1 of earlier months" in lines[0]
        assert "closed" in lines[1]
        review = await pilot.app.session.call(figures.review, "2026-10")
        assert review.late == 1


async def ask_where(pilot: Pilot[None], out: Path | str) -> WhereScreen:
    """Ask for the export, and name the folder; Enter is left to the test."""
    await pilot.press("f9")
    await on(pilot, WhereScreen)
    screen = pilot.app.screen
    screen.query_one(Input).value = str(out)
    return screen


async def test_the_lock_during_an_export_is_there_at_once_and_nothing_is_published(
    console, busy, tmp_path
):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        app, disk = pilot.app, Event()
        await to_months(pilot)
        asking = await ask_where(pilot, tmp_path / "out")
        app.session.submit(lambda vault: disk.wait(PATIENCE))
        await pilot.press("enter", "f12")
        await on(pilot, UnlockScreen)
        await until(pilot, lambda: "just being closed" in words(app, "#said"))
        assert not disk.is_set()
        # What the vault's thread had told the screen before may still arrive.
        asking._tell("protecting", 0.2)
        assert asking.check_action("mode", ()) is False
        secret = app.screen.query_one("#passphrase", Input)
        secret.value = passphrase("carla")
        await pilot.press("enter")
        assert isinstance(app.screen, UnlockScreen)
        disk.set()
        await on(pilot, ShiftScreen)
        assert await app.session.call(figures.history) == []
        assert app._exception is None
    assert not (tmp_path / "out").exists()


async def test_leaving_while_the_vault_is_being_closed_waits_for_it(console, busy):
    app = console("carla")
    async with app.run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        disk = Event()
        app.session.submit(lambda vault: disk.wait(PATIENCE))
        await pilot.press("f12")
        await on(pilot, UnlockScreen)
        await pilot.press("ctrl+q")
        assert app.closing
        assert app.is_running
        disk.set()
        await until(pilot, lambda: not app.is_running)
    with open_as(busy, "carla") as vault:
        assert figures.history(vault) == []


async def test_screens_that_the_lock_took_away_ask_for_nothing(console, busy):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        app = pilot.app
        await to_months(pilot)
        shift, months = (
            next(each for each in app.screen_stack if isinstance(each, kind))
            for kind in (ShiftScreen, FiguresScreen)
        )
        await pilot.press("f12")
        await on(pilot, UnlockScreen)
        assert months.check_action("export", ())
        await shift.on_screen_resume()


@pytest.mark.parametrize("mode", ["rounded", "suppressed"])
@pytest.mark.parametrize(
    "steps", [("counting", "protecting"), ("counting", "protecting", "attacking")]
)
def test_long_work_asks_again_and_again_whether_it_is_to_go_on(busy, tmp_path, mode, steps):
    told = []

    def give_up(step: str, share: float) -> None:
        told.append(step)
        if told.count(steps[-1]) > 2:
            raise GivenUpError

    with open_as(busy, "carla") as vault:
        before = sorted(vault.conn.execute("SELECT period FROM closing").fetchall())
        with pytest.raises(GivenUpError):
            figures.export(vault, "2026-10", tmp_path / "out", now=NOW, mode=mode, progress=give_up)
        assert set(told) == set(steps)
        assert told.count(steps[-1]) == 3
        assert figures.history(vault) == []
        assert sorted(vault.conn.execute("SELECT period FROM closing").fetchall()) == before
    assert not (tmp_path / "out").exists()


async def test_the_home_of_nobody_is_no_folder(console, busy):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        await ask_where(pilot, "~nobodyofthatname/figures")
        await pilot.press("enter")
        await until(pilot, lambda: "There is no folder" in words(pilot.app, "#out-said"))
        assert "~nobodyofthatname/figures" in words(pilot.app, "#out-said")
        assert not pilot.app.screen.query_one(Input).disabled
        assert await pilot.app.session.call(figures.history) == []


async def test_a_folder_in_which_nothing_can_be_made_publishes_nothing(console, busy, tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        await ask_where(pilot, tmp_path / "letter.txt" / "figures")
        await pilot.press("enter")
        await until(pilot, lambda: "another folder" in words(pilot.app, "#out-said"))
        assert "published" not in words(pilot.app, "#out-said")
        assert await pilot.app.session.call(figures.history) == []


def too_deep(under: Path) -> Path:
    """Return a folder that takes a file of a short name, and none of a release."""
    longest, probe = 4095, len("/.probe-12345678/probe")
    path = under
    while (left := longest - probe - len(str(path)) - 1) > 200:
        path /= "d" * 100
    return path / ("d" * left)


async def test_what_is_published_but_not_written_shows_as_published(console, busy, tmp_path):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_tables(pilot)
        await ask_where(pilot, too_deep(tmp_path))
        await pilot.press("f2", "enter")
        await until(pilot, lambda: "could not be written" in words(pilot.app, "#out-said"))
        await until(pilot, lambda: not pilot.app.screen.query_one(Input).disabled)
        assert [line.mode for line in await pilot.app.session.call(figures.history)] == [
            "suppressed"
        ]
        assert "rounded or hidden" not in words(pilot.app, "KeyBar:last-of-type")
        await pilot.press("f2")
        assert "hidden" in words(pilot.app, "#out-mode")
        await pilot.press("escape")
        await on(pilot, TablesScreen)
        await until(pilot, lambda: "Published, vintage 1" in words(pilot.app, "#figures-about"))
        await pilot.press("escape")
        await on(pilot, FiguresScreen)
        listed = pilot.app.screen.query_one(OptionList)
        await until(pilot, lambda: "published" in str(listed.options[0].prompt))
        await ask_where(pilot, tmp_path / "out")
        assert "hidden" in words(pilot.app, "#out-mode")
        await pilot.press("enter")
        await until(pilot, lambda: "was published before" in words(pilot.app, "#out-said"))


async def test_a_year_is_asked_for_in_words_of_its_own(console, published):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        assert "F8 year" in words(pilot.app, "KeyBar")
        await pilot.press("f8")
        await on(pilot, WhereScreen)
        said = "\n".join(str(each.visual) for each in pilot.app.screen.query("Static"))
        assert "Publish 2026 into which folder?" in said
        assert "A year is the sum" in said
        assert "published month is closed" not in said
