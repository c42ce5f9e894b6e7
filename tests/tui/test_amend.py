"""Amendments, by keyboard at 80x24."""

from textual.widgets import OptionList, TextArea

from console import calls
from console.tui.amend import AmendScreen, RevisionsScreen
from console.tui.pick import PickScreen
from console.tui.shift import ShiftScreen
from console.tui.unlock import UnlockScreen
from tests.tui.conftest import on, until, words
from tests.tui.test_returns import earlier, held, opened, read, remains
from tests.vaults import open_as


async def amend(pilot, call):
    finished = await read(pilot, calls.read, call)
    screen = AmendScreen(finished)
    results = await opened(pilot, screen)
    return screen, results


async def test_codes_and_note_are_put_right_and_what_was_before_can_be_read(console, home):
    call, _ = earlier(home, age=("unknown",))
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        screen, results = await amend(pilot, call)
        form = screen.query_one("#form", OptionList)
        form.highlighted = form.get_option_index("gender")
        await pilot.press("enter")
        await on(pilot, PickScreen)
        await pilot.press(*"man", "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        screen.query_one(TextArea).focus()
        await pilot.press("end", *"!!")
        widgets = held(screen)
        assert remains(widgets)
        await pilot.press("f9")
        await until(pilot, lambda: results == [True])
        assert remains(widgets) == ""
        after = await read(pilot, calls.read, call)
        assert after.coded["gender"] == ("man",)
        assert after.note == "it began in May!!"
        screen, results = await amend(pilot, call)
        await pilot.press("f4")
        await on(pilot, RevisionsScreen)
        before = pilot.app.screen
        said = words(pilot.app, "#revisions")
        assert "Until 2026-11-21, when amina amended it" in said
        assert "it began in May" in said
        assert "!!" not in said
        widgets = held(before)
        assert remains(widgets)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert remains(widgets) == ""
        await pilot.press("f9")
        await until(pilot, lambda: results == [False])


async def test_nothing_typed_is_thrown_away_by_one_escape(console, home):
    call, _ = earlier(home)
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        screen, results = await amend(pilot, call)
        screen.query_one(TextArea).focus()
        await pilot.press("x", "escape")
        await until(pilot, lambda: "Not kept yet" in words(pilot.app, "#amend-said"))
        # Typing on makes the question one to be asked again.
        await pilot.press("y", "escape")
        await pilot.pause()
        assert not results
        await pilot.press("f2")
        await until(pilot, lambda: results == [False])
        assert (await read(pilot, calls.read, call)).note == "it began in May"


async def test_an_identifier_is_replaced_or_kept_on_purpose(console, home):
    call, _ = earlier(home)
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        screen, results = await amend(pilot, call)
        area = screen.query_one(TextArea)
        area.load_text("call 0300 1234567 or 0300 7654321")
        await pilot.press("f10")
        await until(pilot, lambda: area.text == "call [phone] or 0300 7654321")
        await pilot.press("f9")
        await until(pilot, lambda: "give somebody away" in words(pilot.app, "#amend-said"))
        assert not results
        await pilot.press("f9")
        await until(pilot, lambda: results == [True])
        last = (await read(pilot, lambda vault: vault.audit_lines()))[-2]
        assert (last.action, last.subject) == ("note.identifiers_kept", f"call {call}: 1")


async def test_the_lock_keeps_what_was_typed_into_an_amendment(console, home):
    call, _ = earlier(home)
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        screen, _ = await amend(pilot, call)
        screen._coded.pop("age")
        screen.query_one(TextArea).focus()
        await pilot.press(*"so", "f12")
        await on(pilot, UnlockScreen)
    with open_as(home, "amina") as vault:
        kept = calls.read(vault, call)
        assert kept.note == "soit began in May"
        assert kept.coded["age"] == ("18-25",)
        assert len(calls.revisions(vault, call)) == 1


async def test_a_destroyed_note_cannot_be_typed_into(console, home):
    call, _ = earlier(home)
    with open_as(home, "amina") as vault, vault.transaction():
        vault.conn.execute("DELETE FROM day_key")
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        case = await read(pilot, calls.return_case, call)
        assert case.calls == ()
        with_note = await read(pilot, lambda vault: calls.store.finished(vault, call))
        screen = AmendScreen(with_note, destroyed=True)
        await opened(pilot, screen)
        assert "retention" in words(pilot.app, "#amend-said")
        screen.query_one(TextArea).focus()
        await pilot.press("x")
        assert screen.query_one(TextArea).text == ""
