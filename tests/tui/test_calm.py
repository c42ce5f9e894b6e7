"""When something goes wrong: one calm line, and nothing of a call."""

import pytest

from console.tui.calm import CalmApp, whereabouts
from console.tui.shift import ShiftScreen
from tests.tui.conftest import on


async def test_a_crash_shows_one_calm_line_without_any_value(console):
    app = console("amina")
    with pytest.raises(ZeroDivisionError):
        async with app.run_test(size=(80, 24)) as pilot:
            await on(pilot, ShiftScreen)

            def fail() -> None:
                canary = "quietriver"
                assert canary
                _ = 1 / 0

            pilot.app.call_later(fail)
            await pilot.pause(0.1)
    assert app.calm_line.startswith("helpline: ")
    assert "ZeroDivisionError" in app.calm_line
    assert "quietriver" not in app.calm_line
    assert "\n" not in app.calm_line


class Keeping(CalmApp):
    """An application that cannot even keep the words any more."""

    asked = 0

    def keep_words(self) -> None:
        self.asked += 1
        raise KeyError("quietriver")


async def test_the_words_are_kept_first_and_if_that_fails_too_the_line_stays():
    app = Keeping()
    with pytest.raises(ZeroDivisionError):
        async with app.run_test() as pilot:
            app.call_later(lambda: 1 / 0)
            await pilot.pause(0.1)
    assert app.asked
    assert app.return_code == 1
    assert "Tell IT: ZeroDivisionError at test_calm:" in app.calm_line


def test_where_an_error_came_from_says_nothing_of_what_it_says():
    try:
        raise ValueError("quietriver")
    except ValueError as error:
        said = whereabouts(error)
    assert said.startswith("ValueError at test_calm:")
    assert "quietriver" not in said
