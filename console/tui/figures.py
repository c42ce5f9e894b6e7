"""Figures: which months there are, what a release would say, and the export."""

from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from console import figures
from console.errors import ConsoleError
from console.figures import PeriodLine
from console.language import _, later, plural
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown


class FiguresScreen(Screen[None]):
    """The months, the chosen month's true counts, and the way out for protected ones."""

    app: ConsoleApp
    HELP = later(
        "The months with their calls. The counts on the right are the true ones and stay here;\n"
        "Enter exports the month as protected figures, which are safe to hand on."
    )
    BINDINGS = [Binding("escape", "dismiss", later("back"))]

    def compose(self) -> ComposeResult:
        """Months on the left, the true totals of one on the right."""
        with Vertical():
            listed = OptionList(id="periods", compact=True)
            listed.border_title = _("months: Enter exports one")
            yield listed
            true = Static(id="true")
            true.border_title = _("true counts, for the house only")
            yield true
        yield KeyBar()

    async def on_mount(self) -> None:
        """Read the months, the latest first."""
        await self._read()

    async def _read(self) -> None:
        self._periods: list[PeriodLine] = []
        try:
            self._periods = (await self.app.session.call(figures.periods))[::-1]
        except ConsoleError as error:
            self.app.notice(error)
        listed = self.query_one(OptionList)
        at = listed.highlighted or 0
        listed.clear_options()
        listed.add_options(
            Option(
                joined(
                    shown(line.period, "bold"),
                    plural("{count} call", "{count} calls", line.calls).format(count=line.calls),
                    _(line.state),
                )
            )
            for line in self._periods
        )
        if listed.option_count:
            listed.highlighted = min(at, listed.option_count - 1)
            listed.focus()

    @on(OptionList.OptionHighlighted)
    @work(exclusive=True, group="preview")
    async def _preview(self, event: OptionList.OptionHighlighted) -> None:
        period, book = self._periods[event.option_index].period, self.app.session.book
        try:
            tables = await self.app.session.call(figures.preview, period)
        except ConsoleError as error:
            self.app.notice(error)
            return
        lines = []
        for table in tables:
            name = table.dimensions[0]
            rest = ("_T",) * (len(table.dimensions) - 1)
            counts = sorted(
                (
                    (count, cell[0])
                    for cell, count in table.cells.items()
                    if cell[0] != "_T" and cell[1:] == rest and count
                ),
                reverse=True,
            )
            words = " · ".join(f"{book.label(name, code)} {count}" for count, code in counts[:5])
            total = table.cells[("_T", *rest)]
            lines.append(
                joined(shown(f"{table.name:<19}", "bold"), f"{total} {_(table.counts)}", words)
            )
        self.query_one("#true", Static).update(joined(*lines, by="\n") if lines else "")

    @on(OptionList.OptionSelected)
    @work(exclusive=True, group="export")
    async def _export(self, event: OptionList.OptionSelected) -> None:
        period = self._periods[event.option_index].period
        out = await self.app.push_screen_wait(WhereScreen(period))
        if out is None:
            return
        self.app.notice(_("Protecting {month} …").format(month=period))
        try:
            done = await self.app.session.call(figures.export, period, out, now=self.app.now())
        except ConsoleError as error:
            self.app.notice(error)
            return
        said = (
            _(
                "{folder} is written: {tables} tables, the same bytes as published; "
                "largest change {largest}, mean {mean}"
            )
            if done.already_published
            else _(
                "{folder} is written: {tables} tables, now published; "
                "largest change {largest}, mean {mean}"
            )
        )
        self.app.notice(
            said.format(
                folder=done.folder,
                tables=done.tables,
                largest=done.largest_change,
                mean=f"{done.mean_change:.2f}",
            )
        )
        await self._read()


class WhereScreen(ModalScreen[Path | None]):
    """Asks for the folder that a release is written to."""

    HELP = later("The folder is made if need be; nothing in it is overwritten.")
    BINDINGS = [Binding("escape", "dismiss", later("not now"))]

    def __init__(self, period: str) -> None:
        super().__init__()
        self._period = period

    def compose(self) -> ComposeResult:
        """One input with a likely answer in it."""
        with Vertical(classes="box"):
            yield Static(
                shown(_("Publish {month} into which folder?").format(month=self._period), "bold")
            )
            yield Static(_("A published month is closed: later calls count in the next one."))
            yield Input(str(Path.home() / "figures"), compact=True)
            yield KeyBar()

    @on(Input.Submitted)
    def _answer(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(Path(event.value.strip()).expanduser())
