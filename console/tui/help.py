"""What the keys of a screen do, and what the screen is for."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from console.tui.keybar import KeyBar, key_name
from console.tui.shown import joined, shown


class HelpScreen(ModalScreen[None]):
    """Help for the screen that lies under it."""

    BINDINGS = [Binding("escape,f1", "dismiss", "back", key_display="Esc")]

    def __init__(self, about: Screen[object]) -> None:
        super().__init__()
        self._about = about

    def compose(self) -> ComposeResult:
        """The screen's own words first, then every key that works there."""
        with VerticalScroll(classes="box"):
            yield Static(shown(getattr(self._about, "HELP", ""), lines=True))
            yield Static()
            seen = set()
            for active in self._about.active_bindings.values():
                binding = active.binding
                if binding.description and binding.action not in seen:
                    seen.add(binding.action)
                    key = key_name(self.app, binding)
                    yield Static(joined(shown(f"{key:>8}", "bold"), binding.description))
            yield KeyBar()
