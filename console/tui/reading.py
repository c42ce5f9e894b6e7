"""A finished call, read by somebody who holds the notes."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from console import partners
from console.calls import FinishedCall
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown


class ReadingScreen(Screen[None]):
    """The codes, the note and the referrals of one call."""

    app: ConsoleApp
    HELP = "A finished call. The note can be read by those who hold the notes' key, by nobody else."
    BINDINGS = [Binding("escape,q", "dismiss", "back", key_display="Esc")]

    def __init__(self, call: FinishedCall) -> None:
        super().__init__()
        self._call = call

    def compose(self) -> ComposeResult:
        """Codes first, the note under them."""
        call, book = self._call, self.app.session.book
        with VerticalScroll(id="reading"):
            yield Static(shown(f"Call of {call.day}, {call.operator}", "bold"))
            for dimension in book.dimensions():
                codes = [code for code in call.coded.get(dimension.name, ()) if code != "unknown"]
                if codes:
                    labels = ", ".join(book.label(dimension.name, code) for code in codes)
                    yield Static(joined(shown(f"{dimension.label:<16}", "dim"), labels))
            yield Static(id="referrals")
            yield Static()
            yield Static(shown(call.note or "No note.", lines=True), id="read-note")
        yield KeyBar()

    async def on_mount(self) -> None:
        """Add the referrals, which belong to the partners' room."""
        lines = await self.app.session.call(partners.referrals, self._call.call)
        self.query_one("#referrals", Static).update(
            joined(*(f"{line.name}, {line.organization}: {line.status}" for line in lines), by="\n")
        )
