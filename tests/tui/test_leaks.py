"""Data is shown and never obeyed, and nothing leaves by a side door."""

import json
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.app import ComposeResult
from textual.color import Color
from textual.content import Content
from textual.events import Key, Paste
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from console import codebook
from console.tui.app import ConsoleApp
from console.tui.glyphs import Printable
from console.tui.keybar import KeyBar
from console.tui.purge import EmergencyScreen
from console.tui.shift import ShiftScreen
from console.tui.terminal import limited, refusal
from console.tui.unlock import UnlockScreen
from tests.tui.conftest import on, until
from tests.tui.screens import CALL, by, drawn
from tests.vaults import NOW, open_as, passphrase

ANY = st.text(st.characters(exclude_categories=()))

SEQUENCES = (
    "\x1b]0;title\x07",
    "\x1b]52;c;aGVscA==\x07",
    "\x9b31m",
    "\x9d2;title\x9c",
    "\x1b[2J",
    "\x1bPq\x1b\\",
    "\u202eesrever\u202c",
    "\u2066inside\u2069",
    "tab\tand\x00nul\x7f",
    "half\ud83d",
    "\x0e\x0f\x08\x08",
)
MARKUP = "[@click=app.leave]press[/] [/none] [b]x"


def obeyed(text: str) -> set[str]:
    """Return the characters of a drawn line that a terminal would act on."""
    return {
        char
        for char in text
        if unicodedata.category(char) in {"Cc", "Cs"}
        or unicodedata.bidirectional(char) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI"}
    }


def draw(text: str, **how: object) -> str:
    [segment] = Printable(**how).apply([Segment(text)], Color.parse("black"))
    return segment.text


@given(ANY)
def test_every_line_is_only_print_and_as_wide_as_before(text):
    assert not obeyed(draw(text))
    assert cell_len(draw(text)) == cell_len(text)


@given(ANY)
def test_a_limited_terminal_gets_no_frame_or_mark_that_it_lacks(text):
    line = draw(text + "▢⚠✓✎■□█░┏━┓╭─╮│·…", limited=True, encoding="ascii")
    assert line.isascii()
    assert not obeyed(line)


def test_letters_stay_where_the_terminal_has_them():
    assert draw("é ▢ ━ نہیں", limited=True, encoding="utf-8") == "é _ = نہیں"


@pytest.mark.parametrize(
    ("environment", "encoding", "is_limited"),
    [
        ({"TERM": "xterm"}, "utf-8", False),
        ({"TERM": "linux", "LANG": "en_GB.UTF-8"}, "utf-8", True),
        ({"TERM": "xterm", "LANG": "fr_FR.ISO-8859-1"}, "iso8859-1", True),
        ({"TERM": "xterm", "LANG": "C", "LC_CTYPE": "C.UTF-8"}, "utf-8", True),
        ({"TERM": "xterm", "LC_ALL": "POSIX"}, "utf-8", True),
        ({"TERM": "xterm", "LANG": "C", "LC_ALL": "C.UTF-8"}, "utf-8", False),
        ({"TERM": "xterm", "LANG": "C", "LC_CTYPE": "nb_NO.UTF-8"}, "utf-8", False),
        ({"TERM": "xterm"}, "no such encoding", True),
    ],
)
def test_which_terminals_are_limited(environment, encoding, is_limited):
    assert limited(environment, encoding) is is_limited


@pytest.mark.parametrize(
    ("environment", "platform", "refused"),
    [
        ({"TERM": "dumb"}, "linux", True),
        ({}, "linux", True),
        ({"TERM": "linux"}, "linux", False),
        ({}, "win32", False),
    ],
)
def test_which_terminals_are_refused(environment, platform, refused):
    assert bool(refusal(environment, platform)) is refused


class Gallery(Screen[None]):
    """Every kind of widget, given text as unclean as can be, past the function that cleans it."""

    def compose(self) -> ComposeResult:
        for unclean in SEQUENCES:
            yield Static(Content(unclean))
            yield Input(unclean, placeholder=unclean, compact=True)
        yield OptionList(*(Option(Content(unclean)) for unclean in SEQUENCES))
        area = TextArea("\n".join(SEQUENCES).replace("\ud83d", ""))
        area.border_title = Content(SEQUENCES[0])
        area.tooltip = Content(SEQUENCES[0])
        yield area
        yield Input(placeholder="".join(SEQUENCES))
        yield KeyBar()


