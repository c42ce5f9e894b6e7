"""Calls that are not over: set aside, handed over, taken back, not saved."""

import asyncio
from threading import Event

import pytest
from textual.widgets import OptionList, TextArea

from console import calls
from console.tui.call import CallScreen
from console.tui.ending import EndingScreen
from console.tui.shift import ShiftScreen
from tests.patience import PATIENCE
from tests.tui.conftest import on, until, words
from tests.tui.test_call import FULL, code, start
from tests.vaults import make_vault, open_as


@pytest.fixture
def home(tmp_path):
    make_vault(tmp_path / "home", operators=("amina", "bushra"))
    return tmp_path / "home"


def listed(pilot) -> list[str]:
    return [str(option.prompt) for option in pilot.app.screen.query_one(OptionList).options]


async def test_a_call_is_set_aside_and_a_colleague_takes_it_up(console, home, clock):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        screen = await start(pilot)
        await code(pilot, "woman")
        screen.query_one(TextArea).focus()
        await pilot.press(*"hush")
        clock.forward(minutes=7)
        await pilot.press("f2")
        await on(pilot, ShiftScreen)
        await until(pilot, lambda: any("set aside by amina" in line for line in listed(pilot)))
        await pilot.press("f12")
    async with console("bushra").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await until(pilot, lambda: bool(listed(pilot)))
        await pilot.press("home", "enter")
        await on(pilot, CallScreen)
        assert pilot.app.screen.query_one(TextArea).text == "hush"
        assert "00:07:00" in words(pilot.app, "#status")
        await pilot.press("f12")
    with open_as(home, "bushra") as vault:
        [draft] = calls.drafts(vault)
        assert (draft.operator, draft.state, draft.note) == ("bushra", "live", "hush")


async def test_a_digit_too_soon_is_taken_back_within_ten_seconds(console, clock):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await start(pilot)
        await pilot.press("4")
        await on(pilot, ShiftScreen)
        await until(pilot, lambda: "Backspace" in words(pilot.app, "#kept"))
        clock.forward(seconds=9)
        await pilot.press("backspace")
        await on(pilot, CallScreen)
        assert await pilot.app.session.call(calls.recent) == []


async def test_after_ten_seconds_nothing_is_taken_back(console, clock):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await start(pilot)
        await pilot.press("4")
        await on(pilot, ShiftScreen)
        await until(pilot, lambda: "Backspace" in words(pilot.app, "#kept"))
        clock.forward(seconds=11)
        await until(pilot, lambda: not pilot.app.screen.query_one("#kept").display)
        await pilot.press("backspace")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ShiftScreen)
        assert [line.kind for line in await pilot.app.session.call(calls.recent)] == ["prank"]


async def test_a_clock_that_is_set_back_makes_no_call_shorter(console, clock):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await start(pilot)
        clock.forward(minutes=9)
        clock.set_back(hours=1)
        await until(pilot, lambda: "00:09:00" in words(pilot.app, "#status"))
        await code(pilot, *FULL)
        await pilot.press("f9")
        await on(pilot, EndingScreen)
        await pilot.press("1")
        await on(pilot, ShiftScreen)
        [line] = await pilot.app.session.call(calls.recent)
        assert (await pilot.app.session.call(calls.read, line.call)).minutes == 10


