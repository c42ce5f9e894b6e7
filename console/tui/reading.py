"""A finished call, read by somebody who holds the notes."""

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from console import calls, partners
from console.calls import FinishedCall
from console.language import _, later
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.match import status_words
from console.tui.shown import joined, shown


class ReadingScreen(Screen[None]):
    """The codes, the note and the referrals of one call."""

    app: ConsoleApp
    HELP = later(
        "A finished call. The note can be read by those who hold the notes' key, by nobody else.\n"
        "F2 amends it: what it was before stays sealed beside it."
    )
    BINDINGS = [
        Binding("f2", "amend", later("amend")),
        Binding("escape,q", "dismiss", later("back"), key_display="Esc"),
    ]

    def __init__(self, call: FinishedCall) -> None:
        super().__init__()
        self._call = call

    def compose(self) -> ComposeResult:
        """Codes first, the note under them."""
        call, book = self._call, self.app.session.book
        with VerticalScroll(id="reading"):
            yield Static(
                shown(_("Call of {day}, {name}").format(day=call.day, name=call.operator), "bold")
            )
            for dimension in book.dimensions():
                codes = [code for code in call.coded.get(dimension.name, ()) if code != "unknown"]
                if codes:
                    labels = ", ".join(book.label(dimension.name, code) for code in codes)
                    yield Static(joined(shown(f"{dimension.label:<16}", "dim"), labels))
            yield Static(id="referrals")
            yield Static()
            yield Static(shown(call.note or _("No note."), lines=True), id="read-note")
        yield KeyBar()

    async def on_mount(self) -> None:
        """Add the referrals, which belong to the partners' room."""
        lines = await self.app.session.call(partners.referrals, self._call.call)
        self.query_one("#referrals", Static).update(
            joined(
                *(
                    f"{line.name}, {line.organization}: {status_words(line.status)}"
                    for line in lines
                ),
                by="\n",
            )
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a call has something to amend: a contact that was none has a kind alone."""
        return not (action == "amend" and self._call.kind != calls.DATA)

    @work(exclusive=True)
    async def action_amend(self) -> None:
        """Amend the call; then there is something newer to read."""
        from console.tui.amend import AmendScreen

        if await self.app.push_screen_wait(AmendScreen(self._call)):
            self.app.uncover(self)
            self.dismiss(None)
