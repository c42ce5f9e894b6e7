"""The call screen: listen, type, and look up finished."""

import re
from dataclasses import replace

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import OptionList, Static, TextArea
from textual.widgets.option_list import Option

from console import calls, partners
from console.calls import Draft, Mark
from console.codebook import Hit
from console.errors import ConsoleError
from console.tui.app import ConsoleApp
from console.tui.codeline import CodeLine
from console.tui.keybar import KeyBar
from console.tui.session import Session
from console.tui.shown import clock, joined, shown

JOURNAL_SECONDS = 0.25
"""From the first unsaved key to the journal; what a kill can cost is this and a disk's flush."""

RETRY_SECONDS = 2.0

# «[e-mail]» says that there was one, not that e-mail is what the call is about.
_REPLACED = re.compile(r"\[[^]\n]*\]")


class NoteArea(TextArea):
    """The note. Tab leaves it; nothing typed in it can be copied out of the console."""


class CallScreen(Screen[int | None]):
    """One call, from its first second until it has ended or is set aside by the lock.

    Dismissed with the distress of the call, or None where there was none to ask for.
    """

    app: ConsoleApp
    HELP = (
        "Type in the code line what you hear: a word of the caller, an age, a place. Enter\n"
        "takes the first code, a digit another, - takes back the last. Tab goes to the form\n"
        "(Enter opens a list) and to the note. Nothing has to be saved: the journal does it\n"
        "as you type. A silent or prank call needs one digit, before anything else is typed."
    )
    BINDINGS = [
        Binding("f3", "partners", "partners"),
        Binding("f9", "end", "end call"),
        Binding("f10", "mask", "replace identifier", show=False),
        Binding("f11", "take_offered", "code offered from the note", show=False),
    ]

    def __init__(self, draft: Draft, *, resumed: bool = False) -> None:
        super().__init__()
        self._draft = draft
        self._resumed = resumed
        self._undo: list[tuple[str, tuple[str, ...]]] = []
        self._timer: Timer | None = None
        self._marks: list[Mark] = []
        self._offered: list[Hit] = []
        self._unsaved = False

    def compose(self) -> ComposeResult:
        """Status, code line, what is coded beside the note, what the note suggests."""
        yield Static(id="status")
        yield CodeLine(self.app.session.book, id="codeline")
        with Horizontal(id="middle"):
            form = OptionList(id="form", compact=True)
            form.border_title = "coded"
            yield form
            note = NoteArea(self._draft.note, id="note", compact=True, highlight_cursor_line=False)
            note.border_title = "note"
            note.cursor_blink = False
            yield note
        yield Static(id="offered")
        yield Static(id="mark")
        yield KeyBar()

    def on_mount(self) -> None:
        """Put everything back as the journal has it, the cursor where it was."""
        note = self.query_one(NoteArea)
        note.move_cursor(self._draft.cursor)
        self._saved = ""
        self._show_form()
        self._tick()
        self.set_interval(1.0, self._tick)
        fresh = not (self._draft.coded or self._draft.note or self._resumed)
        line = self.query_one(CodeLine)
        if fresh:
            line.offer_kinds()
        (note if self._resumed else line.field).focus()
        if self._resumed:
            self.app.notice(
                "This call was interrupted. Everything up to its last half second is here."
            )
        self._guard()

    # What is shown -------------------------------------------------------------------

    def _tick(self) -> None:
        book, coded = self.app.session.book, self._draft.coded
        about = [
            book.label(dimension, code)
            for dimension in ("caller", "region", "language")
            for code in coded.get(dimension, ())
        ]
        elapsed = self.app.now() - self._draft.started_at
        self.query_one("#status", Static).update(
            joined(
                shown(f"Call {clock(elapsed)}", "bold"),
                shown(" · ".join(about)),
                shown(self._saved, "bold" if self._saved.startswith("NOT") else "dim"),
                by="   ",
            )
        )

    def _show_form(self) -> None:
        book, coded = self.app.session.book, self._draft.coded
        form = self.query_one("#form", OptionList)
        at = form.highlighted
        missing = set(book.missing(coded))
        labels = {dimension.name: dimension.label for dimension in book.dimensions()}
        form.clear_options()
        for name in book.shown(coded):
            codes = coded.get(name, ())
            if codes:
                value = shown(", ".join(book.label(name, code) for code in codes), "bold")
            else:
                value = shown("▢ to code" if name in missing else "·", "dim")
            form.add_option(
                Option(joined(shown(f"{_clipped(labels[name]):<13}"), value, by=" "), id=name)
            )
        if form.option_count:
            form.highlighted = min(at or 0, form.option_count - 1)

    # The journal ---------------------------------------------------------------------

    def _changed(self) -> None:
        """Something was typed or coded: the journal has it within half a second."""
        self._unsaved = True
        self.query_one(CodeLine).withdraw_kinds()
        if self._timer is None:
            self._timer = self.set_timer(JOURNAL_SECONDS, self._journal)

    @work(group="journal")
    async def _journal(self) -> None:
        self._unsaved = False
        again = JOURNAL_SECONDS
        try:
            await self.app.session.call(calls.save, self._draft, now=self.app.now())
            self._saved = f"saved {self.app.now():%H:%M:%S}"
        except ConsoleError as error:
            self._unsaved, again = True, RETRY_SECONDS
            self._saved = f"NOT SAVED: {error} The text is kept on screen."
        self._timer = self.set_timer(again, self._journal) if self._unsaved else None
        self._tick()
        self._guard()

    def keep(self, session: Session) -> None:
        """Journal at once what is not there yet: the lock, a signal or the end of the program."""
        if self._unsaved:
            session.submit(calls.save, self._draft, now=self.app.now())

    # Coding --------------------------------------------------------------------------

    def _code(self, dimension: str, codes: tuple[str, ...]) -> None:
        coded = dict(self._draft.coded)
        self._undo.append((dimension, coded.get(dimension, ())))
        if codes:
            coded[dimension] = codes
        else:
            coded.pop(dimension, None)
        self._draft = replace(self._draft, coded=coded)
        self._changed()
        self._show_form()
        self._tick()

    @on(CodeLine.Taken)
    def _take(self, event: CodeLine.Taken) -> None:
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
            dimension, before = self._undo.pop()
            self._code(dimension, before)
            self._undo.pop()

    @on(OptionList.OptionSelected, "#form")
    @work(exclusive=True, group="pick")
    async def _pick(self, event: OptionList.OptionSelected) -> None:
        from console.tui.pick import PickScreen

        name = event.option_id or ""
        dimension = next(each for each in self.app.session.book.dimensions() if each.name == name)
        picked = await self.app.push_screen_wait(
            PickScreen(dimension, self._draft.coded.get(name, ()))
        )
        if picked is not None and picked != self._draft.coded.get(name, ()):
            self._code(name, picked)
        form = self.query_one("#form", OptionList)
        if form.highlighted is not None and form.highlighted < form.option_count - 1:
            form.highlighted += 1

    # The note ------------------------------------------------------------------------

    @on(TextArea.Changed, "#note")
    @on(TextArea.SelectionChanged, "#note")
    def _noted(self) -> None:
        note = self.query_one(NoteArea)
        text, cursor = note.text, note.cursor_location
        if (text, cursor) != (self._draft.note, self._draft.cursor):
            self._draft = replace(self._draft, note=text, cursor=cursor)
            self._changed()

    def _guard(self) -> None:
        """Point out what looks like an identifier, and offer codes for words in the note."""
        self._marks = calls.find_identifiers(self._draft.note, self.app.session.country)
        line = ""
        if self._marks:
            more = f" and {len(self._marks) - 1} more" if len(self._marks) > 1 else ""
            line = f"⚠ {self._marks[0].kind} in the note{more}: F10 replaces it"
        self.query_one("#mark", Static).update(shown(line, "bold"))
        self.query_one("#mark").display = bool(line)
        self._offer()

    def _offer(self) -> None:
        """Offer one code for what the note says; one key takes it, from wherever the cursor is."""
        said = _REPLACED.sub(" ", self._draft.note)
        self._offered = self.app.session.book.suggest(said, self._draft.coded)
        line = ""
        if self._offered:
            hit = self._offered[0]
            line = f"F11 codes «{hit.matched}» as {hit.dimension_label}: {hit.label}"
        self.query_one("#offered", Static).update(shown(line))
        self.query_one("#offered").display = bool(line)

    def action_take_offered(self) -> None:
        """Take the code that the note offers."""
        if self._offered:
            self._take(CodeLine.Taken(self._offered[0].dimension, self._offered[0].code))

    def action_mask(self) -> None:
        """Replace the first identifier by what kind of thing it was."""
        self._marks = calls.find_identifiers(self._draft.note, self.app.session.country)
        if not self._marks:
            return
        note, mark = self.query_one(NoteArea), self._marks[0]
        start, end = _location(self._draft.note, mark.start), _location(self._draft.note, mark.end)
        note.replace(calls.mask(self._draft.note[mark.start : mark.end], mark), start, end)
        self._noted()
        self._guard()

    # Out of the call -------------------------------------------------------------------

    @work(exclusive=True, group="partners")
    async def action_partners(self) -> None:
        """Show the services that fit the call as coded; choosing one records a referral."""
        from console.tui.match import MatchScreen

        coded = self._draft.coded
        region, language, age, gender = (
            coded.get(name, ("unknown",))[0] for name in ("region", "language", "age", "gender")
        )
        need = partners.Need(
            region=region,
            language=language,
            age=age,
            gender=gender,
            issues=coded.get("issue", ()),
            settings=coded.get("setting", ()),
        )
        await self.app.push_screen_wait(MatchScreen(self._draft.call, need))

    @work(exclusive=True, group="end")
    async def action_end(self) -> None:
        """Ask for what is missing and how hard it was; then the call is finished and durable."""
        from console.tui.ending import EndingScreen

        missing = self.app.session.book.missing(self._draft.coded)
        distress = await self.app.push_screen_wait(EndingScreen(missing, len(self._marks)))
        if distress is None:
            if missing:
                form = self.query_one("#form", OptionList)
                form.focus()
                form.highlighted = form.get_option_index(missing[0])
            return
        await self._finish(distress)

    async def _finish(self, distress: int) -> None:
        try:
            await self.app.session.call(
                calls.finish, self._draft, distress=distress, now=self.app.now()
            )
        except ConsoleError as error:
            self.app.notice(error)
            return
        self._over(distress)

    @on(CodeLine.NoCall)
    @work(exclusive=True, group="end")
    async def _not_a_call(self, event: CodeLine.NoCall) -> None:
        try:
            await self.app.session.call(
                calls.finish_non_data, self._draft, event.kind, now=self.app.now()
            )
        except ConsoleError as error:
            self.app.notice(error)
            return
        self.app.notice(f"Kept as: {self.app.session.book.label('kind', event.kind)}")
        self._over(None)

    def _over(self, distress: int | None) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer, self._unsaved = None, False
        self.dismiss(distress)


def _clipped(label: str, width: int = 13) -> str:
    return label if len(label) <= width else label[: width - 1] + "…"


def _location(text: str, offset: int) -> tuple[int, int]:
    """Return the row and column of a character offset."""
    before = text[:offset]
    return before.count("\n"), offset - (before.rfind("\n") + 1)
