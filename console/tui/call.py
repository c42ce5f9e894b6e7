"""The call screen: listen, type, and look up finished."""

import re
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import OptionList, Static, TextArea

from console import calls
from console.calls import Draft, Mark, Unkept
from console.codebook import Hit
from console.errors import ConsoleError
from console.language import _, later
from console.tui import panel
from console.tui.app import ConsoleApp
from console.tui.codeline import CodeLine
from console.tui.form import Form
from console.tui.hint import Hint
from console.tui.journal import Journal
from console.tui.keybar import KeyBar
from console.tui.named import pointed_out
from console.tui.note import LONGEST_NOTE, NoteArea
from console.tui.panel import PartnersPanel
from console.tui.session import Session
from console.tui.shown import clock, joined, shown
from console.vault import Vault

if TYPE_CHECKING:
    from console.tui.ending import Ending

# «[e-mail]» says that there was one, not that e-mail is what the call is about.
_REPLACED = re.compile(r"\[[^]\n]*\]")


@dataclass(frozen=True)
class Ended:
    """How a call left the screen: with the distress of a call, or as a contact that was none.

    ``kept_as`` is the kind of the latter, and ``draft`` what to go on with if that was too soon.
    Both empty: it was set aside.
    """

    distress: int | None = None
    kept_as: str = ""
    draft: Draft | None = None


