"""The figures on the screen: the months, and the tables of one."""

from collections import Counter

import pytest
from textual.widgets import OptionList

from console import figures, language
from console.figures.tally import TOTAL
from console.tui.charts import ChartScreen
from console.tui.figures import FiguresScreen
from console.tui.figures_check import CheckScreen
from console.tui.figures_close import CloseScreen
from console.tui.figures_grid import lay_out
from console.tui.figures_out import WhereScreen
from console.tui.figures_tables import PickTableScreen, TablesScreen
from console.tui.help import HelpScreen
from console.tui.keybar import deeds
from console.tui.shift import ShiftScreen
from tests.figures.rows import long_tailed
from tests.language.catalogues import OTHERS
from tests.language.test_screens import speaks
from tests.tui.conftest import MONTHS, on, until, words
from tests.tui.months import by_region, grid, seen, to_months, to_tables
from tests.vaults import open_as


async def test_the_months_say_how_many_calls_and_what_was_published(console, published):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        listed = pilot.app.screen.query_one(OptionList)
        lines = [str(option.prompt) for option in listed.options]
        assert [line.split()[0] for line in lines] == sorted(MONTHS, reverse=True)
        assert "130 calls" in lines[0]
        assert "open" in lines[0]
        assert "published as 120" in lines[1]


async def test_the_marked_month_is_compared_in_words(console, busy):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        said = words(pilot.app, "#true")
        assert "October 2026: 130 calls (true); September 2026: 120; 10 more." in said
        assert "October 2026: 130 calls (true); October 2025: 101; 29 more." in said


async def test_true_and_tried_counts_stand_side_by_side(console, busy):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_tables(pilot)
        assert "trial" in words(pilot.app, "#figures-about")
        table = by_region(await pilot.app.session.call(figures.review, "2026-10"))
        whole = table.raw.cells[TOTAL, TOTAL], table.published[TOTAL, TOTAL]
        assert whole[0] == 130
        name, texts = grid(pilot.app).laid.rows[-1]
        assert (name, texts[-1]) == ("Total", f"{whole[0]} → {whole[1]}")
        assert f"{whole[0]} → {whole[1]}" in seen(pilot.app) or grid(pilot.app).max_scroll_x
        assert await pilot.app.session.call(figures.history) == []


async def test_a_published_month_is_shown_as_it_was_published(console, published):
    with open_as(published, "carla") as vault, vault.transaction():
        vault.conn.execute("UPDATE call SET gender = 'man' WHERE period = '2026-09'")
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_tables(pilot, down=1)
        assert "Published, vintage 1" in words(pilot.app, "#figures-about")
        shown = await pilot.app.session.call(figures.review, "2026-09")
        women = by_region(shown).raw.cells[TOTAL, "woman"]
        assert women == sum(call["gender"] == "woman" for call in long_tailed(1, 120))


async def test_one_key_shows_true_counts_shown_ones_and_the_difference(console, busy):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_tables(pilot)
        review = await pilot.app.session.call(figures.review, "2026-10")
        table = by_region(review)
        true, shown = table.raw.cells, table.published
        laid = {}
        for view in ("true", "shown", "difference", "both"):
            await pilot.press("f2")
            laid[view] = grid(pilot.app).laid
    end = true[TOTAL, TOTAL], shown[TOTAL, TOTAL]
    said = {view: each.rows[-1][1] for view, each in laid.items()}
    assert (said["true"][-1], said["shown"][-1]) == (str(end[0]), str(end[1]))
    assert said["both"][-1] == f"{end[0]} → {end[1]}"
    differences = [int(text) for text in said["difference"]]
    assert differences == [
        int(after) - int(before) for before, after in zip(said["true"], said["shown"], strict=True)
    ]
    assert any(differences)


async def test_tables_are_gone_through_by_keys_and_picked_from_a_list(console, busy):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_tables(pilot)
        first = words(pilot.app, "#figures-which")
        await pilot.press("n")
        assert words(pilot.app, "#figures-which") != first
        await pilot.press("p", "p")
        last = words(pilot.app, "#figures-which")
        await pilot.press("f3")
        await on(pilot, PickTableScreen)
        await pilot.press("home", "down", "enter")
        await on(pilot, TablesScreen)
        assert words(pilot.app, "#figures-which") == first
        assert last != first


async def test_rows_without_calls_come_with_one_key(console, busy):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_tables(pilot)
        few = grid(pilot.app).laid
        await pilot.press("f5")
        every = grid(pilot.app).laid
        assert few.left_out
        assert every.left_out == 0
        assert len(every.rows) == len(few.rows) + few.left_out


