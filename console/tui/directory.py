"""The partners' directory: every service, and which of them nobody has verified lately."""

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from console import partners
from console.errors import ConsoleError
from console.language import _, later
from console.partners import DirectoryLine
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown

MOST = 200
"""Rows shown at once; letters narrow the rest."""


class DirectoryScreen(Screen[None]):
    """Letters narrow the list."""

    app: ConsoleApp
    HELP = later("Every partner's service. Letters narrow the list; stale entries say so.")
    BINDINGS = [Binding("escape", "dismiss", later("back"))]

    def compose(self) -> ComposeResult:
        """What narrows the list, and the list."""
        yield Input(placeholder=_("letters narrow the list"), compact=True, id="narrow")
        listed = OptionList(id="directory", compact=True)
        listed.border_title = _("directory")
        yield listed
        yield Static(id="counted")
        yield KeyBar()

    async def on_mount(self) -> None:
        """Read the directory once."""
        self._lines: list[DirectoryLine] = []
        try:
            self._lines = await self.app.session.call(partners.directory, now=self.app.now())
        except ConsoleError as error:
            self.app.notice(error)
        self._show("")

    @on(Input.Changed)
    @work(exclusive=True)
    async def _narrow(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, words: str) -> None:
        wanted = words.casefold().split()
        lines = [
            line
            for line in self._lines
            if all(word in f"{line.name} {line.organization}".casefold() for word in wanted)
        ]
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options(
            Option(
                joined(
                    shown(line.name, "bold"),
                    line.organization,
                    shown(line.phone, "bold"),
                    shown(_("not verified lately") if line.stale else "", "italic"),
                )
            )
            for line in lines[:MOST]
        )
        stale = sum(line.stale for line in lines)
        self.query_one("#counted", Static).update(
            shown(
                _("{count} services, {stale} not verified lately").format(
                    count=len(lines), stale=stale
                )
            )
        )
