"""Every screen in every language, on a terminal of 80 columns and 24 rows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from console import language
from console.language import _
from console.tui.app import ConsoleApp
from console.tui.call import CallScreen
from console.tui.cardeditor import CardEditorScreen, NewCardScreen
from console.tui.cards import CardsScreen
from console.tui.codes import CodeFormScreen, CodesScreen
from console.tui.contact import CallBacksScreen, ContactScreen
from console.tui.figures import FiguresScreen
from console.tui.help import HelpScreen
from console.tui.keybar import KeyBar, deeds
from console.tui.note import NoteArea
from console.tui.purge import EmergencyScreen, RetentionScreen
from console.tui.returning import ReturnScreen
from console.tui.shift import ShiftScreen
from console.tui.unlock import UnlockScreen
from tests.language.catalogues import OTHERS, left_in_english, translations
from tests.tui.conftest import on, until, words
from tests.tui.screens import CALL, WAYS, Way, by, drawn

SIZE = (80, 24)
SPOKEN = {
    **WAYS,
    "retention": ("carla", by(("f9", RetentionScreen))),
    "emergency": ("amina", by(("shift+f12", EmergencyScreen))),
    "cards": ("amina", by(CALL, ("f5", CardsScreen))),
    "return": ("amina", by(CALL, ("f6", ReturnScreen))),
    "contact": ("amina", by(CALL, ("f7", ContactScreen))),
    "call backs": ("amina", by(("f9", CallBacksScreen))),
    "words of cards": ("carla", by(("f10", CardEditorScreen))),
    "new card": ("carla", by(("f10", CardEditorScreen), ("f2", NewCardScreen))),
    "codes": ("carla", by(("f11", CodesScreen))),
    "help of the figures": ("carla", by(("f6", FiguresScreen), ("f1", HelpScreen))),
    "a code": ("carla", by(("f11", CodesScreen), ("r", CodeFormScreen))),
    "a coordinator's shift": ("carla", by()),
    "contact with consent": ("amina", by(CALL, ("f7", ContactScreen), ("f2", ContactScreen))),
    "help of the shift": ("amina", by(("f1", HelpScreen))),
}


def on_screen(app: ConsoleApp) -> str:
    """What can be read on the screen, lines that were broken made whole again."""
    lines = "\n".join(strip.text for strip in drawn(app.screen))
    return " ".join(lines.replace("│", " ").replace("┃", " ").split())


def bar(app: ConsoleApp) -> str:
    """What the line of keys says."""
    return str(app.screen.query_one(KeyBar).visual)


def speaks(app: ConsoleApp, code: str) -> None:
    """Hold that nothing on the screen is English, and that the keys fit on it."""
    text = on_screen(app)
    assert [said for said in left_in_english(code) if said in text] == []
    meant = set(translations(code).values())
    assert [deed.words for deed in deeds(app.screen) if deed.words not in meant] == []
    assert len(bar(app)) <= app.screen.query_one(KeyBar).size.width


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize(("name", "way"), SPOKEN.values(), ids=SPOKEN)
async def test_a_screen_speaks_the_language_and_its_keys_fit(
    console: Callable[[str], ConsoleApp], code: str, name: str, way: Way
) -> None:
    language.use(code)
    async with console(name).run_test(size=SIZE) as pilot:
        await way(pilot)
        await pilot.pause()
        speaks(pilot.app, code)


@pytest.mark.parametrize("code", OTHERS)
async def test_the_way_in_speaks_the_language(home: Path, code: str) -> None:
    language.use(code)
    app = ConsoleApp(home)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "amina" in words(app, "#who"))
        speaks(app, code)
        assert app.screen.query_one("#passphrase", Input).placeholder == _("passphrase")
        assert f"amina ({_('operator')})" in words(app, "#who")


@pytest.mark.parametrize("code", OTHERS)
async def test_codes_are_called_what_the_language_calls_them(
    console: Callable[[str], ConsoleApp], code: str
) -> None:
    language.use(code)
    async with console("amina").run_test(size=SIZE) as pilot:
        await by(CALL)(pilot)
        book = pilot.app.session.book
        assert book.language == code
        form = pilot.app.screen.query_one("#form", OptionList)
        first = form.get_option_at_index(0)
        labels = {each.name: each.label for each in book.dimensions()}
        assert labels[str(first.id)][:10] in str(first.prompt)


async def to_the_palette(pilot: Pilot[None], wanted: str) -> None:
    """Choose a language by the first letters of its name."""
    await pilot.press("ctrl+p")
    await until(pilot, lambda: "CommandPalette" in type(pilot.app.screen).__name__)
    await pilot.press(*wanted)
    listed = pilot.app.screen.query_one(OptionList)

    def found() -> bool:
        at = listed.highlighted_option
        return at is not None and f": {wanted}" in str(getattr(at, "hit", at).text)

    await until(pilot, found)
    await pilot.press("enter")


async def test_the_palette_changes_the_language_and_the_call_goes_on(
    console: Callable[[str], ConsoleApp], home: Path
) -> None:
    async with console("amina").run_test(size=SIZE) as pilot:
        await by(CALL)(pilot)
        pilot.app.screen.query_one(NoteArea).focus()
        await pilot.press(*"she waits", "left", "left")
        before = pilot.app.screen
        await to_the_palette(pilot, "Fran")
        await until(pilot, lambda: language.current() == "fr" and pilot.app.screen is not before)
        await on(pilot, CallScreen)
        note = pilot.app.screen.query_one(NoteArea)
        assert (note.text, note.cursor_location) == ("she waits", (0, 7))
        assert pilot.app.session.book.language == "fr"
        assert "partenaires" in bar(pilot.app)
        await pilot.press("z")
        assert note.text == "she waizts"
    assert language.remembered(home) == "fr"


async def test_before_anybody_is_in_the_palette_changes_the_language_too(home: Path) -> None:
    app = ConsoleApp(home)
    async with app.run_test(size=SIZE) as pilot:
        await on(pilot, UnlockScreen)
        await pilot.press(*"amina")
        await to_the_palette(pilot, "Espa")
        await until(pilot, lambda: language.current() == "es" and "salir" in bar(app))
        assert app.screen.query_one("#name", Input).value == "amina"
        assert app.screen.query_one("#passphrase", Input).placeholder == "frase de paso"


async def test_a_change_of_language_ends_on_the_shift_where_there_is_no_call(
    console: Callable[[str], ConsoleApp],
) -> None:
    async with console("carla").run_test(size=SIZE) as pilot:
        await on(pilot, ShiftScreen)
        before = pilot.app.screen
        await to_the_palette(pilot, "Norsk")
        await until(pilot, lambda: pilot.app.screen is not before and "hjelp" in bar(pilot.app))
        await on(pilot, ShiftScreen)
        assert _("coordinator") in words(pilot.app, "#site")
