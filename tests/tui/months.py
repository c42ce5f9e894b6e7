"""The way to a month's screens, for tests of the figures."""

from pathlib import Path

from textual.pilot import Pilot

from console import figures
from console.tui.app import ConsoleApp
from console.tui.figures import FiguresScreen
from console.tui.figures_grid import Grid
from console.tui.figures_tables import TablesScreen
from console.tui.shift import ShiftScreen
from tests.tui.conftest import on, until, words
from tests.tui.screens import drawn
from tests.vaults import open_as


async def to_months(pilot: Pilot[None]) -> None:
    await on(pilot, ShiftScreen)
    await pilot.press("f6")
    await on(pilot, FiguresScreen)
    await until(pilot, lambda: "up to" in words(pilot.app, "#true"))


async def to_tables(pilot: Pilot[None], *, down: int = 0) -> None:
    """Go to the table by region and gender, the second, of a month."""
    await to_months(pilot)
    await pilot.press(*["down"] * down, "enter")
    await on(pilot, TablesScreen)
    await until(pilot, lambda: bool(grid(pilot.app).laid.rows))
    await pilot.press("n")


def by_region(review: figures.Review) -> figures.PublishedTable:
    return next(table for table in review.tables if table.raw.name == "region_gender")


def grid(app: ConsoleApp) -> Grid:
    return app.screen.query_one(Grid)


def seen(app: ConsoleApp) -> str:
    return "\n".join(strip.text for strip in drawn(app.screen))


def waits_for(home: Path, *names: str) -> None:
    """Have the vault wait for workstations from the first month on."""
    with open_as(home, "carla") as vault, vault.transaction():
        for name in names:
            vault.conn.execute(
                "INSERT INTO workstation (id, name, sign_public, since, registered_on, "
                "registered_by) VALUES (?, ?, x'00', '2025-01', '2025-01-01', 'carla')",
                [f"id of {name}", name],
            )
