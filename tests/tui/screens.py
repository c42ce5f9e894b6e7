"""The way to every screen, for tests that hold for all of them."""

from collections.abc import Awaitable, Callable

from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from console.tui.call import CallScreen
from console.tui.directory import DirectoryScreen
from console.tui.ending import EndingScreen
from console.tui.figures import FiguresScreen
from console.tui.help import HelpScreen
from console.tui.keys import KeysScreen
from console.tui.match import MatchScreen
from console.tui.pick import PickScreen
from console.tui.rest import RestScreen
from console.tui.shift import ShiftScreen
from tests.tui.conftest import on

Way = Callable[[Pilot[None]], Awaitable[None]]


def by(*steps: tuple[str, type[Screen]]) -> Way:
    """Return the way that presses each key from the shift on and waits for its screen."""

    async def go(pilot: Pilot[None]) -> None:
        await on(pilot, ShiftScreen)
        for key, screen in steps:
            await pilot.press(key)
            await on(pilot, screen)

    return go


CALL = ("f2", CallScreen)


async def to_a_list(pilot: Pilot[None]) -> None:
    """Open the codes of the form's second line."""
    await by(CALL)(pilot)
    pilot.app.screen.query_one("#form").focus()
    await pilot.press("down", "enter")
    await on(pilot, PickScreen)


WAYS: dict[str, tuple[str, Way]] = {
    "shift": ("amina", by()),
    "call": ("amina", by(CALL)),
    "list": ("amina", to_a_list),
    "ending": ("amina", by(CALL, ("f9", EndingScreen))),
    "partners": ("amina", by(CALL, ("f3", MatchScreen))),
    "help": ("amina", by(CALL, ("f1", HelpScreen))),
    "break": ("amina", by(("f4", RestScreen))),
    "directory": ("carla", by(("f7", DirectoryScreen))),
    "figures": ("carla", by(("f6", FiguresScreen))),
    "keys": ("ines", by(("f8", KeysScreen))),
}
"""Who opens a screen, and how."""


def drawn(screen: Screen, within: Widget | None = None) -> list[Strip]:
    """Return the lines of ``screen``, or of one widget on it, as they go to the terminal."""
    region = screen.region if within is None else within.region
    lines = screen._compositor.render_strips()[region.y : region.bottom]
    return [line.crop(region.x, region.right) for line in lines]