async def test_what_nobody_knows_is_coded_so_by_one_key(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await start(pilot)
        await code(pilot, "woman")
        await pilot.press("f9")
        await on(pilot, EndingScreen)
        await pilot.press("u", "2")
        await on(pilot, ShiftScreen)
        [line] = await pilot.app.session.call(calls.recent)
        finished = await pilot.app.session.call(calls.read, line.call)
        assert finished.coded == {"gender": ("woman",), "issue": ("unknown",)}
        assert finished.distress == 2


@pytest.mark.parametrize(("key", "note", "counted"), [("r", "at [phone]", 0), ("k", None, 1)])
async def test_identifiers_are_kept_by_an_explicit_choice_alone(console, key, note, counted):
    written = "at 0300 1234567"
    async with console("amina").run_test(size=(80, 24)) as pilot:
        screen = await start(pilot)
        await code(pilot, *FULL)
        screen.query_one(TextArea).insert(written)
        await pilot.press("f9")
        await on(pilot, EndingScreen)
        await pilot.press("1")
        await pilot.pause()
        assert isinstance(pilot.app.screen, EndingScreen)
        await pilot.press(key, "1")
        await on(pilot, ShiftScreen)
        [line] = await pilot.app.session.call(calls.recent)
        finished = await pilot.app.session.call(calls.read, line.call)
        assert finished.note == (note or written)
        lines = await pilot.app.session.call(lambda vault: vault.audit_lines())
        assert sum(line.action == "note.identifiers_kept" for line in lines) == counted


async def test_a_journal_that_fails_is_loud_and_loses_nothing(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        screen = await start(pilot)

        def room(pages: str):
            return lambda vault: vault.conn.execute(f"PRAGMA max_page_count = {pages}").fetchone()

        await pilot.app.session.call(room("1"))
        note = screen.query_one(TextArea)
        note.focus()
        note.insert("word " * 4000)
        await until(pilot, lambda: "NOT SAVED" in words(pilot.app, "Journal"))
        assert "disk is full" in words(pilot.app, "Journal")
        assert "NOT SAVED" in words(pilot.app, "#status")
        await pilot.press("x")
        assert note.text.startswith("word ")
        await pilot.app.session.call(room("1000000"))
        await until(pilot, lambda: "saved 14:" in words(pilot.app, "#status"))
        assert not screen.query_one("Journal").display
        [draft] = await pilot.app.session.call(calls.drafts)
        assert draft.note == note.text


async def test_a_kind_of_contact_may_be_typed_too(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await start(pilot)
        await pilot.press(*"silent", "enter")
        await on(pilot, ShiftScreen)
        assert [line.kind for line in await pilot.app.session.call(calls.recent)] == ["silent"]


async def test_what_a_full_disk_did_not_take_survives_the_lock_and_is_saved_later(console, home):
    from console.tui.unlock import UnlockScreen
    from tests.vaults import passphrase

    async with console("amina").run_test(size=(80, 24)) as pilot:
        app, screen = pilot.app, await start(pilot)
        await app.session.call(
            lambda vault: vault.conn.execute("PRAGMA max_page_count = 1").fetchone()
        )
        screen.query_one(TextArea).insert("word " * 4000)
        await until(pilot, lambda: "NOT SAVED" in words(app, "#status"))
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert app.is_running
        await pilot.press("f12")
        await on(pilot, UnlockScreen)
        await until(pilot, lambda: app.unkept is not None)
        assert b"word" not in app.unkept.sealed
        await app.log_in("amina", passphrase("amina"))
        await on(pilot, CallScreen)
        assert app.screen.query_one(TextArea).text == "word " * 4000
        await until(pilot, lambda: "saved 14:" in words(app, "#status"))
        assert app.unkept is None
        [draft] = await app.session.call(calls.drafts)
        assert draft.note == "word " * 4000


async def test_a_lock_in_the_middle_of_reading_stops_nothing(console):
    from console.tui.unlock import UnlockScreen

    async with console("amina").run_test(size=(80, 24)) as pilot:
        app = pilot.app
        await on(pilot, ShiftScreen)
        disk = Event()
        shift = app.screen
        app.session.submit(lambda vault: disk.wait(PATIENCE))
        reading = asyncio.ensure_future(shift.show())
        locking = asyncio.ensure_future(app.action_lock())
        await until(pilot, lambda: not shift.query("#calls"))
        disk.set()
        await locking
        await on(pilot, UnlockScreen)
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert app._exception is None


def test_what_a_lock_says_may_come_before_the_way_in_is_whole():
    from console.tui.unlock import UnlockScreen

    UnlockScreen()._say("Locked.")


def held(app) -> Event:
    """Keep the disk busy until the event is set."""
    disk = Event()
    app.session.submit(lambda vault: disk.wait(PATIENCE))
    return disk


async def test_help_that_is_opened_while_a_call_is_set_aside_does_not_stay_in_its_place(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        screen = await start(pilot)
        screen.query_one(TextArea).insert("hush")
        await pilot.pause()
        disk = held(pilot.app)
        await pilot.press("f2", "f1")
        await until(pilot, lambda: pilot.app.screen is not screen)
        disk.set()
        await on(pilot, ShiftScreen)
        assert screen not in pilot.app.screen_stack
        [draft] = await pilot.app.session.call(calls.drafts)
        assert (draft.note, draft.state) == ("hush", "parked")


async def test_a_call_that_was_set_aside_in_a_hurry_stays_aside(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        screen = await start(pilot)
        screen.query_one(TextArea).insert("hush")
        await pilot.pause()
        disk = held(pilot.app)
        await pilot.press("f2")
        await pilot.pause(0.4)
        disk.set()
        await on(pilot, ShiftScreen)
        [draft] = await pilot.app.session.call(calls.drafts)
        assert (draft.note, draft.state) == ("hush", "parked")


async def test_a_key_that_repeats_itself_starts_one_call(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        disk = held(pilot.app)
        await pilot.press("f2", "f2")
        disk.set()
        await on(pilot, CallScreen)
        assert len(await pilot.app.session.call(calls.drafts)) == 1


async def test_a_save_on_its_way_that_fails_at_the_lock_keeps_the_words(console):
    from console.tui.unlock import UnlockScreen

    async with console("amina").run_test(size=(80, 24)) as pilot:
        app, screen = pilot.app, await start(pilot)
        await app.session.call(
            lambda vault: vault.conn.execute("PRAGMA max_page_count = 1").fetchone()
        )
        disk = held(app)
        screen.query_one(TextArea).insert("word " * 4000)
        await until(pilot, lambda: screen._journal._saving)
        locking = asyncio.ensure_future(app.action_lock())
        await pilot.pause()
        disk.set()
        await locking
        await on(pilot, UnlockScreen)
        await until(pilot, lambda: app.unkept is not None)


async def test_what_is_ticked_in_a_list_is_in_the_journal_before_the_list_closes(console):
    from console.tui.pick import PickScreen

    async with console("amina").run_test(size=(80, 24)) as pilot:
        screen = await start(pilot)
        form = screen.query_one("#form", OptionList)
        form.focus()
        form.highlighted = form.get_option_index("issue")
        await pilot.press("enter")
        await on(pilot, PickScreen)
        await pilot.press(*"threats", "enter")
        await until(pilot, lambda: screen._draft.coded.get("issue") == ("threats",))
        await until(pilot, lambda: "saved" in screen._journal.words)
        [draft] = await pilot.app.session.call(calls.drafts)
        assert draft.coded["issue"] == ("threats",)
