"""What can be done on a screen, and the line at its foot that says which keys do it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.events import Click
from textual.screen import Screen
from textual.widgets import Static

from console.language import _
from console.tui.shown import joined, shown

_BETWEEN = "  "


@dataclass(frozen=True)
class Deed:
    """One thing that can be done here: its key, what it is called, and how it is run."""

    key: str
    words: str
    action: str
    node: DOMNode
    on_bar: bool

    def run(self) -> None:
        """Do it as its key would, once the event that led here has been dealt with."""
        self.node.app.call_later(self.node.app.run_action, self.action, self.node)


def deeds(screen: Screen[Any]) -> list[Deed]:
    """Return what can be done on ``screen`` now, in the order of its keys, each once.

    The keys that every text field and list has of its own are not among them.
    """
    found: dict[str, tuple[Binding, DOMNode]] = {}
    for active in reversed(screen.active_bindings.values()):
        binding = active.binding
        if (
            active.enabled
            and binding.description
            and binding.action not in _stock(type(active.node))
        ):
            found[binding.action] = (binding, active.node)
    return [
        Deed(key_name(screen.app, binding), _(binding.description), action, node, binding.show)
        for action, (binding, node) in sorted(found.items(), key=lambda each: _order(each[1][0]))
    ]


@lru_cache
def _stock(kind: type[DOMNode]) -> frozenset[str]:
    """Return the actions that Textual itself binds in the classes that ``kind`` is made from."""
    return frozenset(
        binding.action if isinstance(binding, Binding) else binding[1]
        for base in kind.__mro__
        if not base.__module__.startswith("console.")
        for binding in vars(base).get("BINDINGS", ())
    )


class KeyBar(Static):
    """The active bindings in one line, by key and by click.

    The stock footer makes a widget of every key at every change of focus, which costs time and
    memory through a shift; this line is redrawn only when it reads differently.
    """

    ALLOW_SELECT = False

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self._line: str | None = None
        self._deeds: list[Deed] = []
        self.screen.bindings_updated_signal.subscribe(self, self._refresh)
        self._refresh(self.screen)

    def _refresh(self, screen: Screen[object]) -> None:
        if not screen.is_attached:
            return
        self._deeds = [deed for deed in deeds(screen) if deed.on_bar]
        line = joined(
            *(joined(shown(deed.key, "bold"), deed.words, by=" ") for deed in self._deeds),
            by=_BETWEEN,
        )
        if line.plain != self._line:
            self._line = line.plain
            self.update(line)

    def on_click(self, event: Click) -> None:
        """Do what the pointer is on."""
        at = event.get_content_offset(self)
        if at is None:
            return
        start = 0
        for deed in self._deeds:
            end = start + shown(f"{deed.key} {deed.words}").cell_length
            if start <= at.x < end:
                deed.run()
            start = end + len(_BETWEEN)


def key_name(app: App[Any], binding: Binding) -> str:
    """Return a key as it is printed on the keyboard."""
    return app.get_key_display(binding).capitalize()


def _order(binding: Binding) -> tuple[int, str]:
    """Function keys by number, everything else behind them."""
    number = binding.key[1:] if binding.key.startswith("f") else ""
    return (int(number), "") if number.isdigit() else (99, binding.key)
