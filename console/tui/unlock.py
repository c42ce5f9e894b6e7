"""The way in: a name and a passphrase."""

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input, Static

from console.errors import ConsoleError
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown
from console.vault import roster


class Secret(Input):
    """A passphrase: what is typed here cannot be copied, not even inside the console."""

    def action_copy(self) -> None:
        """Nothing."""

    def action_cut(self) -> None:
        """Nothing."""


class UnlockScreen(Screen[None]):
    """Asks who it is and for her passphrase."""

    app: ConsoleApp
    HELP = (
        "Type your name and your passphrase, Enter after each. Nothing is shown while you type it."
    )
    BINDINGS = [Binding("escape", "app.leave", "quit")]

    def __init__(self, member: str | None = None) -> None:
        super().__init__()
        self._member = member or ""

    def compose(self) -> ComposeResult:
        """One box in the middle, and nothing that says what this machine holds."""
        with Vertical(id="unlock"):
            yield Static(shown("Helpline Console", "bold"))
            yield Static(id="who")
            yield Input(self._member, placeholder="name", id="name")
            yield Secret(password=True, placeholder="passphrase", id="passphrase")
            yield Static(id="said")
            yield Static(shown(self.app.hint, lines=True), id="hint")
        yield KeyBar()

    def on_screen_resume(self) -> None:
        """Put the cursor where the next key belongs, also after a lock."""
        self._say("")
        try:
            names = [f"{name} ({role})" for name, role in roster(self.app.home)]
        except ConsoleError as error:
            names = []
            self._say(str(error))
        self.query_one("#who", Static).update(joined(*names, by=" · "))
        named = bool(self.query_one("#name", Input).value)
        self.query_one("#passphrase" if named else "#name", Input).focus()

    def _say(self, line: str) -> None:
        self.query_one("#said", Static).update(shown(line))

    @on(Input.Submitted, "#name")
    def _to_passphrase(self) -> None:
        self.query_one("#passphrase", Input).focus()

    @on(Input.Submitted, "#passphrase")
    def _submit(self) -> None:
        field = self.query_one("#passphrase", Input)
        name, passphrase = self.query_one("#name", Input).value.strip(), field.value
        field.value = ""
        if name and passphrase:
            field.disabled = True
            self._say("Unlocking …")
            self._unlock(name, passphrase)

    @work(exclusive=True)
    async def _unlock(self, name: str, passphrase: str) -> None:
        field = self.query_one("#passphrase", Input)
        try:
            await self.app.log_in(name, passphrase)
        except ConsoleError as error:
            self._say(str(error))
        finally:
            field.disabled = False
            if self.is_current:
                field.focus()
