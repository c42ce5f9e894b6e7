"""Return codes in a call: the caller's opens what was before, a new one lets her come back."""

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Digits, Input, Static

from console import calls
from console.calls import FinishedCall, ReturnedCase
from console.codebook import Codebook, Coded
from console.errors import BadUsage, ConsoleError
from console.language import _, later, plural
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown
from console.tui.wiped import WipedScreen


class ReturnScreen(WipedScreen[bool]):
    """Takes the caller's code or gives her one; dismissed with True if a code was followed."""

    HELP = later(
        "If the caller has a code, type its eight digits, spaces or not, and press Enter: the\n"
        "earlier calls show, newest first; the arrows scroll. F2 makes a new code to read out.\n"
        "Write it nowhere. It is shown once: nobody can look it up again, not even here.\n"
        "After five wrong codes this call takes none any more."
    )
    BINDINGS = [
        Binding("f2", "give", later("give a new code")),
        Binding("escape,f6", "back", later("back to the call"), key_display="Esc"),
    ]

    def __init__(self, call: int) -> None:
        super().__init__()
        self._call = call
        self._followed = False
        self._given = False

    def compose(self) -> ComposeResult:
        """The question above; under it what the code leads to, or the new code."""
        with Vertical(classes="box wide") as box:
            box.border_title = _("return code")
            yield Static(_("Has the caller called before, and kept a code?"), id="question")
            yield Input(placeholder=_("eight digits, then Enter"), compact=True, id="code")
            yield Static(id="return-said", classes="said")
            yield Digits(id="digits")
            yield Static(id="spelled", classes="words")
            with VerticalScroll(id="earlier", classes="read"):
                yield Static(id="earlier-words")
            yield KeyBar()

    def on_mount(self) -> None:
        """Wait for a code."""
        self.query_one("#earlier").display = False
        self.query_one("#digits").display = False
        self.tell("#return-said", "")
        self.tell("#spelled", "")
        self.query_one(Input).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One new code is enough for one look at this screen."""
        return not (action == "give" and self._given)

    @on(Input.Submitted)
    @work(exclusive=True)
    async def _follow(self) -> None:
        field = self.query_one(Input)
        if not field.value.strip():
            return
        try:
            case = await self.app.session.call(
                calls.follow_return_code, field.value, self._call, now=self.app.now()
            )
        except ConsoleError as error:
            self.tell("#return-said", error)
            if not isinstance(error, BadUsage):
                field.value = ""
            return
        self._followed = True
        field.value = ""
        field.display = False
        self.tell("#return-said", "")
        self._show(case)

    def _show(self, case: ReturnedCase) -> None:
        count = len(case.calls)
        words = (
            _("This code is known; no earlier call of it is finished.")
            if not count
            else plural(
                "One earlier call belongs to this code.",
                "{count} earlier calls belong to this code, newest first.",
                count,
            ).format(count=count)
        )
        self.query_one("#question", Static).update(shown(words, "bold"))
        book = self.app.session.book
        told = [told_of(book, call, destroyed=call.call in case.destroyed) for call in case.calls]
        self.query_one("#earlier-words", Static).update(joined(*told, by="\n\n"))
        earlier = self.query_one("#earlier")
        earlier.display = bool(count)
        if count:
            earlier.focus()

    @work(exclusive=True)
    async def action_give(self) -> None:
        """Make a new code and show it, this once."""
        try:
            code = await self.app.session.call(
                calls.give_return_code, self._call, now=self.app.now()
            )
        except ConsoleError as error:
            self.tell("#return-said", error)
            return
        self._given = True
        self.tell("#return-said", "")
        digits = self.query_one(Digits)
        digits.update(code)
        digits.display = True
        self.tell(
            "#spelled",
            joined(
                shown(" ".join(code), "bold"),
                _("Read it out, and have it read back. It is not kept: after Esc it is gone."),
                _("Whoever has it can speak of this call: ask where it is safe to keep."),
                by="\n",
            ),
        )
        self.refresh_bindings()

    def action_back(self) -> None:
        """Go back to the call."""
        self.dismiss(self._followed)


def told_of(book: Codebook, call: FinishedCall, *, destroyed: bool) -> Content:
    """Return a finished call in words: when, who took it, its codes, its note."""
    if destroyed:
        note = shown(_("The note was destroyed, as retention says."), "italic")
    else:
        note = shown(call.note, lines=True) if call.note else shown(_("No note."), "italic")
    when = shown(_("Call of {day}, {name}").format(day=call.day, name=call.operator), "bold")
    return joined(when, codes_in_words(book, call.coded), note, by="\n")


def codes_in_words(book: Codebook, coded: Coded) -> Content:
    """Return the codes of a call, a line a dimension, without what is unknown."""
    lines = []
    for dimension in book.dimensions():
        codes = [code for code in coded.get(dimension.name, ()) if code != "unknown"]
        if codes:
            labels = ", ".join(book.label(dimension.name, code) for code in codes)
            lines.append(joined(shown(f"{dimension.label:<16}", "dim"), labels))
    return joined(*lines, by="\n")
