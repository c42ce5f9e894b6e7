"""Practice: made-up callers ring, and the trainee works on the real screens."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from console import calls, practice
from console.calls import Draft
from console.codebook import Codebook
from console.errors import ConsoleError
from console.language import _, later
from console.practice import Caller, Desk, Feedback, Point, Taken
from console.tui import show
from console.tui.app import ConsoleApp
from console.tui.call import CallScreen, Ended
from console.tui.clocks import local_now, steady
from console.tui.keybar import KeyBar
from console.tui.shift import ShiftScreen
from console.tui.shown import clock, joined, shown

Choice = Literal["again", "next"]

_RINGS = later(
    "PRACTICE · made-up caller {number} of {count} rings: F2 takes the call. Nothing counts."
)
_ON_LINE = later("PRACTICE · nobody is on the line, nothing counts")
_LINE = later("caller, line {number} of {count}: F8 for the next")
_LAST = later("caller, line {number} of {count}: that was the last")
_SUMMARY = later(
    "{found} of {expected} codes as expected · {heard} of {lines} lines heard · {length}"
)
_MISSED = later("{dimension}: left open, expected {expected}.")
_DIFFERS = later("{dimension}: coded {coded}, expected {expected}.")
_EXTRA = later("{dimension}: also coded {coded}, which the author did not expect. Was it said?")
_FOUND = later("As expected: {dimensions}.")
_SAID = later("It was in «{said}».")
_NOT_HEARD = later("It would still have come: «{said}».")
_TYPED = later("On the code line: {typed}.")
_LEFT = later("What looks like an identifier and is still in the note: {count}. F10 replaces it.")
_NONE_LEFT = later("Nothing in the note looks like an identifier.")
_CARDS = later("Card for this call: {titles}.")


class PracticeApp(ConsoleApp):
    """The console with a made-up caller on the line, who speaks ``language`` (en, fr, nb, es)."""

    def __init__(
        self,
        home: Path,
        *,
        member: str,
        passphrase: str,
        language: str,
        hint: str = "",
        now: Callable[[], datetime] = local_now,
        ticks: Callable[[], float] = steady,
    ) -> None:
        super().__init__(
            home, member=member, passphrase=passphrase, hint=hint, now=now, ticks=ticks
        )
        self._language = language
        self._next: Desk | None = None
        self.on_line: dict[int, Desk] = {}
        """Who is on the line, by the number of the call; a lock does not change it."""

    @property
    def next(self) -> Desk:
        """Who rings next."""
        if self._next is None:
            where = practice.place(self.session.book)
            self._next = Desk(practice.callers(self._language, where))
        return self._next

    @next.setter
    def next(self, desk: Desk) -> None:
        self._next = desk

    def add_mode(self, mode: str, base_screen: str | Callable[[], Screen[object]]) -> None:
        """Put the practice's shift in the place of the real one."""
        super().add_mode(mode, PracticeShift if base_screen is ShiftScreen else base_screen)


class Banner(Static):
    """Says at the top of a screen that this is practice."""

    DEFAULT_CSS = "Banner { height: 1; padding: 0 1; text-style: bold reverse; }"


class PracticeShift(ShiftScreen):
    """The shift, between two made-up callers."""

    app: PracticeApp
    HELP = later(
        "Practice. F2 takes the call of a made-up caller, F8 lets the caller go on, and F9 ends\n"
        "the call as in real life; then you see what the author of the caller expected.\n"
        "The vault is thrown away when you leave (Ctrl+Q)."
    )

    def compose(self) -> ComposeResult:
        """Who rings, above the shift."""
        yield Banner(id="practice")
        yield from super().compose()

    async def on_mount(self) -> None:
        """Say who rings first."""
        self._say_who()

    def _say_who(self) -> None:
        desk = self.app.next
        line = _(_RINGS).format(number=desk.turn + 1, count=len(desk.callers))
        self.query_one(Banner).update(shown(line))

    def _open(self, draft: Draft, *, resumed: bool = False, unkept: bool = False) -> None:
        if draft.call not in self.app.on_line:
            self.app.on_line[draft.call] = self.app.next.ring()
            self.app.next = self.app.next.move_on()
            self._say_who()
        call = PracticeCall(draft, resumed=resumed, unkept=unkept)
        self.app.push_screen(call, partial(self._over, draft))

    def _over(self, draft: Draft, _how: Ended | None) -> None:
        self._feed_back(draft)

    @work(group="feedback")
    async def _feed_back(self, draft: Draft) -> None:
        """Show what there is to say of the call, once it has ended."""
        session, desk = self.app.session, self.app.on_line[draft.call]
        try:
            done = await session.call(calls.read, draft.call)
        except ConsoleError:
            # It was set aside, and goes on later.
            return
        taken = Taken(
            kind=done.kind,
            coded=done.coded,
            lines=desk.heard,
            identifiers=len(await session.look(done.note)),
            length=self.app.now() - draft.started_at,
        )
        multiple = {each.name for each in session.book.dimensions() if each.multiple}
        titles = [
            card.title
            for card in await session.call(calls.cards, session.book.language)
            if card.name in desk.caller.cards
        ]
        feedback = practice.judge(desk.caller, taken, multiple)
        screen = FeedbackScreen(desk.caller, feedback, titles)
        self.app.push_screen(screen, partial(self._go_on, desk))

    def _go_on(self, desk: Desk, choice: Choice | None) -> None:
        if choice == "again":
            self.app.next = desk
        if choice is not None:
            self.action_call()