class CallScreen(Screen[Ended]):
    """One call, from its first second until it has ended, is set aside or is locked away."""

    app: ConsoleApp
    HELP = later(
        "Type in the code line what you hear: a word of the caller, an age, a place. Enter\n"
        "takes the first code, a digit another, - takes back the last. Enter in the empty line\n"
        "goes to the note, Tab to the form (Enter opens a list). Nothing has to be saved: the\n"
        "journal does it as you type. A silent or prank call needs one digit, before anything\n"
        "else is typed. F10 replaces what could give somebody away, F11 takes the code that\n"
        "the note offers. F2 sets the call aside, for you or for whoever takes it up."
    )
    BINDINGS = [
        Binding("f2", "set_aside", later("aside")),
        Binding("f3", "partners", later("partners")),
        Binding("f5", "cards", later("cards")),
        Binding("f6", "come_back", later("return")),
        Binding("f7", "call_back", later("call back"), show=False),
        Binding("f9", "end", later("end")),
        Binding("f10", "mask", later("replace identifier"), show=False),
        Binding("f11", "take_offered", later("code offered from the note"), show=False),
    ]

    def __init__(self, draft: Draft, *, resumed: bool = False, unkept: bool = False) -> None:
        super().__init__()
        self._draft = draft
        self._resumed = resumed
        self._unkept = unkept
        self._undo: list[dict[str, tuple[str, ...]]] = []
        self._marks: list[Mark] = []
        self._offered: list[Hit] = []
        self._seconds = draft.seconds
        self._asking: Timer | None = None
        self._asking_end = self._concluding = False

    def compose(self) -> ComposeResult:
        """Status, code line, what is coded beside the note, partners, what the note suggests."""
        yield Static(id="status")
        self._journal = Journal(self._latest)
        yield self._journal
        yield CodeLine(self.app.session.book, id="codeline")
        with Horizontal(id="middle"):
            yield Form(self.app.session.book, id="form")
            note = NoteArea(self._draft.note, id="note")
            note.border_title = _("note")
            yield note
        yield PartnersPanel(id="panel")
        yield Hint("take_offered", id="offered")
        yield Hint("mask", id="mark")
        yield KeyBar()

    def on_mount(self) -> None:
        """Put everything back as the journal has it, the cursor where it was."""
        self._opened = self.app.ticks()
        note = self.query_one(NoteArea)
        note.move_cursor(self._draft.cursor)
        self._show_coded()
        self.set_interval(1.0, self._tick)
        line = self.query_one(CodeLine)
        if self._draft.fresh and not self._resumed:
            line.offer_kinds()
        (note if self._resumed else line.field).focus()
        if self._resumed:
            self.app.notice(_("This call goes on. Everything up to its last half second is here."))
        if self._unkept:
            self._journal.changed()
        self._guard()

    def _latest(self) -> Draft:
        """Return the call as it stands, with how long it was on screen."""
        gone = self.app.ticks() - self._opened
        return replace(self._draft, seconds=self._seconds + int(gone))

    # What is shown -------------------------------------------------------------------

    def _tick(self) -> None:
        book, coded = self.app.session.book, self._draft.coded
        about = [
            book.label(dimension, code)
            for dimension in ("caller", "relation", "region", "language")
            for code in coded.get(dimension, ())
            if code != "unknown"
        ]
        self.query_one("#status", Static).update(
            joined(
                shown(_("Call {time}").format(time=clock(self._latest().seconds)), "bold"),
                shown(" · ".join(about)),
                shown(self._journal.words, "dim"),
                by="   ",
            ),
            layout=False,
        )

    def _show_coded(self) -> None:
        coded = self._draft.coded
        self.query_one(Form).show(coded)
        self._tick()
        if self._asking is not None:
            self._asking.stop()
        if coded:
            ask = self.query_one(PartnersPanel)
            self._asking = self.set_timer(panel.WAIT_SECONDS, lambda: ask.look(coded))

    # The journal ---------------------------------------------------------------------

    def _changed(self) -> None:
        self.query_one(CodeLine).withdraw_kinds()
        self._journal.changed()

    @on(Journal.Told)
    def _told(self, event: Journal.Told) -> None:
        self._tick()
        if event.settled:
            self._guard()

    def keep(self, session: Session) -> Future[Unkept | None] | None:
        """Journal at once what is not there yet: the lock, a signal or the end of the program."""
        return self._journal.keep(session)

    @property
    def unsaved(self) -> bool:
        """Whether words are on this screen alone, because the disk does not take them."""
        return self._journal.unsaved

    # Coding --------------------------------------------------------------------------

    def _code(self, dimension: str, codes: tuple[str, ...]) -> None:
        """Code, with what that implies; `-` takes all of it back at once."""
        self._undo.append(self._draft.coded)
        coded = {**self._draft.coded, dimension: codes}
        if not codes:
            coded.pop(dimension)
        self._coded(self.app.session.book.implied(coded, dimension))

    def _coded(self, coded: dict[str, tuple[str, ...]]) -> None:
        self._draft = replace(self._draft, coded=coded)
        self._changed()
        self._show_coded()

    @on(CodeLine.Taken)
    def _take(self, event: CodeLine.Taken) -> None:
        if event.dimension == "kind":
            self.post_message(CodeLine.NoCall(event.code))
            return
        multiple = {each.name for each in self.app.session.book.dimensions() if each.multiple}
        codes: tuple[str, ...] = (event.code,)
        if event.dimension in multiple:
            before = self._draft.coded.get(event.dimension, ())
            codes = before if event.code in before else (*before, event.code)
        self._code(event.dimension, codes)
        self._offer()

    @on(CodeLine.TakenBack)
    def _take_back(self) -> None:
        if self._undo:
            self._coded(self._undo.pop())
            self._offer()

    @on(CodeLine.Left)
    def _to_note(self) -> None:
        self.query_one(NoteArea).focus()

    @on(OptionList.OptionSelected, "#form")
    @work(exclusive=True, group="pick")
    async def _pick(self, event: OptionList.OptionSelected) -> None:
        from console.tui.pick import PickScreen

        name = event.option_id or ""
        dimension = next(each for each in self.app.session.book.dimensions() if each.name == name)
        before = self._draft.coded.get(name, ())
        ticked = partial(self._code, name)
        picked = await self.app.push_screen_wait(PickScreen(dimension, before, ticked))
        if picked is not None and picked != self._draft.coded.get(name, ()):
            self._code(name, picked)
        self.query_one(Form).mark_next()

    # The note ------------------------------------------------------------------------

    @on(TextArea.Changed, "#note")
    @on(TextArea.SelectionChanged, "#note")
    def _noted(self) -> None:
        note = self.query_one(NoteArea)
        text, cursor = note.text, note.cursor_location
        if (text, cursor) != (self._draft.note, self._draft.cursor):
            self._draft = replace(self._draft, note=text, cursor=cursor)
            self._changed()

    @on(NoteArea.Refused)
    def _too_long(self) -> None:
        self.app.notice(
            ConsoleError(
                _("A note holds {most} characters: nothing was added.").format(most=LONGEST_NOTE)
            )
        )

    @work(exclusive=True, group="guard")
    async def _guard(self) -> None:
        await self._look()

    async def _look(self) -> None:
        """Point out what looks like an identifier, and offer codes for words in the note."""
        looked_at = None
        while looked_at != self._draft.note:
            looked_at = self._draft.note
            marks = await self.app.session.look(looked_at)
        if not self.query(NoteArea):
            return
        self._marks = marks
        self.query_one(NoteArea).point_out(marks)
        self.query_one("#mark", Hint).say(shown(pointed_out(marks) if marks else "", "bold"))
        self._offer()

    def _offer(self) -> None:
        """Offer one code for what the note says; one key takes it, from wherever the cursor is."""
        said = _REPLACED.sub(" ", self._draft.note)
        self._offered = self.app.session.book.suggest(said, self._draft.coded)
        line = ""
        if self._offered:
            hit = self._offered[0]
            line = _("F11 codes «{words}» as {dimension}: {label}").format(
                words=hit.matched, dimension=hit.dimension_label, label=hit.label
            )
        self.query_one("#offered", Hint).say(shown(line))

    def action_take_offered(self) -> None:
        """Take the code that the note offers."""
        if self._offered:
            self._take(CodeLine.Taken(self._offered[0].dimension, self._offered[0].code))

    @work(group="mask")
    async def action_mask(self) -> None:
        """Replace the first identifier by what kind of thing it was."""
        await self._look()
        if not self._marks:
            return
        note, mark = self.query_one(NoteArea), self._marks[0]
        at = note.document.get_location_from_index
        note.replace(
            calls.mask(note.text[mark.start : mark.end], mark), at(mark.start), at(mark.end)
        )
        self._noted()
        await self._look()

    # Beside the call ---------------------------------------------------------------------

    @work(exclusive=True, group="beside")
    async def action_partners(self) -> None:
        """Show the services that fit the call as coded; choosing one records a referral."""
        from console.tui.match import MatchScreen

        await self.app.push_screen_wait(
            MatchScreen(self._draft.call, panel.need(self._draft.coded))
        )

    @work(exclusive=True, group="beside")
    async def action_come_back(self) -> None:
        """Give a code to come back with, or follow one that the caller kept."""
        from console.tui.returning import ReturnScreen

        if await self.app.push_screen_wait(ReturnScreen(self._draft.call)):
            self._code("prior_contact", ("yes",))

    def action_call_back(self) -> None:
        """Keep how the caller wants to be called back, if she does."""
        from console.tui.contact import ContactScreen

        self.app.push_screen(ContactScreen(self._draft.call))

    def action_cards(self) -> None:
        """Show what to ask and say, the card first that the call as coded needs most."""
        from console.tui.cards import CardsScreen

        coded = self._draft.coded
        self.app.push_screen(CardsScreen(coded, (coded.get("language") or ("",))[0]))

    # Out of the call -------------------------------------------------------------------

    @work(group="end")
    async def action_set_aside(self) -> None:
        """Park the call: it is on the shift's list, for whoever takes it up."""
        # A digit and at once the key for the next call: the contact ends as what the digit says.
        if self.query_one(CodeLine).end_now():
            return
        await self._conclude(Ended(), calls.set_aside)

    @work(group="end")
    async def action_end(self) -> None:
        """Ask for what is missing and how hard it was; then the call is finished and durable."""
        from console.tui.ending import EndingScreen

        if self._asking_end or self._concluding:
            return
        self._asking_end = True
        try:
            await self._look()
            missing = self.app.session.book.missing(self._draft.coded)
            kinds = tuple(_(mark.kind) for mark in self._marks)
            ending = await self.app.push_screen_wait(EndingScreen(missing, kinds))
        finally:
            self._asking_end = False
        if ending is not None:
            await self._finish(ending, missing)
        elif missing:
            form = self.query_one(Form)
            form.focus()
            form.mark(missing[0])

    async def _finish(self, ending: "Ending", missing: tuple[str, ...]) -> None:
        if ending.unknown:
            rest = dict.fromkeys(missing, ("unknown",))
            self._coded({**self._draft.coded, **rest})
        kept = 0 if ending.mask else len(self._marks)
        if ending.mask:
            self.query_one(NoteArea).text = calls.masked(self._draft.note, self._marks)
            self._noted()
        finish = partial(calls.finish, distress=ending.distress, identifiers_kept=kept)
        await self._conclude(Ended(distress=ending.distress), finish)

    @on(CodeLine.NoCall)
    @work(group="end")
    async def _not_a_call(self, event: CodeLine.NoCall) -> None:
        if event.kind != calls.DATA:
            how = Ended(kept_as=event.kind, draft=self._latest())
            await self._conclude(how, partial(calls.finish_non_data, kind=event.kind))

    async def _conclude(self, how: Ended, function: Callable[..., object]) -> None:
        """Run what ends the call, once, and no save after it; where it fails the call goes on."""
        if self._concluding:
            return
        self._concluding = True
        self._journal.hold()
        try:
            await self.app.session.call(function, self._latest(), now=self.app.now())
        except ConsoleError as error:
            self._concluding = False
            self._journal.go_on()
            self.app.notice(error)
            return
        # A damaged log loses words; emptying it is no reason to keep the next call waiting.
        self.app.session.submit(Vault.empty_log)
        self._journal.end()
        self.app.uncover(self)
        self.dismiss(how)
