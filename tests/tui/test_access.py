"""For every hand and every eye: by keyboard, by mouse, without colour, on a small terminal."""

import gc
import importlib
import pkgutil
import re

import pytest
from rich.color import Color as RichColor
from textual.binding import Binding
from textual.color import Color
from textual.events import MouseMove, Paste
from textual.screen import Screen
from textual.widgets import Input, OptionList

import console.tui
from console.tui import themes
from console.tui.app import IDLE_SECONDS, ConsoleApp
from console.tui.call import CallScreen
from console.tui.help import HelpScreen
from console.tui.keybar import KeyBar, deeds
from console.tui.shift import ShiftScreen
from console.tui.unlock import UnlockScreen
from console.vault.attempts import Attempts
from tests.tui.conftest import on, until, words
from tests.tui.screens import CALL, WAYS, by, drawn, to_a_list
from tests.vaults import passphrase

every_screen = pytest.mark.parametrize(("name", "way"), WAYS.values(), ids=WAYS)


def screen_classes() -> list[type[Screen]]:
    """Return every screen that the console has, whoever wrote it."""
    for module in pkgutil.walk_packages(console.tui.__path__, "console.tui."):
        importlib.import_module(module.name)
    found, waiting = [], [Screen]
    while waiting:
        waiting += (below := waiting.pop().__subclasses__())
        found += [each for each in below if each.__module__.startswith("console.tui")]
    return found


@pytest.mark.parametrize("screen", screen_classes(), ids=lambda screen: screen.__name__)
def test_every_screen_explains_itself_and_its_keys(screen):
    assert len(screen.HELP.split()) > 5
    for binding in vars(screen).get("BINDINGS", ()):
        assert isinstance(binding, Binding)
        assert binding.description or binding.key in {"up", "down", "left", "right"}, binding.key


@pytest.mark.parametrize("node", [*screen_classes(), ConsoleApp], ids=lambda node: node.__name__)
def test_nothing_needs_a_letter_with_control_which_other_layouts_do_not_have(node):
    """F1 lists what has no key of its own besides one; everything else has a plain key too."""
    for binding in vars(node).get("BINDINGS", ()):
        keys = binding.key.split(",")
        plain_key = any(not re.fullmatch(r"ctrl\+[a-z]", key) for key in keys)
        assert plain_key or binding.action in {"leave", "command_palette"}


async def test_all_that_can_be_done_stands_under_f1_and_is_done_from_there(console):
    async with console("amina").run_test(size=(80, 40)) as pilot:
        await by(CALL)(pilot)
        offered = {deed.words for deed in deeds(pilot.app.screen)}
        assert {"quit", "commands", "lock"} <= offered
        await pilot.press("f1")
        await on(pilot, HelpScreen)
        listed = pilot.app.screen.query_one(OptionList)
        lines = [str(option.prompt) for option in listed.options]
        assert all(any(each in line for line in lines) for each in offered - {"help"})
        listed.highlighted = next(n for n, line in enumerate(lines) if "lock" in line)
        await pilot.press("enter")
        await on(pilot, UnlockScreen)