class PracticeCall(CallScreen):
    """The real call screen under what the caller says."""

    app: PracticeApp
    MORE_HELP = later("F8 lets the made-up caller say the next line.")
    BINDINGS = [Binding("f8", "listen", later("next line"))]
    DEFAULT_CSS = """
    #caller { height: auto; max-height: 6; border: round $accent; padding: 0 1; }
    """

    @property
    def desk(self) -> Desk:
        """Who is on the line."""
        return self.app.on_line[self._draft.call]

    def compose(self) -> ComposeResult:
        """What the caller says, above everything else."""
        yield Banner(shown(_(_ON_LINE)))
        yield Static(id="caller")
        yield from super().compose()

    def on_mount(self) -> None:
        """Let the caller say what has been said so far."""
        self._say()

    def _say(self) -> None:
        desk = self.desk
        *before, latest = desk.lines
        panel = self.query_one("#caller", Static)
        over = desk.heard == len(desk.caller.lines)
        panel.border_title = _(_LAST if over else _LINE).format(
            number=desk.heard, count=len(desk.caller.lines)
        )
        panel.update(
            joined(*(shown(line, "dim") for line in before[-1:]), shown(latest, "bold"), by="\n")
        )

    def action_listen(self) -> None:
        """Hear the next line."""
        self.app.on_line[self._draft.call] = self.desk.listen()
        self._say()


class FeedbackScreen(Screen[Choice | None]):
    """What the author of the caller expected, what was found, and where it was said."""

    app: PracticeApp
    HELP = later(
        "What the author of the caller expected, and where it was in what the caller said.\n"
        "It is one reading of the call, to talk about; nobody counts it. F2 takes the next\n"
        "call, r the same one again, Esc goes back to the shift."
    )
    BINDINGS = [
        Binding("f2", "choose('next')", later("next call")),
        Binding("r", "choose('again')", later("same call again")),
        Binding("escape,enter", "choose", later("shift"), key_display="Esc"),
    ]
    DEFAULT_CSS = "#feedback { padding: 0 1; } #feedback Static { margin-bottom: 1; }"

    def __init__(self, caller: Caller, feedback: Feedback, cards: Sequence[str]) -> None:
        super().__init__()
        self._caller = caller
        self._feedback = feedback
        self._cards = cards

    def compose(self) -> ComposeResult:
        """The sum first, then what is worth a word, then what to notice."""
        yield Banner(shown(self._caller.title))
        with VerticalScroll(id="feedback"):
            yield Static(shown(self._summary(), "bold"))
            for point in self._feedback.points:
                if point.verdict != "found":
                    yield Static(_words(self.app.session.book, point))
            yield Static(self._rest())
            yield Static(
                joined(*(shown(f"• {line}") for line in self._caller.notice), by="\n"), id="notice"
            )
        yield KeyBar()

    def on_mount(self) -> None:
        """Let the arrows scroll."""
        self.query_one("#feedback").focus()

    def _summary(self) -> str:
        feedback = self._feedback
        return _(_SUMMARY).format(
            found=feedback.found,
            expected=feedback.expected,
            heard=feedback.taken.lines,
            lines=len(self._caller.lines),
            length=clock(int(feedback.taken.length.total_seconds())),
        )

    def _rest(self) -> Content:
        book, feedback = self.app.session.book, self._feedback
        labels = _labels(book)
        found = [labels[each.dimension] for each in feedback.points if each.verdict == "found"]
        left = feedback.taken.identifiers
        return joined(
            _(_FOUND).format(dimensions=", ".join(found)) if found else "",
            shown(_(_LEFT).format(count=left), "bold") if left else _(_NONE_LEFT),
            _(_CARDS).format(titles=", ".join(self._cards)) if self._cards else "",
            by="\n",
        )

    def action_choose(self, choice: Choice | None = None) -> None:
        """Leave for the next call, the same one again, or the shift."""
        self.dismiss(choice)


def _words(book: Codebook, point: Point) -> Content:
    """Return what to say of one point: what differs, where it was said, what finds the code."""

    def named(codes: Sequence[str]) -> str:
        return " / ".join(book.label(point.dimension, code) for code in codes)

    what = {"missed": _MISSED, "differs": _DIFFERS, "extra": _EXTRA}[point.verdict]
    said = _SAID if point.heard else _NOT_HEARD
    return joined(
        shown(
            _(what).format(
                dimension=_labels(book)[point.dimension],
                coded=named(point.coded),
                expected=named(point.expected),
            ),
            "bold",
        ),
        _(said).format(said=point.said) if point.said else "",
        _(_TYPED).format(typed=point.typed) if point.typed else "",
        by=" ",
    )


def _labels(book: Codebook) -> dict[str, str]:
    return {dimension.name: dimension.label for dimension in book.dimensions()}


def run(home: Path, *, member: str, passphrase: str, language: str, hint: str = "") -> int:
    """Open the practice on the vault in ``home`` and return the exit code when it is left.

    ``language`` is what the callers speak: en, fr, nb or es.
    """
    return show(
        PracticeApp(home, member=member, passphrase=passphrase, language=language, hint=hint)
    )
