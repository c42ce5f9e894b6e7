"""The way out: which folder a month is published into, how far that is, and what came of it."""

import asyncio
from contextlib import suppress
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, ProgressBar, Static

from console import figures
from console.errors import ConsoleError
from console.figures import Exported, Mode
from console.language import _, later
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown

_STEPS = {
    "counting": later("counting the calls"),
    "protecting": later("protecting the tables"),
    "attacking": later("attacking the release, as an outsider would"),
    "publishing": later("entering it into the ledger"),
    "writing": later("writing the files"),
    "done": later("done"),
}

_YEAR = len("2026")

_MODES: dict[Mode, str] = {
    "rounded": later("Every count is shown, rounded to a multiple of five."),
    "suppressed": later("Counts are exact, and small ones are hidden with what would tell them."),
}


# By then the release is published: it is written, whoever locks the console meanwhile.
_PUBLISHED = frozenset({"writing", "done"})


class WhereScreen(ModalScreen[bool]):
    """Asks for the folder of a release and publishes it; dismissed with True once it has tried."""

    app: ConsoleApp
    HELP = later(
        "The folder is made if need be; nothing in it is overwritten. Enter publishes the month.\n"
        "What is published already is written again, the same bytes. F2 chooses how small counts\n"
        "are protected: rounded to fives, or hidden; a month is out in one of the two for ever."
    )
    DEFAULT_CSS = """
    WhereScreen ProgressBar { width: 100%; display: none; }
    WhereScreen ProgressBar.busy { display: block; }
    WhereScreen Bar { width: 1fr; }
    #out-said { height: auto; min-height: 1; }
    """
    BINDINGS = [
        Binding("f2", "mode", later("rounded or hidden")),
        Binding("escape,f10", "leave", later("back"), key_display="Esc"),
    ]

    def __init__(self, period: str, mode: str | None = None) -> None:
        super().__init__()
        self._period = period
        self._fixed = mode is not None
        self._mode: Mode = "suppressed" if mode == "suppressed" else "rounded"
        self._busy = False
        self._tried = False
        self._done: Exported | None = None

    def compose(self) -> ComposeResult:
        """One input with a likely answer in it."""
        with Vertical(classes="box wide"):
            asked = _("Publish {month} into which folder?")
            yield Static(shown(asked.format(month=figures.named(self._period)), "bold"))
            yield Static(
                _("A published month is closed: later calls count in the next one.")
                if len(self._period) > _YEAR
                else _("A year is the sum of its published months, and adds no call to them.")
            )
            yield Static(id="out-mode")
            yield Input(str(Path.home() / "figures"), compact=True)
            yield ProgressBar(total=1.0, show_eta=False)
            yield Static(id="out-said")
            yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What has begun goes on to its end; what is published stays in its mode."""
        if action == "mode":
            return not (self._fixed or self._busy or self._done)
        return action != "leave" or not self._busy

    def on_mount(self) -> None:
        """Say how small counts are protected."""
        self._say_mode()

    def _say_mode(self) -> None:
        self.query_one("#out-mode", Static).update(shown(_(_MODES[self._mode])))

    def action_mode(self) -> None:
        """Protect the other way."""
        self._mode = "rounded" if self._mode == "suppressed" else "suppressed"
        self._say_mode()

    def action_leave(self) -> None:
        """Go back, and say whether anything may have changed."""
        self.dismiss(self._tried)

    @on(Input.Submitted)
    def _answer(self, event: Input.Submitted) -> None:
        if self._done is not None:
            self.action_leave()
        elif event.value.strip() and not self._busy:
            named = event.value.strip()
            try:
                out = Path(named).expanduser()
            except RuntimeError:
                # Nobody of that name is known here, so there is no home of hers.
                self._say(_("There is no folder {folder}.").format(folder=named))
                return
            self._set_busy(True)
            self._export(out)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self.query_one(ProgressBar).set_class(busy, "busy")
        self.query_one(Input).disabled = busy
        self.refresh_bindings()

    @work(exclusive=True)
    async def _export(self, out: Path) -> None:
        loop, session = asyncio.get_running_loop(), self.app.session
        self._tried = True
        last: tuple[str, float] | None = None

        def tell(step: str, share: float) -> None:
            nonlocal last
            if step not in _PUBLISHED:
                session.go_on()
            if (step, share) == last:
                return
            last = step, share
            # The vault's thread never waits for the screen: a lock waits for the vault's thread.
            loop.call_soon_threadsafe(self._tell, step, share)

        try:
            done = await session.call(
                figures.export,
                self._period,
                out,
                now=self.app.now(),
                mode=self._mode,
                progress=tell,
            )
        except ConsoleError as error:
            self._say(str(error))
            await self._fix_mode()
        else:
            self._done = done
            self._tell_result(done)
        self._set_busy(False)
        self.query_one(Input).focus()

    async def _fix_mode(self) -> None:
        """Keep to the mode in which it is published, though its files could not be written."""
        with suppress(ConsoleError):
            for line in await self.app.session.call(figures.history):
                if line.period == self._period:
                    self._fixed = True
                    self._mode = "suppressed" if line.mode == "suppressed" else "rounded"
                    self._say_mode()

    def _tell(self, step: str, share: float) -> None:
        if self.is_attached and self._busy:
            self.query_one(ProgressBar).update(progress=share)
            self._say(_(_STEPS.get(step, step)))

    def _say(self, words: str) -> None:
        self.query_one("#out-said", Static).update(shown(words, "bold"))

    def _tell_result(self, done: Exported) -> None:
        said = (
            _("{month} was published before; the same bytes are in {folder}.")
            if done.already_published
            else _("{month} is published, and written to {folder}.")
        )
        cost = _(
            "{tables} tables; a shown count is {mean} from the true one on average, {most} at most."
        )
        words = joined(
            shown(said.format(month=figures.named(done.period), folder=done.folder), "bold"),
            cost.format(
                tables=done.tables, mean=f"{done.mean_change:.2f}", most=done.largest_change
            ),
            _("Digest {digest}").format(digest=done.digest),
            _("Enter goes back."),
            by="\n",
        )
        self.query_one("#out-said", Static).update(words)
