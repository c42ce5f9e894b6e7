"""Figures: which months there are, what one of them says, and the ways into it and out of it."""

import asyncio

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from console import figures
from console.errors import ConsoleError
from console.figures import Label, MonthTotal, RawTable, Standing
from console.language import _, later, plural
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown

# Long enough that an arrow held down counts no month that it only passes.
_SETTLED_SECONDS = 0.1
_MOST = 5


class FiguresScreen(Screen[None]):
    """The months, the chosen month's true counts, and the way out for protected ones."""

    app: ConsoleApp
    HELP = later(
        "The months with their calls. The counts below are the true ones and stay here.\n"
        "Enter shows a month's tables, true beside published: of a month that is not published,\n"
        "as a trial. F9 exports the month as protected figures, which are safe to hand on. F10\n"
        "closes it, so that later calls count in the next month; F8 exports the whole year."
    )
    DEFAULT_CSS = """
    #summary { height: 1fr; border: round $primary; }
    #summary:focus { border: heavy $accent; }
    #true { text-wrap: nowrap; text-overflow: ellipsis; }
    """
    BINDINGS = [
        Binding("f3", "tables", later("tables"), show=False),
        Binding("f5", "refresh", later("read again"), show=False),
        Binding("f7", "chart", later("chart")),
        Binding("f8", "year", later("year")),
        Binding("f9", "export", later("export")),
        Binding("f10", "close", later("close")),
        Binding("escape,q", "dismiss", later("back"), key_display="Esc"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._standings: list[Standing] = []
        self._months: tuple[MonthTotal, ...] = ()
        self._label: Label | None = None

    def compose(self) -> ComposeResult:
        """Months above, the true totals of one below."""
        with Vertical():
            listed = OptionList(id="periods", compact=True)
            listed.border_title = _("months: Enter shows the tables")
            yield listed
            with VerticalScroll(id="summary") as summary:
                summary.border_title = _("true counts, for the house only")
                yield Static(id="true")
        yield KeyBar()

    async def on_mount(self) -> None:
        """Read the months, the latest first."""
        await self._read()

    async def _read(self) -> None:
        session = self.app.session
        try:
            self._label = await session.call(figures.labels)
            self._months = await session.call(figures.months)
            months = {month.period for month in self._months}
            known = await session.call(figures.standings)
            self._standings = [each for each in known if each.period in months][::-1]
        except ConsoleError as error:
            self.app.notice(error)
        listed = self.query_one(OptionList)
        at = listed.highlighted or 0
        listed.clear_options()
        published = {month.period: month.published for month in self._months}
        listed.add_options(
            Option(self._line(each, published.get(each.period))) for each in self._standings
        )
        if listed.option_count:
            listed.highlighted = min(at, listed.option_count - 1)
            listed.focus()
        else:
            self.query_one("#true", Static).update(shown(_("There are no calls yet.")))
        self.refresh_bindings()

    def _line(self, month: Standing, published: int | None) -> Content:
        calls = plural("{count} call", "{count} calls", month.calls).format(count=month.calls)
        state, late, waits = _(month.state), "", ""
        if published is not None:
            state = _("published as {count}").format(count=published)
        if month.late:
            late = _("{count} of earlier months").format(count=month.late)
        if month.missing and month.state == "open":
            waits = _("waits for {names}").format(names=", ".join(month.missing))
        return joined(shown(month.period, "bold"), calls, state, late, waits)

    @property
    def _marked(self) -> Standing | None:
        """The month that the keys act on; None where there is none."""
        at = self.query_one(OptionList).highlighted
        return None if at is None else self._standings[at]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a month there is nothing to show or to export; only an open one can close."""
        # A screen that is gone stays mounted for Textual; only its parent goes.
        here = self.is_mounted and self.is_attached
        if not here or action not in {"tables", "chart", "export", "close", "year"}:
            return True
        marked = self._marked
        return marked is not None and (action != "close" or marked.state == "open")

    @on(OptionList.OptionHighlighted)
    @work(exclusive=True, group="preview")
    async def _preview(self, event: OptionList.OptionHighlighted) -> None:
        self.refresh_bindings()
        period = self._standings[event.option_index].period
        await asyncio.sleep(_SETTLED_SECONDS)
        try:
            tables = await self.app.session.call(figures.preview, period)
        except ConsoleError as error:
            self.app.notice(error)
            return
        over_time = figures.over_time(period, self._months)
        self.query_one("#true", Static).update(
            joined(*(line.words for line in over_time), " ", *self._largest(tables), by="\n")
        )

    def _largest(self, tables: list[RawTable]) -> list[Content]:
        """Name the largest codes of each table's first dimension, each dimension once."""
        label = self._label
        if label is None:
            return []
        lines: dict[tuple[str, str], Content] = {}
        for table in tables:
            name, *others = table.dimensions
            rest = ("_T",) * len(others)
            if (name, table.counts) in lines:
                continue
            counts = sorted(
                (
                    (count, cell[0])
                    for cell, count in table.cells.items()
                    if cell[0] != "_T" and cell[1:] == rest and count
                ),
                reverse=True,
            )
            words = " · ".join(f"{label(name, code)} {count}" for count, code in counts[:_MOST])
            total = table.cells[("_T", *rest)]
            lines[name, table.counts] = joined(
                shown(label(name, ""), "bold"), f"{total} {_(table.counts)}", words
            )
        return list(lines.values())

    async def action_refresh(self) -> None:
        """Read the months again."""
        await self._read()

    @on(OptionList.OptionSelected)
    def action_tables(self) -> None:
        """Show the month's tables, true beside published."""
        from console.tui.figures_tables import TablesScreen

        if self._marked is not None:
            self.app.push_screen(TablesScreen(self._marked.period), self._changed)

    def action_chart(self) -> None:
        """Show what was published, month after month."""
        from console.tui.charts import ChartScreen, over_months

        self.app.push_screen(ChartScreen([over_months(self._months)]))

    def action_export(self) -> None:
        """Ask for the folder, and publish the month."""
        if self._marked is not None:
            modes = [line.mode for line in self._marked.releases]
            self._ask_where(self._marked.period, modes[-1] if modes else None)

    def action_year(self) -> None:
        """Ask for the folder, and publish the year of the month as the sum of its months."""
        if self._marked is not None:
            self._ask_where(self._marked.period[:4], "rounded")

    def _ask_where(self, period: str, mode: str | None) -> None:
        from console.tui.figures_out import WhereScreen

        self.app.push_screen(WhereScreen(period, mode), self._changed)

    def action_close(self) -> None:
        """Ask who is absent, and close the month."""
        from console.tui.figures_close import CloseScreen

        if self._marked is not None:
            self.app.push_screen(CloseScreen(self._marked), self._changed)

    async def _changed(self, changed: bool | None) -> None:
        if changed:
            await self._read()