async def test_no_widget_passes_on_what_a_terminal_obeys(console):
    async with console("amina").run_test(size=(100, 80), tooltips=True) as pilot:
        await on(pilot, ShiftScreen)
        await pilot.app.push_screen(Gallery())
        for unclean in SEQUENCES:
            pilot.app.notice(unclean)
        await pilot.hover(TextArea)
        await pilot.pause()
        lines = [line.text for line in drawn(pilot.app.screen)]
        assert sum("title" in line for line in lines) > 4
        for line in lines:
            assert not obeyed(line), line


async def test_markup_in_what_is_stored_is_text(console, home):
    """A coordinator's label, a site's name and a message are shown to the letter."""
    with open_as(home, "carla") as vault:
        codebook.add_code(vault, "region", "marked", {"en": MARKUP}, now=NOW)
    with open_as(home, "ines") as vault:
        vault.set_setting("site", MARKUP)
    async with console("amina").run_test(size=(200, 40)) as pilot:
        await on(pilot, ShiftScreen)
        assert any(MARKUP in line.text for line in drawn(pilot.app.screen))
        pilot.app.notice(MARKUP)
        await by(CALL)(pilot)
        await pilot.press(*"press")
        await until(
            pilot, lambda: sum(MARKUP[:30] in line.text for line in drawn(pilot.app.screen)) > 0
        )
        await pilot.press("enter", "f1", "escape", "ctrl+p", "escape")
        assert pilot.app.is_running


async def test_a_paste_of_sequences_is_shown_and_not_obeyed(console):
    async with console("amina").run_test(size=(80, 24)) as pilot:
        await by(CALL)(pilot)
        note = pilot.app.screen.query_one("#note")
        note.focus()
        pilot.app.post_message(Paste("".join(SEQUENCES) + MARKUP))
        await until(pilot, lambda: "press" in note.text)
        for line in drawn(pilot.app.screen):
            assert not obeyed(line.text)


async def test_what_is_copied_stays_in_the_console_and_goes_with_the_lock(console):
    app = console("amina")
    async with app.run_test(size=(80, 24)) as pilot:
        await by(CALL)(pilot)
        pilot.app.screen.query_one("#note").focus()
        await pilot.press(*"quietriver", "ctrl+a", "ctrl+c")
        await pilot.press("f12")
        await until(pilot, lambda: not app.clipboard)


def in_one_breath(app, text: str) -> None:
    """Type as fast as a busy workstation gets it: all at once, a line's end being Enter."""
    for char in text:
        app.post_message(Key("enter", None) if char == "\n" else Key("x", char))


async def test_a_passphrase_that_is_typed_in_one_breath_stands_in_no_line_that_shows_it(
    console, home, clock
):
    app = ConsoleApp(home, now=clock, ticks=clock.ticks)
    async with app.run_test(size=(80, 24)) as pilot:
        await on(pilot, UnlockScreen)
        in_one_breath(app, f"amina\n{passphrase('amina')}\n")
        await on(pilot, ShiftScreen)
        await pilot.press("shift+f12")
        await on(pilot, EmergencyScreen)
        in_one_breath(app, f"destroyed\n{passphrase('amina')}")
        await pilot.pause()
        assert app.screen.query_one("#word", Input).value == "destroyed"
        assert app.screen.query_one("#passphrase", Input).value == passphrase("amina")


HARDENED = """
import ctypes, faulthandler, json, os, resource, stat, sys, warnings
from console.__main__ import harden
harden()
os.close(os.open("made", os.O_CREAT | os.O_WRONLY, 0o666))
warnings.warn("quietriver")
print(json.dumps({
    "dumpable": ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) if sys.platform == "linux" else 0,
    "core": resource.getrlimit(resource.RLIMIT_CORE),
    "mode": stat.S_IMODE(os.stat("made").st_mode),
    "textual": sorted(name for name in os.environ if name.startswith("TEXTUAL")),
    "faulthandler": faulthandler.is_enabled(),
}))
"""


def test_the_process_is_closed_before_anything_else_runs(tmp_path, monkeypatch):
    """No core dump, no debugger of the same user, private files, none of Textual's variables."""
    for name in ("TEXTUAL", "TEXTUAL_LOG", "TEXTUAL_DEBUG", "TEXTUAL_DISABLE_KITTY_KEY"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PYTHONFAULTHANDLER", "1")
    monkeypatch.setenv("PYTHONWARNINGS", "always")
    monkeypatch.setenv("PYTHONPATH", ":".join(path for path in ("", *sys.path) if path))
    done = subprocess.run(
        [sys.executable, "-c", HARDENED], cwd=tmp_path, capture_output=True, check=True
    )
    assert not done.stderr
    assert json.loads(done.stdout) == {
        "dumpable": 0,
        "core": [0, 0],
        "mode": 0o600,
        "textual": ["TEXTUAL_DISABLE_KITTY_KEY"],
        "faulthandler": False,
    }
