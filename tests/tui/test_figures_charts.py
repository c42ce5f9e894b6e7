"""The figures' charts: published counts, or a trial's, and never a true one."""

import pytest

from console import figures
from console.tui.charts import Bar, Chart, ChartScreen, fitting, of_table, over_months, steps
from tests.tui.conftest import on, until, words
from tests.tui.months import seen, to_months, to_tables


async def test_the_chart_of_months_draws_published_counts_alone(console, published):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        await pilot.press("f7")
        await on(pilot, ChartScreen)
        await until(pilot, lambda: "█" in seen(pilot.app))
        said = seen(pilot.app)
        assert "Published calls by month" in said
        assert "2026-10" not in said
        assert "130" not in said


async def test_the_charts_of_a_trial_say_so_and_draw_no_true_count(console, busy):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await to_tables(pilot)
        review = await pilot.app.session.call(figures.review, "2026-10")
        await pilot.press("f7")
        await on(pilot, ChartScreen)
        await until(pilot, lambda: "█" in seen(pilot.app))
        assert "trial" in words(pilot.app, "#chart-note")
        for table in review.tables:
            for chart in of_table(table, review):
                assert all(bar.count and bar.count % 5 == 0 for bar in chart.bars)
        first = words(pilot.app, "#chart-title")
        await pilot.press("f2")
        assert words(pilot.app, "#chart-title") != first
        await pilot.press("p", "p")
        assert "Nothing is published yet" in words(pilot.app, "#chart-note")


def test_a_chart_draws_as_many_bars_as_there_is_room_for() -> None:
    codes = Chart("t", "n", tuple(Bar(f"code {at}", 100 - at) for at in range(40)))
    assert len(fitting(codes, 80, 20)) == 9
    assert fitting(codes, 80, 20)[0] == Bar("code 0 100", 100)
    months = Chart("t", "n", tuple(Bar(f"2026-{at:02}", at) for at in range(1, 13)), upright=True)
    few = fitting(months, 40, 20)
    assert [bar.count for bar in few] == [8, 9, 10, 11, 12]
    assert [bar.label for bar in few] == ["2026-08", "09", "10", "11", "12"]


def test_a_month_that_is_not_published_has_no_bar() -> None:
    months = [
        figures.MonthTotal("2026-07", 9),
        figures.MonthTotal("2026-08", 9, 10),
        figures.MonthTotal("2026-09", 9),
        figures.MonthTotal("2026-10", 9, 5),
        figures.MonthTotal("2026-11", 9),
    ]
    chart = over_months(months)
    assert chart.bars == (Bar("2026-08", 10), Bar("2026-09", None), Bar("2026-10", 5))
    assert [bar.label for bar in fitting(chart, 80, 20)] == ["2026-08", "09?", "10"]


@pytest.mark.parametrize(
    ("largest", "ticks"),
    [(0, [0, 5]), (5, [0, 5]), (23, [0, 5, 10, 15, 20, 25]), (600, [0, 200, 400, 600])],
)
def test_an_axis_has_round_numbers(largest, ticks):
    assert steps(largest) == ticks


async def test_a_terminal_without_blocks_and_colours_shows_the_same_bars(console, published):
    app = console("carla")
    app.fit({"TERM": "linux"}, "ascii")
    async with app.run_test(size=(80, 24)) as pilot:
        await to_months(pilot)
        await pilot.press("f7")
        await on(pilot, ChartScreen)
        await until(pilot, lambda: "###" in seen(pilot.app))
        assert seen(pilot.app).isascii()
        assert "09" in seen(pilot.app)
