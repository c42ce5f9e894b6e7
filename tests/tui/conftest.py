"""A console on a small vault, for Pilot tests."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.tui.app import ConsoleApp
from tests.vaults import NOW, make_vault, passphrase

MOST_TURNS = 1500


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = NOW
        self.seconds = 0.0

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """Let time go by."""
        self.now += timedelta(**by)
        self.seconds += timedelta(**by).total_seconds()

    def set_back(self, **by: float) -> None:
        """Let somebody set the workstation's clock back, which time takes no notice of."""
        self.now -= timedelta(**by)

    def ticks(self) -> float:
        """The seconds that went by, whatever the clock says."""
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    make_vault(home)
    return home


@pytest.fixture
def console(home: Path, clock: Clock) -> Callable[[str], ConsoleApp]:
    """Make the application, logged in as a member."""

    def make(name: str) -> ConsoleApp:
        return ConsoleApp(
            home, member=name, passphrase=passphrase(name), now=clock, ticks=clock.ticks
        )

    return make


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Let the application work until something holds; fail if it never does."""
    for _ in range(MOST_TURNS):
        if holds():
            await pilot.pause()
            return
        await pilot.pause(0.01)
    raise AssertionError(f"never held; on screen: {type(pilot.app.screen).__name__}")


async def on(pilot: Pilot[None], screen: type) -> None:
    """Wait until ``screen`` is the one that shows."""
    await until(pilot, lambda: isinstance(pilot.app.screen, screen) and pilot.app.screen.is_mounted)


def words(app: ConsoleApp, selector: str) -> str:
    """What a static widget says."""
    from textual.widgets import Static

    return str(app.screen.query_one(selector, Static).visual)
