"""The way in: a name and a passphrase."""

import math

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input, Static

from console.errors import ConsoleError
from console.language import _, later
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown

LIST_SECONDS = 0.02
"""After the first frame: what is loaded for the list would keep it waiting."""

_WAIT = later(
    "Too many wrong passphrases. The next try is in {seconds} s; this counts down by itself."
)


_CLOSING = later("Locked. The vault is just being closed, then it can be unlocked …")


class Secret(Input):
    """A passphrase: what is typed here cannot be copied, not even inside the console."""

    def action_copy(self) -> None:
        """Nothing."""

    def action_cut(self) -> None:
        """Nothing."""


class BeforeSecret(Input):
    """The line above a passphrase.

    Where the keys go is settled before the next one is looked at: whoever types fast must not find
    her passphrase in this line, which shows it.
    """

    BINDINGS = [Binding("enter", "to_passphrase", show=False, priority=True)]

    def action_to_passphrase(self) -> None:
        """Go on to the passphrase."""
        self.screen.set_focus(self.screen.query_one(Secret))


class UnlockScreen(Screen[None]):
    """Asks who it is and for her passphrase."""

    app: ConsoleApp
    HELP = later(
        "Type your name and your passphrase, Enter after each. The passphrase is not shown.\n"
        "After three wrong ones there is a wait, longer each time; the screen counts it down."
    )
    BINDINGS = [Binding("escape", "app.leave", later("quit"))]

    def __init__(self, member: str | None = None) -> None:
        super().__init__()
        self._member = member or ""
        self._due = 0.0
        self._counting = False

    def compose(self) -> ComposeResult:
        """One box in the middle, and nothing that says what this machine holds."""
        with Vertical(id="unlock"):
            yield Static(shown("Helpline Console", "bold"))
            yield Static(id="who")
            yield BeforeSecret(self._member, id="name")
            yield Secret(password=True, id="passphrase")
            yield Static(id="said")
            yield Static(shown(self.app.hint, lines=True), id="hint")
        yield KeyBar()

    def on_mount(self) -> None:
        """Count a wait down by the second."""
        self.set_interval(1.0, self._count)

    def on_screen_resume(self) -> None:
        """Put the cursor where the next key belongs, also after a lock or in another language."""
        for field, words in (("#name", _("name")), ("#passphrase", _("passphrase"))):
            self.query_one(field, Input).placeholder = words
        self._say(_(_CLOSING) if self.app.closing else "")
        # The prompt is there first: whoever knows her name need not wait for the list.
        self.set_timer(LIST_SECONDS, self._list)
        named = bool(self.query_one("#name", Input).value)
        # At once: a key that is here already must not be followed by a change of place.
        self.set_focus(self.query_one("#passphrase" if named else "#name", Input))

    @work(thread=True, exclusive=True, group="list")
    def _list(self) -> None:
        """Name who may log in; this also loads what unlocking will need."""
        from console.vault import roster

        names, trouble = [], ""
        try:
            names = [f"{name} ({_(role)})" for name, role in roster(self.app.home)]
        except ConsoleError as error:
            trouble = str(error)
        self.app.call_from_thread(self._listed, names, trouble)

    def _listed(self, names: list[str], trouble: str) -> None:
        self.query_one("#who", Static).update(joined(*names, by=" · "))
        if trouble:
            self._say(trouble)

    async def wait_for_vault(self) -> None:
        """Say that the vault is still at work after the lock, for as long as it is."""
        if self.app.closing:
            self._say(_(_CLOSING))
            await self.app.closed()
            self._say("")

    def _say(self, line: str) -> None:
        # A lock may come before this screen is whole; what it waits for is said when it resumes.
        for said in self.query("#said").results(Static):
            said.update(shown(line))

    @on(Input.Submitted, "#passphrase")
    def _submit(self) -> None:
        field = self.query_one("#passphrase", Input)
        name, passphrase = self.query_one("#name", Input).value.strip(), field.value
        if not (name and passphrase) or self._must_wait(name):
            # What was typed stays: Enter sends it when the wait is over.
            return
        field.value = ""
        field.disabled = True
        self._unlock(name, [passphrase])

    def _must_wait(self, name: str) -> bool:
        """Start counting if ``name`` has to wait; the vault refuses a try before then anyway."""
        from console.vault import seconds_to_wait

        seconds = seconds_to_wait(self.app.home, name)
        self._due = self.app.ticks() + seconds
        self._counting = seconds > 0
        self._count()
        return self._counting

    def _count(self) -> None:
        if not self._counting:
            return
        left = math.ceil(self._due - self.app.ticks())
        self._counting = left > 0
        if left > 0:
            self._say(_(_WAIT).format(seconds=left))
        else:
            self._say(_("You can try again now."))

    # Without a description Textual would make one of the arguments, and keep it; it keeps the
    # arguments too, for as long as anything runs that began in here: the whole session.
    @work(exclusive=True, description="unlock")
    async def _unlock(self, name: str, secret: list[str]) -> None:
        field = self.query_one("#passphrase", Input)
        try:
            await self.wait_for_vault()
            self._say(_("Unlocking …"))
            await self.app.log_in(name, secret.pop())
        except ConsoleError as error:
            if not self._must_wait(name):
                self._say(str(error))
        finally:
            field.disabled = False
            if self.is_current:
                field.focus()
