"""A break: offered, taken at once, counted down in quiet, ended; or not now, and it comes back."""

from datetime import timedelta

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from console import breaks
from console.breaks import Break, Offer
from console.errors import ConsoleError
from console.language import _, later
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import clock, shown

KINDS = {
    "1": ("short", later("short break")),
    "2": ("debrief_colleague", later("debrief with a colleague")),
    "3": ("debrief_supervisor", later("debrief with the supervisor")),
    "4": ("meal", later("meal")),
    "5": ("counselling", later("counselling")),
}


class RestScreen(Screen[None]):
    """One break from its offer to its end; the screen is empty otherwise."""

    app: ConsoleApp
    HELP = later(
        "Any operator may break at once when she must. F4 takes what is offered, a digit takes\n"
        "another kind. Esc is «not now»: it is kept, and comes back a little later."
    )
    BINDINGS = [
        Binding("f4", "take", later("take the break")),
        Binding("escape", "later", later("not now")),
        Binding("enter", "end", later("I am back")),
        *(
            Binding(key, f"kind('{key}')", words, show=False)
            for key, (_name, words) in KINDS.items()
        ),
    ]

    def __init__(self, *, offer: Offer | None = None, due: Break | None = None) -> None:
        super().__init__()
        self._offer = offer
        self._break = due
        self._cover_words = ""
        self._policy = breaks.Policy()

    def compose(self) -> ComposeResult:
        """A few quiet lines in the middle."""
        with Vertical(id="rest"):
            yield Static(id="rest-title")
            yield Static(id="rest-clock")
            yield Static(id="rest-words")
        yield KeyBar()

    @property
    def _under_way(self) -> bool:
        return self._break is not None and self._break.started_at is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before it starts one can take it; after, end it."""
        if action == "end":
            return self._under_way
        if action in {"take", "later", "kind"}:
            return not self._under_way
        return True

    async def on_mount(self) -> None:
        """Show the offer, or the break that is running."""
        if self._break is None:
            self._break = await self.app.session.call(
                breaks.current, self.app.session.member.name, now=self.app.now()
            )
        self.set_interval(1.0, self._show)
        cover = await self.app.session.call(breaks.cover, now=self.app.now())
        self._cover_words = cover.words
        self._policy = await self.app.session.call(breaks.policy)
        self._show()

    def _show(self) -> None:
        title, words = self.query_one("#rest-title", Static), self.query_one("#rest-words", Static)
        if self._break is not None and self._under_way:
            left = breaks.remaining(self._break, now=self.app.now())
            title.update(shown(_words(self._break.kind).capitalize(), "bold"))
            self.query_one("#rest-clock", Static).update(shown(clock(int(left.total_seconds()))))
            over = left <= timedelta(0)
            words.update(shown(_("The time is up. Enter when you are back.") if over else ""))
            return
        if self._break is not None:
            kind, minutes, why = self._break.kind, self._break.minutes, _("This break is yours.")
        elif self._offer is not None:
            kind, minutes, why = self._offer.kind, self._offer.minutes, self._offer.reason
        else:
            kind, minutes, why = "short", self._policy.minutes("short"), ""
        title.update(shown(why, "bold"))
        kinds = "\n".join(
            f"{key}  {_length(name, self._policy.minutes(name))}"
            for key, (name, _text) in KINDS.items()
        )
        back = _("not now: it comes back")
        words.update(
            shown(
                f"F4  {_length(kind, minutes)}\n\n{kinds}\n\nEsc  {back}\n\n{self._cover_words}",
                lines=True,
            )
        )

    @work(exclusive=True)
    async def action_take(self) -> None:
        """Book what is offered and start it."""
        if self._break is None:
            await self._book(self._offer.kind if self._offer else "short")
        await self._start()

    @work(exclusive=True)
    async def action_kind(self, key: str) -> None:
        """Book another kind and start it."""
        kind = KINDS[key][0]
        if self._break is None or self._break.kind != kind:
            await self._book(kind)
        await self._start()

    async def _book(self, kind: str) -> None:
        try:
            self._break = await self.app.session.call(
                breaks.book, self.app.session.member.name, kind, now=self.app.now()
            )
        except ConsoleError as error:
            self.app.notice(error)

    async def _start(self) -> None:
        if self._break is None:
            return
        try:
            self._break = await self.app.session.call(
                breaks.start, self._break.id, now=self.app.now()
            )
        except ConsoleError as error:
            self.app.notice(error)
            return
        self._show()
        self.refresh_bindings()

    @work(exclusive=True)
    async def action_later(self) -> None:
        """Not now: an offered or booked break is kept and comes back."""
        if self._break is None and self._offer is not None:
            await self._book(self._offer.kind)
        if self._break is not None:
            try:
                await self.app.session.call(breaks.miss, self._break.id, now=self.app.now())
            except ConsoleError as error:
                self.app.notice(error)
        self.app.uncover(self)
        self.dismiss()

    @work(exclusive=True)
    async def action_end(self) -> None:
        """Back on the line."""
        if self._break is not None:
            try:
                await self.app.session.call(breaks.end, self._break.id, now=self.app.now())
            except ConsoleError as error:
                self.app.notice(error)
        self.app.uncover(self)
        self.dismiss()


def _words(kind: str) -> str:
    return _(next(words for name, words in KINDS.values() if name == kind))


def _length(kind: str, minutes: int) -> str:
    return _("{kind}, {minutes} min").format(kind=_words(kind), minutes=minutes)
