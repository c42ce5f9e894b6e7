"""A finished call put right: its codes by the form, its note, and what it was before."""

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.timer import Timer
from textual.widgets import OptionList, Static, TextArea

from console import calls
from console.calls import FinishedCall, Mark, Revision
from console.errors import ConsoleError
from console.language import _, later
from console.tui.form import Form
from console.tui.keybar import KeyBar
from console.tui.named import pointed_out
from console.tui.note import LONGEST_NOTE, NoteArea
from console.tui.returning import codes_in_words
from console.tui.session import Session
from console.tui.shown import joined, shown
from console.tui.wiped import WipedScreen

LOOK_SECONDS = 0.25
"""From the last key to the look for identifiers."""


class AmendScreen(WipedScreen[bool]):
    """Codes and note of one finished call; dismissed with True if it was amended."""

    HELP = later(
        "Enter on a line of the form opens its codes, Tab goes to the note. F9 keeps the call\n"
        "as it now reads; what it was before stays readable under F4, with who amended it and\n"
        "when, until retention destroys it. Published figures stay as they are."
    )
    BINDINGS = [
        Binding("f4", "revisions", later("what it was before")),
        Binding("f9", "keep", later("keep")),
        Binding("f10", "mask", later("replace identifier"), show=False),
        Binding("escape,f2", "back", later("back"), key_display="Esc"),
    ]

    def __init__(self, call: FinishedCall, *, destroyed: bool = False) -> None:
        super().__init__()
        self._call = call
        self._destroyed = destroyed
        self._coded: dict[str, tuple[str, ...]] = dict(call.coded)
        self._marks: list[Mark] = []
        self._looking: Timer | None = None
        self._sure = ""

    def compose(self) -> ComposeResult:
        """The form beside the note, as in a call."""
        with Vertical(id="amend"):
            words = _("Amend the call of {day}, {name}").format(
                day=self._call.day, name=self._call.operator
            )
            yield Static(shown(words, "bold"), id="amend-title")
            with Horizontal(id="middle"):
                yield Form(self.app.session.book, id="form")
                note = NoteArea(self._call.note, id="note")
                note.border_title = _("note")
                yield note
            yield Static(id="amend-mark", classes="words")
            yield Static(id="amend-said", classes="said")
            yield KeyBar()

    def on_mount(self) -> None:
        """Show the call as it is kept."""
        note = self.query_one(NoteArea)
        self._loaded = note.text
        self.tell("#amend-said", "")
        if self._destroyed:
            note.read_only = True
            self.tell(
                "#amend-said",
                _("The note was destroyed, as retention says: codes can still be put right."),
            )
        self._coded = calls.answered(self.app.session.book, self._call.coded)
        self._before = dict(self._coded)
        form = self.query_one(Form)
        form.show(self._coded)
        form.focus()
        self._guard()

    @property
    def _note(self) -> str:
        """The note to keep; one that was not touched stays exactly what it was."""
        text = self.query_one(NoteArea).text
        return self._call.note if text == self._loaded else text

    @property
    def _changed(self) -> bool:
        return self._note != self._call.note or self._coded != self._before

    # The form and the note -------------------------------------------------------------

    @on(OptionList.OptionSelected, "#form")
    @work(exclusive=True, group="pick")
    async def _pick(self, event: OptionList.OptionSelected) -> None:
        from console.tui.pick import PickScreen

        book, name = self.app.session.book, event.option_id or ""
        dimension = next(each for each in book.dimensions() if each.name == name)
        before = self._coded.get(name, ())
        picked = await self.app.push_screen_wait(PickScreen(dimension, before))
        if picked is None or picked == before:
            return
        coded = {**self._coded, name: picked}
        if not picked:
            coded.pop(name)
        self._coded = book.implied(coded, name)
        self._sure = ""
        self.query_one(Form).show(self._coded)

    @on(TextArea.Changed)
    def _noted(self) -> None:
        self._sure = ""
        if self._looking is not None:
            self._looking.stop()
        self._looking = self.set_timer(LOOK_SECONDS, self._guard)

    @work(exclusive=True, group="guard")
    async def _guard(self) -> None:
        await self._look()

    async def _look(self) -> None:
        """Point out what looks like an identifier."""
        note = self.query_one(NoteArea)
        looked_at = note.text
        marks = await self.app.session.look(looked_at)
        if looked_at != note.text:
            return
        self._marks = marks
        note.point_out(self._marks)
        line = ""
        if self._marks:
            line = pointed_out(self._marks)
        self.tell("#amend-mark", shown(line, "bold"))

    @work(group="mask")
    async def action_mask(self) -> None:
        """Replace the first identifier by what kind of thing it was."""
        await self._look()
        note = self.query_one(NoteArea)
        if self._marks and not note.read_only:
            mark, at = self._marks[0], note.document.get_location_from_index
            mask = calls.mask(note.text[mark.start : mark.end], mark)
            note.replace(mask, at(mark.start), at(mark.end))
            await self._look()

    @on(NoteArea.Refused)
    def _too_long(self) -> None:
        words = _("A note takes {count} characters at most: nothing was put in.")
        self.tell("#amend-said", words.format(count=f"{LONGEST_NOTE:,}"))

    # Out of it -------------------------------------------------------------------------

    @work(exclusive=True, group="keep")
    async def action_keep(self) -> None:
        """Keep the call as it now reads; identifiers that stay are asked for once more."""
        await self._look()
        noted = self._note != self._call.note
        if noted and self._marks and self._sure != "keep":
            self._sure = "keep"
            kinds = ", ".join(_(mark.kind) for mark in self._marks)
            self.tell(
                "#amend-said",
                _(
                    "The note may give somebody away: {kinds}. F10 replaces the first; F9 once "
                    "more keeps them, which the audit trail counts."
                ).format(kinds=kinds),
            )
            return
        try:
            amended = await self.app.session.call(
                calls.amend,
                self._call.call,
                coded=self._coded,
                note=self._note,
                identifiers_kept=len(self._marks) if noted else 0,
                now=self.app.now(),
            )
        except ConsoleError as error:
            self.tell("#amend-said", error)
            return
        if not amended.changed:
            self.app.notice(_("Nothing was different: the call is as it was."))
        elif amended.published:
            self.app.notice(
                _("The call is amended. The figures of its month are published: they stay.")
            )
        else:
            self.app.notice(_("The call is amended."))
        self.app.uncover(self)
        self.dismiss(amended.changed)

    def keep(self, session: Session) -> None:
        """Keep the words when the console locks or ends before they were kept.

        Codes that are not whole yet are left as they were: then the note alone is amended.
        """
        if self._changed:
            whole = not self.app.session.book.missing(self._coded)
            session.submit(
                calls.amend,
                self._call.call,
                coded=self._coded if whole else self._before,
                note=self._note,
                identifiers_kept=len(self._marks),
                now=self.app.now(),
            )

    def action_back(self) -> None:
        """Go back; what was changed and not kept is asked about first."""
        if self._changed and self._sure != "back":
            self._sure = "back"
            self.tell(
                "#amend-said",
                _("Not kept yet: F9 keeps it, Esc once more throws the changes away."),
            )
            return
        self.dismiss(False)

    @work(exclusive=True, group="revisions")
    async def action_revisions(self) -> None:
        """Show what the call was before each of its amendments."""
        try:
            lines = await self.app.session.call(calls.revisions, self._call.call)
        except ConsoleError as error:
            self.tell("#amend-said", error)
            return
        if not lines:
            self.tell("#amend-said", _("This call was never amended."))
            return
        await self.app.push_screen_wait(RevisionsScreen(lines))


class RevisionsScreen(WipedScreen[None]):
    """What a call was before each of its amendments, the latest first."""

    HELP = later(
        "What the call was until somebody amended it, the latest first. The arrows scroll."
    )
    BINDINGS = [Binding("escape,f4,q", "dismiss", later("back"), key_display="Esc")]

    def __init__(self, lines: list[Revision]) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        """One under the other."""
        with Vertical(classes="box wide") as box:
            box.border_title = _("what it was before")
            with VerticalScroll(classes="read"):
                yield Static(id="revisions")
            yield KeyBar()

    def on_mount(self) -> None:
        """Put them into words."""
        book = self.app.session.book
        told = (
            joined(
                shown(
                    _("Until {day}, when {name} amended it:").format(
                        day=line.amended_on, name=line.member
                    ),
                    "bold",
                ),
                codes_in_words(book, line.coded),
                shown(line.note, lines=True) if line.note else shown(_("No note."), "italic"),
                by="\n",
            )
            for line in reversed(self._lines)
        )
        self.query_one("#revisions", Static).update(joined(*told, by="\n\n"))
        self.query_one(VerticalScroll).focus()
