"""What protection costs a month's figures, and what there is to reconcile, in words."""

import asyncio

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from console import figures
from console.figures import TOPICS, Cost, Line, Review
from console.language import _, later
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown


class CheckScreen(Screen[None]):
    """The costs table by table, then every finding under its heading."""

    HELP = later(
        "What protection costs: how far the shown counts are from the true ones, on average over\n"
        "all cells and over those with calls. Then whether parts and totals agree, the month\n"
        "beside others, what is not known, and how calls and mentions differ. The arrows scroll.\n"
        "The true counts in it are for the house only."
    )
    DEFAULT_CSS = """
    #check { height: 1fr; border: round $primary; padding: 0 1; }
    #check:focus { border: heavy $accent; }
    #checked { height: auto; }
    """
    BINDINGS = [Binding("escape,q,f8", "dismiss", later("back"), key_display="Esc")]

    def __init__(self, review: Review) -> None:
        super().__init__()
        self._review = review

    def compose(self) -> ComposeResult:
        """Everything in one text that scrolls."""
        with VerticalScroll(id="check") as scroll:
            scroll.border_title = figures.named(self._review.period)
            yield Static(shown(_("Checking …")), id="checked")
        yield KeyBar()

    def on_mount(self) -> None:
        """Check off the event loop: large tables have many sums."""
        self.query_one("#check").focus()
        self._check()

    @work(exclusive=True)
    async def _check(self) -> None:
        words = await asyncio.to_thread(_words, self._review)
        self.query_one("#checked", Static).update(words)


def _words(review: Review) -> Content:
    lines = figures.reconcile(
        review.tables, review.period, review.months, review.label, late=review.late
    )
    parts = [*_costs(review)]
    for topic, heading in TOPICS.items():
        said = [_said(line) for line in lines if line.topic == topic]
        if said:
            parts += [Content(" "), shown(_(heading), "bold underline"), *said]
    return joined(*parts, by="\n")


def _said(line: Line) -> Content:
    if line.wrong:
        return shown(f"✗ {line.words}", "bold")
    return shown(f"{'✓' if line.topic == 'parts' else '•'} {line.words}")


def _costs(review: Review) -> list[Content]:
    """Return the mean and the largest change of all tables together, then of each."""
    whole = figures.cost(review.tables)
    if review.trial:
        heading = _("What protection would cost (a trial)")
    else:
        heading = _("What protection costs")
    named = [
        (f"{figures.title(table.raw, review.label)} ({_(table.raw.counts)})", figures.cost([table]))
        for table in review.tables
    ]
    wide = max(len(name) for name, _cost in named)
    return [
        shown(heading, "bold underline"),
        shown(_in_words(whole)),
        *(joined(shown(f"{name:<{wide}}"), _in_numbers(cost)) for name, cost in named),
    ]


def _in_words(cost: Cost) -> str:
    words = _(
        "A shown count is {mean} from the true one on average, {filled} where there are calls, and "
        "{largest} at most, over {cells} cells."
    ).format(
        mean=f"{cost.mean:.2f}",
        filled=f"{cost.mean_filled:.2f}",
        largest=cost.largest,
        cells=cost.cells,
    )
    if cost.hidden:
        hidden = _("{count} cells show no count.").format(count=cost.hidden)
        return f"{words} {hidden}"
    return words


def _in_numbers(cost: Cost) -> str:
    words = _("mean {mean}, with calls {filled}, largest {largest}")
    return words.format(
        mean=f"{cost.mean:.2f}", filled=f"{cost.mean_filled:.2f}", largest=cost.largest
    )
