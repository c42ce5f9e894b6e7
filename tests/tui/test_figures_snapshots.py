"""How the figures look, as pictures."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console import figures
from console.tui.charts import ChartScreen
from console.tui.figures_check import CheckScreen
from tests.figures.rows import long_tailed
from tests.figures.test_export import insert
from tests.tui.conftest import on, until, words
from tests.tui.months import seen, to_months, to_tables
from tests.vaults import NOW, open_as

SIZES = {"narrow": (80, 24), "wide": (120, 40)}


@pytest.fixture
def two_months(home: Path, tmp_path: Path) -> Path:
    """The vault with a published month and one that is open, rounded alike in every run."""
    with open_as(home, "carla") as vault:
        with vault.transaction():
            vault.set_setting("release_secret", "5e" * 32)
        insert(vault, "2026-09", long_tailed(1, 120))
        insert(vault, "2026-10", long_tailed(2, 130))
        figures.export(vault, "2026-09", tmp_path / "before", now=NOW)
    return home


async def chart(pilot: Pilot[None]) -> None:
    await to_tables(pilot)
    await pilot.press("f7")
    await on(pilot, ChartScreen)
    await until(pilot, lambda: "█" in seen(pilot.app))


async def check(pilot: Pilot[None]) -> None:
    await to_tables(pilot)
    await pilot.press("f8")
    await on(pilot, CheckScreen)
    await until(pilot, lambda: "Over time" in words(pilot.app, "#checked"))


Way = Callable[[Pilot[None]], Awaitable[None]]

WAYS: dict[str, Way] = {
    "months": to_months,
    "tables": to_tables,
    "chart": chart,
    "check": check,
}


async def alone(pilot: Pilot[None], way: Way) -> None:
    """Go there, and take away what was said on the way."""
    await way(pilot)
    pilot.app.clear_notifications()
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("screen", WAYS)
def test_the_screen_looks_as_it_did(snap_compare, console, two_months, screen, size):
    way = partial(alone, way=WAYS[screen])
    assert snap_compare(console("carla"), terminal_size=SIZES[size], run_before=way)
