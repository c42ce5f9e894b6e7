"""How screens look, as pictures. The README shows the call screen's."""

from textual.widgets import TextArea

from console.tui.call import CallScreen
from console.tui.shift import ShiftScreen
from tests.tui.conftest import on, until, words
from tests.tui.test_call import code

NOTE = (
    "She says the photos were sent to her cousins last week from a new account. "
    "He asks for money or he will send more. Called from 0300 1234567."
)


async def a_call_under_way(pilot) -> None:
    await on(pilot, ShiftScreen)
    await pilot.press("f2")
    await on(pilot, CallScreen)
    screen = pilot.app.screen
    await code(pilot, "myself", "woman", "23", "punjab", "photos shared")
    await until(pilot, lambda: screen._asking._task.done())
    await pilot.app.workers.wait_for_complete()
    note = screen.query_one(TextArea)
    note.insert(NOTE)
    await pilot.pause()
    await until(pilot, lambda: "saved" in words(pilot.app, "#status"))
    screen.query_one("CodeLine Input").focus()
    await pilot.press(*"insta")
    await until(pilot, lambda: "Instagram" in words(pilot.app, "#hits"))


def test_call_screen(snap_compare, console):
    assert snap_compare(console("amina"), terminal_size=(80, 24), run_before=a_call_under_way)


def test_call_screen_wide(snap_compare, console):
    assert snap_compare(console("amina"), terminal_size=(120, 40), run_before=a_call_under_way)


def test_shift_screen(snap_compare, console):
    async def shown(pilot) -> None:
        await on(pilot, ShiftScreen)
        await until(pilot, lambda: "On the line" in words(pilot.app, "#cover"))

    assert snap_compare(console("amina"), terminal_size=(80, 24), run_before=shown)


def test_unlock_screen(snap_compare, home, clock):
    from console.tui.app import ConsoleApp
    from console.tui.unlock import UnlockScreen

    async def listed(pilot) -> None:
        await on(pilot, UnlockScreen)
        await until(pilot, lambda: "carla" in words(pilot.app, "#who"))

    app = ConsoleApp(home, now=clock)
    assert snap_compare(app, terminal_size=(80, 24), run_before=listed)
