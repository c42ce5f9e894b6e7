"""The line at the foot of a screen that says which keys do what."""

from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from console.tui.shown import joined, shown


class KeyBar(Static):
    """The active bindings in one line.

    The stock footer makes a widget of every key at every change of focus, which costs time and
    memory through a shift; this line is redrawn only when it reads differently.
    """

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._refresh)
        self._refresh(self.screen)

    def _refresh(self, screen: Screen[object]) -> None:
        if not screen.is_attached:
            return
        bindings = {
            active.binding.action: active.binding
            for active in reversed(screen.active_bindings.values())
            if active.binding.show and active.enabled
        }
        line = joined(
            *(
                joined(
                    shown(key_name(self.app, binding), "bold"),
                    shown(binding.description),
                    by=" ",
                )
                for binding in sorted(bindings.values(), key=lambda binding: _order(binding.key))
            )
        )
        if line.plain != getattr(self, "_line", None):
            self._line = line.plain
            self.update(line)


def key_name(app: App[Any], binding: Binding) -> str:
    """Return a key as it is printed on the keyboard."""
    return app.get_key_display(binding).capitalize()


def _order(key: str) -> tuple[int, str]:
    """Function keys by number, everything else behind them."""
    number = key[1:] if key.startswith("f") else ""
    return (int(number), "") if number.isdigit() else (99, key)