async def test_the_grid_scrolls_under_its_header_and_beside_its_labels(console, busy):
    async with console("carla").run_test(size=(60, 12)) as pilot:
        await to_tables(pilot)
        await pilot.press("f5")
        shown, laid = grid(pilot.app), grid(pilot.app).laid
        await pilot.press("end")
        await until(pilot, lambda: shown.scroll_offset.y == shown.max_scroll_y > 0)
        assert "Total" in shown.render_line(shown.scrollable_content_region.height - 1).text
        before = shown.render_line(0).text
        await pilot.press("right")
        assert shown.render_line(0).text != before
        assert shown.render_line(1).text.startswith(laid.rows[shown.scroll_offset.y][0][:8])
        await pilot.press(*["right"] * len(laid.columns))
        assert shown.render_line(0).text.rstrip().endswith("Total")
        await pilot.press(*["left"] * len(laid.columns))
        assert shown.scroll_offset.x == 0


def test_a_table_of_three_dimensions_is_flattened() -> None:
    raw = figures.RawTable(
        "three",
        ("a", "b", "c"),
        "calls",
        {
            (a, b, c): (1 if a == b == c == "x" else 0)
            for a in ("x", TOTAL)
            for b in ("x", "y", TOTAL)
            for c in ("x", TOTAL)
        },
    )
    table = figures.PublishedTable(raw, dict.fromkeys(raw.cells, 0))
    laid = lay_out(table, lambda _, code: f"<{code}>", "both", total="all", empty_rows=False)
    assert laid.columns == ("<x>", "all")
    assert [name for name, _ in laid.rows] == ["<x> · <x>", "all"]
    assert laid.rows[0][1] == ("1 → 0", "0")
    assert laid.left_out == 4


def test_a_hostile_label_cannot_act_on_the_terminal() -> None:
    raw = figures.RawTable("one", ("a",), "calls", {("x",): 6, (TOTAL,): 6})
    table = figures.PublishedTable(raw, {("x",): 5, (TOTAL,): 5})
    laid = lay_out(table, lambda *_: "\x1b]0;t\x07[b]x\n", "both", total="all", empty_rows=True)
    assert [name for name, _ in laid.rows] == ["]0;t[b]x", "all"]


async def test_what_protection_costs_and_what_adds_up_in_words(console, published):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_tables(pilot)
        await pilot.press("f8")
        await on(pilot, CheckScreen)
        await until(pilot, lambda: "Over time" in words(pilot.app, "#checked"))
        said = words(pilot.app, "#checked")
        assert "What protection would cost (a trial)" in said
        review = await pilot.app.session.call(figures.review, "2026-10")
        whole = figures.cost(review.tables)
        assert f"{whole.mean:.2f} from the true one on average" in said
        assert f"{whole.largest} at most" in said
        assert "✗" not in said
        assert "1 month of it is published: 120 calls, of 120 true." in said
        await pilot.press("end")
        await pilot.press("escape")
        await on(pilot, TablesScreen)


async def test_the_bar_and_the_help_name_every_key_once(console, busy):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_tables(pilot)
        keys = Counter(deed.key for deed in deeds(pilot.app.screen))
        assert max(keys.values()) == 1
        assert {"F2", "F3", "F4", "F5", "F7", "F8", "F9", "Esc"} <= set(keys)
        await pilot.press("f1")
        await on(pilot, HelpScreen)
        assert "empty rows" in seen(pilot.app)
        box, bar = pilot.app.screen.query_one("#help"), pilot.app.screen.query_one("#help KeyBar")
        listed = pilot.app.screen.query_one(OptionList)
        assert box.content_region.contains_region(listed.region)
        assert box.content_region.contains_region(bar.region)
        assert listed.max_scroll_y > 0
        await pilot.press("pagedown", "pagedown")
        await until(pilot, lambda: listed.scroll_offset.y == listed.max_scroll_y)
        last = str(listed.options[-1].prompt)
        assert last in seen(pilot.app)


async def test_an_operator_sees_no_figures(console, busy):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.press("f6")
        await pilot.pause()
        await on(pilot, ShiftScreen)
        from console.errors import Refused

        for ask in (figures.months, lambda vault: figures.review(vault, "2026-10")):
            with pytest.raises(Refused):
                await pilot.app.session.call(ask)


@pytest.mark.parametrize("code", OTHERS)
async def test_the_screens_of_a_month_speak_the_language_and_their_keys_fit(
    console, published, in_english_afterwards, code
):
    language.use(code)
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.press("f6")
        await on(pilot, FiguresScreen)
        await until(pilot, lambda: "2026: 130" in words(pilot.app, "#true").replace(" :", ":"))
        speaks(pilot.app, code)
        await pilot.press("f10")
        await on(pilot, CloseScreen)
        speaks(pilot.app, code)
        await pilot.press("escape", "f9")
        await on(pilot, WhereScreen)
        speaks(pilot.app, code)
        await pilot.press("escape", "enter")
        await on(pilot, TablesScreen)
        await until(pilot, lambda: bool(grid(pilot.app).laid.rows))
        speaks(pilot.app, code)
        await pilot.press("f8")
        await on(pilot, CheckScreen)
        await until(pilot, lambda: len(words(pilot.app, "#checked")) > 200)
        speaks(pilot.app, code)
        await pilot.press("escape", "f7")
        await on(pilot, ChartScreen)
        await until(pilot, lambda: "█" in seen(pilot.app))
        speaks(pilot.app, code)