async def test_the_palette_lists_the_actions_of_the_screen_and_no_text_editing(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await by(CALL)(pilot)
        titles = [each.title for each in pilot.app.get_system_commands(pilot.app.screen)]
        for deed in deeds(pilot.app.screen):
            if deed.action != "command_palette":
                assert any(title.startswith(deed.words.capitalize()) for title in titles)
        assert not [title for title in titles if "cursor" in title.lower() or "Copy" in title]


async def test_the_mouse_does_what_the_key_bar_says(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        bar = words(pilot.app, "KeyBar")
        assert await pilot.click(KeyBar, offset=(1 + bar.index("F2") + 3, 0))
        await on(pilot, CallScreen)
        bar = words(pilot.app, "KeyBar")
        assert await pilot.click(KeyBar, offset=(1 + bar.index("F12"), 0))
        await on(pilot, UnlockScreen)


async def test_a_click_beside_the_words_of_the_key_bar_does_nothing(console):
    async with console("amina").run_test(size=(120, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.click(KeyBar, offset=(len(words(pilot.app, "KeyBar")) + 4, 0))
        await pilot.pause()
        assert isinstance(pilot.app.screen, ShiftScreen)


async def test_a_call_is_locked_and_coded_with_the_mouse_alone(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await by(CALL)(pilot)
        await pilot.click("#note", offset=(5, 2))
        assert pilot.app.focused is pilot.app.screen.query_one("#note")
        await pilot.click(KeyBar, offset=(1, 0))
        await on(pilot, HelpScreen)
        await pilot.click(OptionList, offset=(4, 0))
        await until(pilot, lambda: not isinstance(pilot.app.screen, HelpScreen))


async def test_the_mouse_selects_nothing(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.mouse_down(offset=(1, 0))
        await pilot.hover(offset=(20, 3))
        await pilot.mouse_up(offset=(20, 3))
        assert not pilot.app.screen.get_selected_text()


@every_screen
async def test_a_terminal_of_twenty_by_five_and_back_loses_nothing(console, name, way):
    async with console(name).run_test(size=(80, 24)) as pilot:
        await way(pilot)
        screen, focused = pilot.app.screen, pilot.app.focused
        for size in ((20, 5), (1, 1), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert pilot.app.screen is screen
        assert pilot.app.focused is focused
        await pilot.press("f12")
        await on(pilot, UnlockScreen)


async def test_a_note_typed_in_a_tiny_terminal_is_all_there(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await by(CALL)(pilot)
        note = pilot.app.screen.query_one("#note")
        note.focus()
        await pilot.press(*"before ")
        await pilot.resize_terminal(20, 5)
        await pilot.press(*"during ")
        await pilot.resize_terminal(80, 24)
        await pilot.press(*"after")
        assert note.text == "before during after"


# Eyes ------------------------------------------------------------------------------------


def luminance(color: Color) -> float:
    """Return the relative luminance of WCAG 2.2."""
    channels = [part / 255 for part in color.rgb]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: RichColor, other: RichColor) -> float:
    """Return the contrast of two colours, 1 to 21."""
    light, dark = sorted(
        (luminance(Color.from_rich_color(each)) for each in (one, other)), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)


LEAST_CONTRAST = {themes.DARK: 4.5, themes.LIGHT: 4.5, themes.HIGH_CONTRAST: 7.0}


@every_screen
async def test_text_stands_out_in_every_theme(console, name, way):
    app = console(name)
    async with app.run_test(size=(80, 24)) as pilot:
        await way(pilot)
        # What lies under a dialog is inactive, and dimmed to say so (WCAG asks nothing of it).
        within = app.screen.children[0] if app.screen.is_modal else None
        for theme, least in LEAST_CONTRAST.items():
            app.theme = theme
            await pilot.pause()
            for text, style, _ in (
                segment for line in drawn(app.screen, within) for segment in line
            ):
                letters = any(char.isalnum() for char in text)
                if letters and style and style.color and style.bgcolor:
                    found = contrast(style.color, style.bgcolor)
                    assert found >= least, (theme, text, found)


async def test_the_palette_offers_three_themes_and_the_choice_is_remembered(console, home):
    app = console("amina")
    async with app.run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        assert set(app.available_themes) == {"dark", "light", "high-contrast"}
        app.theme = "light"
        await pilot.pause()
    assert (home / "theme").read_text() == "light\n"
    assert console("carla").theme == "light"


@pytest.mark.parametrize("content", [b"", b"no-such-theme\n", b"\xff\xfe", b"../../x"])
def test_a_damaged_choice_of_theme_is_none(console, home, content):
    (home / "theme").write_bytes(content)
    assert console("amina").theme == "dark"


@every_screen
async def test_without_colour_none_is_sent(console, monkeypatch, name, way):
    monkeypatch.setenv("NO_COLOR", "1")
    app = console(name)
    async with app.run_test(size=(80, 24)) as pilot:
        await way(pilot)
        await pilot.pause()
        for strip in drawn(app.screen):
            for _, style, _ in strip:
                for color in (style and style.color, style and style.bgcolor):
                    assert color is None or color.is_default


async def test_without_colour_what_is_marked_is_underlined(console, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = console("amina")
    async with app.run_test(size=(80, 24)) as pilot:
        await to_a_list(pilot)
        listed = app.screen.query_one(OptionList)
        for marked in (0, 1):
            assert listed.highlighted == marked
            await pilot.pause()
            rows = [any(s and s.underline for _, s, _ in row) for row in drawn(app.screen, listed)]
            assert [n for n, underlined in enumerate(rows) if underlined] == [marked]
            await pilot.press("down")


@pytest.mark.parametrize("field", ["#note", "CodeLine Input"])
async def test_without_colour_the_cursor_is_a_reversed_cell(console, monkeypatch, field):
    monkeypatch.setenv("NO_COLOR", "1")
    app = console("amina")
    async with app.run_test(size=(80, 24)) as pilot:
        await by(CALL)(pilot)
        widget = app.screen.query_one(field)
        widget.cursor_blink = False
        widget.focus()
        await pilot.press("x")
        await pilot.pause()
        reversed_cells = [
            text for row in drawn(app.screen, widget) for text, s, _ in row if s and s.reverse
        ]
        assert reversed_cells == [" "]


async def test_without_colour_the_focus_is_a_heavy_frame(console, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await by(CALL)(pilot)
        pilot.app.screen.query_one("#note").focus()
        await pilot.pause()
        lines = "\n".join(strip.text for strip in drawn(pilot.app.screen))
        assert "┏━ note" in lines
        assert "╭─ coded" in lines


# Time ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sign",
    [
        lambda: Paste("x"),
        lambda: MouseMove(None, 3, 3, 1, 0, 0, False, False, False, 3, 3),
    ],
    ids=["paste", "mouse"],
)
async def test_the_mouse_and_a_paste_are_signs_of_life(console, clock, sign):
    app = console("amina")
    async with app.run_test(size=(80, 24)) as pilot:
        await on(pilot, ShiftScreen)
        clock.forward(seconds=IDLE_SECONDS - 1)
        app.post_message(sign())
        await pilot.pause()
        clock.forward(seconds=IDLE_SECONDS - 1)
        await app._lock_when_idle()
        assert isinstance(app.screen, ShiftScreen)
        clock.forward(seconds=2)
        await app._lock_when_idle()
        await on(pilot, UnlockScreen)


async def test_after_wrong_passphrases_the_wait_is_counted_down_and_nothing_stops(
    home, clock, monkeypatch
):
    # The vault waits by the same clock: a try takes none of the wait away, however slow it is.
    monkeypatch.setitem(Attempts.__init__.__kwdefaults__, "clock", clock.ticks)
    app = ConsoleApp(home, member="amina", now=clock, ticks=clock.ticks)
    async with app.run_test(size=(80, 24)) as pilot:
        await on(pilot, UnlockScreen)
        field = app.screen.query_one("#passphrase", Input)
        for _ in range(3):
            await until(pilot, lambda: not field.disabled)
            field.value = "not the passphrase at all"
            field.focus()
            await pilot.press("enter")
            await until(pilot, lambda: field.value == "" and not field.disabled)
        await until(pilot, lambda: "next try is in 2 s" in words(app, "#said"))
        clock.forward(seconds=1)
        await until(pilot, lambda: "next try is in 1 s" in words(app, "#said"))
        clock.forward(seconds=1)
        await until(pilot, lambda: "try again now" in words(app, "#said"))
        field.value = passphrase("amina")
        await pilot.press("enter")
        await on(pilot, ShiftScreen)


async def test_tabbing_through_a_shift_costs_no_memory(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await by(CALL)(pilot)
        for _ in range(20):
            await pilot.press("tab")
        gc.collect()
        before = len(gc.get_objects())
        for _ in range(400):
            pilot.app.screen.focus_next()
            await pilot.pause(0)
        gc.collect()
        assert len(gc.get_objects()) - before < 400
