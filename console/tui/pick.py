"""Choosing codes of one dimension from a list, for those who prefer the form."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from console.codebook import Dimension
from console.language import _, later
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown


class PickScreen(ModalScreen[tuple[str, ...] | None]):
    """The codes of a dimension; letters narrow the list, Enter takes."""

    app: ConsoleApp
    HELP = later(
        "Letters narrow the list, the arrows move, Enter takes. Where several fit, Esc closes."
    )
    BINDINGS = [
        Binding("escape", "close", later("close")),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    def __init__(
        self,
        dimension: Dimension,
        codes: tuple[str, ...],
        ticked: Callable[[tuple[str, ...]], None] | None = None,
    ) -> None:
        super().__init__()
        self._dimension = dimension
        self._codes = codes
        # Told of every tick where several may be: the journal must not wait for the list to close.
        self._ticked = ticked

    def compose(self) -> ComposeResult:
        """What narrows the list, and the list."""
        with Vertical(classes="box") as box:
            box.border_title = shown(self._dimension.label)
            yield Input(placeholder=_("letters narrow the list"), compact=True)
            yield OptionList(compact=True)
            yield KeyBar()

    def on_mount(self) -> None:
        """Show every code."""
        self.query_one(OptionList).can_focus = False
        self._show("")

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, query: str) -> None:
        book, name = self.app.session.book, self._dimension.name
        listed = self.query_one(OptionList)
        codes = book.codes(name)
        if query.strip():
            order = [hit.code for hit in book.search(query, limit=200) if hit.dimension == name]
            codes = tuple(
                sorted((c for c in codes if c.code in order), key=lambda c: order.index(c.code))
            )
        listed.clear_options()
        listed.add_options(
            Option(
                joined(shown("■" if code.code in self._codes else "□"), code.label, by=" "),
                code.code,
            )
            for code in codes
        )
        if listed.option_count:
            listed.highlighted = 0

    def action_move(self, step: int) -> None:
        """Move in the list while the letters stay in the input."""
        listed = self.query_one(OptionList)
        listed.action_cursor_down() if step > 0 else listed.action_cursor_up()

    @on(Input.Submitted)
    def _take(self) -> None:
        listed = self.query_one(OptionList)
        if listed.highlighted is None:
            return
        self._choose(listed.get_option_at_index(listed.highlighted).id or "")

    @on(OptionList.OptionSelected)
    def _click(self, event: OptionList.OptionSelected) -> None:
        self._choose(event.option_id or "")

    def _choose(self, code: str) -> None:
        if not self._dimension.multiple:
            self.dismiss((code,))
            return
        if code in self._codes:
            self._codes = tuple(each for each in self._codes if each != code)
        else:
            self._codes = (*self._codes, code)
        if self._ticked is not None:
            self._ticked(self._codes)
        self.query_one(Input).value = ""
        self._show("")

    def action_close(self) -> None:
        """Close with what is chosen; a single code that was not chosen changes nothing."""
        self.dismiss(self._codes if self._dimension.multiple else None)
