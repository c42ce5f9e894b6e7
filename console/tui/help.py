"""What a screen is for and what can be done on it, to be read and to be chosen from."""

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from console.language import _, later
from console.tui.keybar import Deed, KeyBar, deeds
from console.tui.shown import joined, shown


class HelpScreen(ModalScreen[Deed | None]):
    """Help for the screen that lies under it.

    Dismissed with what was chosen, so that everything can be done by the arrows, without any
    function key, and with the mouse alone.
    """

    HELP = later(
        "What the screen is for, and all that can be done on it. Enter does what is marked."
    )
    BINDINGS = [Binding("escape,f1", "dismiss", later("back"), key_display="Esc")]

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__()
        self._deeds = [deed for deed in deeds(about) if deed.action != "help"]
        self._words = (getattr(about, "HELP", ""), getattr(about, "MORE_HELP", ""))

    def compose(self) -> ComposeResult:
        """The screen's own words first, then every key that works there."""
        with Vertical(classes="box", id="help"):
            words = "\n".join(_(part) for part in self._words if part)
            yield Static(shown(words, lines=True))
            yield OptionList(
                *(
                    Option(joined(shown(f"{deed.key:>8}", "bold"), deed.words))
                    for deed in self._deeds
                ),
                compact=True,
            )
            yield KeyBar()

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._deeds[event.option_index])
