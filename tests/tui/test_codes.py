"""The coordinator looks after the code lists by keyboard, at 80 by 24."""

from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from console import codebook
from console.tui.codes import CodeFormScreen, CodesScreen, RetireScreen
from console.tui.shift import ShiftScreen
from tests.tui.conftest import on, until, words


async def open_codes(pilot: Pilot[None], dimension: str) -> None:
    """Go to the codes of a dimension by keys."""
    await on(pilot, ShiftScreen)
    pilot.app.push_screen(CodesScreen())
    await on(pilot, CodesScreen)
    names = [each.name for each in pilot.app.session.book.dimensions()]
    await pilot.press(*["down"] * names.index(dimension), "right")
    await until(pilot, lambda: code_names(pilot)[:1] == first_of(pilot, dimension))


def code_names(pilot: Pilot[None]) -> list[str]:
    return [each.code for each in pilot.app.screen._listed]


def first_of(pilot: Pilot[None], dimension: str) -> list[str]:
    return [each.code for each in pilot.app.session.book.listed(dimension)][:1]


async def mark(pilot: Pilot[None], code: str) -> None:
    codes = code_names(pilot)
    await pilot.press("home", *["down"] * codes.index(code))
    await until(pilot, lambda: words(pilot.app, "#code-about").startswith(code))


def line(pilot: Pilot[None], code: str) -> str:
    listed = pilot.app.screen.query_one("#codes", OptionList)
    return str(listed.get_option_at_index(code_names(pilot).index(code)).prompt)


async def test_a_new_code_is_suggested_from_its_label_and_is_on_the_next_call(console):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await open_codes(pilot, "issue")
        await pilot.press("a")
        await on(pilot, CodeFormScreen)
        await pilot.press(*"Stay at home", "enter")
        assert pilot.app.screen.query_one("#code-code", Input).value == "stay_at_home"
        await pilot.press("enter", *"curfew, locked in", "enter")
        await on(pilot, CodesScreen)
        await until(pilot, lambda: words(pilot.app, "#code-about").startswith("stay_at_home"))
        assert "this site's own" in line(pilot, "stay_at_home")
        assert "curfew, locked in" in words(pilot.app, "#code-about")
        assert pilot.app.session.book.search("locked in")[0].code == "stay_at_home"


async def test_what_is_wrong_is_said_in_the_form_and_nothing_typed_is_lost(console):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await open_codes(pilot, "issue")
        await pilot.press("a")
        await on(pilot, CodeFormScreen)
        await pilot.press(*"Stalking of men", "enter", "home", *"_", "enter", "enter")
        await until(pilot, lambda: "can't be a code" in words(pilot.app, "#code-refused"))
        assert pilot.app.screen.query_one("#code-label", Input).value == "Stalking of men"
        await pilot.press("escape")
        await on(pilot, CodesScreen)
        assert await pilot.app.session.call(codebook.version) == 0


async def test_a_code_that_was_written_by_hand_is_not_overwritten(console):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await open_codes(pilot, "campus")
        await pilot.press("a")
        await on(pilot, CodeFormScreen)
        await pilot.press(*"Lahore", "enter", *"_1", "shift+tab", "end", *" East", "enter")
        assert pilot.app.screen.query_one("#code-code", Input).value == "lahore_1"


async def test_a_code_is_renamed_and_keeps_what_callers_say(console):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await open_codes(pilot, "platform")
        await mark(pilot, "discord")
        await pilot.press("r")
        await on(pilot, CodeFormScreen)
        await pilot.press(*" app", "enter", "enter")
        await on(pilot, CodesScreen)
        await until(pilot, lambda: "Discord app" in words(pilot.app, "#code-about"))
        assert pilot.app.session.book.search("discord server")[0].label == "Discord app"
        [change] = await pilot.app.session.call(codebook.history)
        assert "words" not in change.detail


async def test_a_code_is_merged_by_letters_and_taken_into_use_again(console):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await open_codes(pilot, "platform")
        await mark(pilot, "discord")
        await pilot.press("d")
        await on(pilot, RetireScreen)
        await pilot.press(*"telegram", "enter")
        await on(pilot, CodesScreen)
        await until(pilot, lambda: "counts as Telegram" in line(pilot, "discord"))
        assert pilot.app.session.book.successor("platform", "discord") == "telegram"
        await pilot.press("u")
        await until(pilot, lambda: "counts" not in line(pilot, "discord"))
        assert pilot.app.session.book.successor("platform", "discord") == "discord"


async def test_a_code_is_retired_without_a_successor_by_enter_alone(console):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await open_codes(pilot, "platform")
        await mark(pilot, "discord")
        await pilot.press("d")
        await on(pilot, RetireScreen)
        await pilot.press("enter")
        await on(pilot, CodesScreen)
        await until(pilot, lambda: "retired" in line(pilot, "discord"))
        assert "discord" not in {each.code for each in pilot.app.session.book.codes("platform")}


async def test_what_has_to_stay_is_refused_where_it_was_asked(console):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await open_codes(pilot, "safe")
        await pilot.press("a")
        await pilot.pause()
        assert isinstance(pilot.app.screen, CodesScreen)
        await pilot.press("d")
        await on(pilot, RetireScreen)
        await pilot.press("enter")
        await until(pilot, lambda: "has to stay" in words(pilot.app, "#code-refused"))
        await pilot.press("escape")
        await on(pilot, CodesScreen)
        await pilot.press("q")
        await on(pilot, ShiftScreen)


async def test_a_label_is_shown_as_text_and_never_as_markup(console):
    async with console("carla").run_test(size=(80, 24)) as pilot:
        await open_codes(pilot, "campus")
        await pilot.press("a")
        await on(pilot, CodeFormScreen)
        await pilot.press(*"[bold]Lums[/]", "enter", "enter", "enter")
        await on(pilot, CodesScreen)
        await until(pilot, lambda: "[bold]Lums[/]" in words(pilot.app, "#code-about"))
        assert "[bold]Lums[/]" in line(pilot, "bold_lums")
