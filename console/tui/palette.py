"""The palette: all that can be done, how the console looks, which language it speaks."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.command import CommandPalette
from textual.screen import Screen
from textual.theme import ThemeProvider

from console import language
from console.language import _
from console.tui.keybar import deeds

if TYPE_CHECKING:
    from console.tui.app import ConsoleApp


def commands(app: "ConsoleApp", screen: Screen[object]) -> Iterator[SystemCommand]:
    """Yield what the keys of ``screen`` do, then the themes and the languages."""
    for deed in deeds(screen):
        if deed.action != "command_palette":
            yield SystemCommand(f"{deed.words.capitalize()} ({deed.key})", "", deed.run)
    yield SystemCommand(_("Colours"), _("Dark, light, high contrast"), app.action_change_theme)
    for code, name in language.NAMES.items():
        words = _("Language: {language}").format(language=name)
        yield SystemCommand(words, "", partial(app.call_later, speak, app, code))


def show(app: "ConsoleApp") -> None:
    """Show what can be done, to be searched."""
    if not isinstance(app.screen, CommandPalette):
        app.push_screen(CommandPalette(placeholder=_("Search for commands…")))


def show_themes(app: "ConsoleApp") -> None:
    """Show the themes, to be searched."""
    placeholder = _("Search for themes…")
    app.push_screen(CommandPalette(providers=[ThemeProvider], placeholder=placeholder))


async def speak(app: "ConsoleApp", code: str) -> None:
    """Speak the language ``code`` from now on, and the next time that the vault is opened."""
    language.remember(app.home, language.use(code))
    await app.anew()
