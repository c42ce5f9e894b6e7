"""A console on a small vault, for Pilot tests."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console import figures, language
from console.tui.app import ConsoleApp
from tests.figures.rows import long_tailed
from tests.figures.test_export import insert
from tests.tui.settled import settled
from tests.vaults import NOW, make_vault, open_as, passphrase

MOST_TURNS = 6000

MONTHS = {"2025-10": 101, "2026-09": 120, "2026-10": 130}
"""How many calls the months of a busy line have."""


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


@pytest.fixture(autouse=True)
def wait_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Pilot wait until what a key caused is done, however slow the machine is."""
    for module in ("textual.app", "textual.pilot"):
        monkeypatch.setattr(f"{module}.wait_for_idle", settled)


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


@pytest.fixture
def busy(home: Path) -> Path:
    """The vault with three months of calls, none published."""
    with open_as(home, "carla") as vault:
        for seed, (period, count) in enumerate(MONTHS.items()):
            insert(vault, period, long_tailed(seed, count))
    return home


@pytest.fixture
def published(busy: Path, tmp_path: Path) -> Path:
    """The same with all but the newest month published."""
    with open_as(busy, "carla") as vault:
        for period in list(MONTHS)[:-1]:
            figures.export(vault, period, tmp_path / "before", now=NOW)
    return busy


@pytest.fixture
def in_english_afterwards() -> Iterator[None]:
    yield
    language.use("en")


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
