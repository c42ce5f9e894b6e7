"""One month's tables: true counts beside published ones, or beside a trial of the protection."""

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from console import figures
from console.errors import ConsoleError
from console.figures import Review
from console.language import _, later, plural
from console.tui.app import ConsoleApp
from console.tui.figures_grid import VIEWS, Grid, View, lay_out
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown

_VIEWS: dict[View, str] = {
    "both": later("true → shown"),
    "true": later("true counts only"),
    "shown": later("shown counts only"),
    "difference": later("shown less true"),
}


class TablesScreen(Screen[bool]):
    """The tables of one month; dismissed with True where an export was tried meanwhile."""

    app: ConsoleApp
    HELP = later(
        "A month's tables. In each cell the true count, and after the arrow what is shown of it:\n"
        "as it was published, or, while the month is not, as a trial that nothing is kept of.\n"
        "The arrows scroll, N and P go from table to table, F3 lists them, F2 shows true or\n"
        "shown counts alone, or the difference. Empty rows are left out until F5."
    )
    DEFAULT_CSS = """
    #figures-about, #figures-which { height: 1; padding: 0 1; text-wrap: nowrap;
                                     text-overflow: ellipsis; }
    """
    BINDINGS = [
        Binding("f2,v", "view", later("view"), key_display="F2"),
        Binding("f3", "pick", later("tables")),
        Binding("f4,n", "step(1)", later("next table"), show=False, key_display="F4"),
        Binding("shift+f4,p", "step(-1)", later("table before"), show=False, key_display="P"),
        Binding("f5", "empty_rows", later("empty rows"), show=False),
        Binding("f7", "chart", later("chart")),
        Binding("f8", "check", later("check")),
        Binding("f9", "export", later("export"), show=False),
        Binding("escape,q", "back", later("back"), key_display="Esc"),
    ]

    def __init__(self, period: str) -> None:
        super().__init__()
        self._period = period
        self._review: Review | None = None
        self._at = 0
        self._view: View = VIEWS[0]
        self._empty_rows = False
        self._changed = False

    def compose(self) -> ComposeResult:
        """What is shown, and the table."""
        with Vertical():
            yield Static(id="figures-about")
            yield Static(id="figures-which")
            yield Grid(id="grid")
        yield KeyBar()

    def on_mount(self) -> None:
        """Count the month, and try the protection where it is not published."""
        self.query_one(Grid).focus()
        self._read()

    @work(exclusive=True, group="review")
    async def _read(self) -> None:
        about = self.query_one("#figures-about", Static)
        words = _("{month}: counting, and trying the protection …")
        about.update(shown(words.format(month=figures.named(self._period)), "bold"))
        try:
            session = self.app.session
            self._review = await session.call(figures.review, self._period, progress=session.go_on)
        except ConsoleError as error:
            about.update(shown(str(error), "bold"))
            return
        about.update(joined(shown(figures.named(self._period), "bold"), self._how(self._review)))
        self._show()
        self.refresh_bindings()

    def _how(self, review: Review) -> str:
        if review.trial and review.coarser:
            return _("A trial: nothing is published. Coarser: {tables}").format(
                tables=", ".join(review.coarser)
            )
        if review.trial:
            return _("A trial of the protection: nothing is published.")
        return _("Published, vintage {vintage}: the shown counts are out.").format(
            vintage=review.vintage
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without tables there is nothing to look at."""
        needs = {"view", "pick", "step", "empty_rows", "chart", "check"}
        return action not in needs or self._review is not None

    def _show(self, *, keep_place: bool = False) -> None:
        review = self._review
        if review is None:
            return
        table = review.tables[self._at]
        laid = lay_out(
            table, review.label, self._view, total=_("Total"), empty_rows=self._empty_rows
        )
        self.query_one(Grid).lay(laid, keep_place=keep_place)
        counted = f"{figures.title(table.raw, review.label)} ({_(table.raw.counts)})"
        place = f"{self._at + 1}/{len(review.tables)}"
        left_out = ""
        if laid.left_out:
            left_out = plural("{count} empty row: F5", "{count} empty rows: F5", laid.left_out)
            left_out = left_out.format(count=laid.left_out)
        self.query_one("#figures-which", Static).update(
            joined(shown(counted, "bold"), place, _(_VIEWS[self._view]), left_out, by=" · ")
        )

    def action_view(self) -> None:
        """Show both counts, one of them, or the difference."""
        self._view = VIEWS[(VIEWS.index(self._view) + 1) % len(VIEWS)]
        self._show(keep_place=True)

    def action_empty_rows(self) -> None:
        """Show the rows without calls, or leave them out."""
        self._empty_rows = not self._empty_rows
        self._show()

    def action_step(self, step: int) -> None:
        """Go to the next table, or the one before."""
        if self._review is not None:
            self._at = (self._at + step) % len(self._review.tables)
            self._show()

    def action_pick(self) -> None:
        """List the tables."""
        if self._review is not None:
            self.app.push_screen(PickTableScreen(self._review, self._at), self._picked)

    def _picked(self, at: int | None) -> None:
        if at is not None:
            self._at = at
            self._show()

    def action_chart(self) -> None:
        """Draw what is shown of this table, and the months."""
        from console.tui.charts import ChartScreen, of_table, over_months

        review = self._review
        if review is not None:
            drawn = of_table(review.tables[self._at], review)
            self.app.push_screen(ChartScreen([*drawn, over_months(review.months)]))

    def action_check(self) -> None:
        """Say what protection costs, and whether everything adds up."""
        from console.tui.figures_check import CheckScreen

        if self._review is not None:
            self.app.push_screen(CheckScreen(self._review))

    def action_export(self) -> None:
        """Ask for the folder, and publish the month."""
        from console.tui.figures_out import WhereScreen

        def back(tried: bool | None) -> None:
            if tried:
                self._changed = True
                self._read()

        review = self._review
        mode = None if review is None or review.trial else review.mode
        self.app.push_screen(WhereScreen(self._period, mode), back)

    def action_back(self) -> None:
        """Go back to the months."""
        self.dismiss(self._changed)


class PickTableScreen(ModalScreen[int | None]):
    """The tables by name; dismissed with the place of the chosen one."""

    HELP = later("All tables of the month. Enter shows the marked one.")
    BINDINGS = [Binding("escape,f3", "dismiss", later("back"), key_display="Esc")]

    def __init__(self, review: Review, at: int) -> None:
        super().__init__()
        self._review = review
        self._at = at

    def compose(self) -> ComposeResult:
        """The tables in the order in which a release prints them."""
        with Vertical(classes="box") as box:
            box.border_title = _("tables")
            yield OptionList(
                *(
                    Option(
                        joined(
                            shown(figures.title(table.raw, self._review.label), "bold"),
                            shown(f"({_(table.raw.counts)})"),
                        )
                    )
                    for table in self._review.tables
                ),
                compact=True,
            )
            yield KeyBar()

    def on_mount(self) -> None:
        """Mark the table that is on the screen."""
        self.query_one(OptionList).highlighted = self._at

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)
