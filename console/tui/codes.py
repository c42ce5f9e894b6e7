"""The code lists, for the coordinator: what can be coded, and how that changes."""

from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from console import codebook
from console.codebook import Listed
from console.errors import ConsoleError
from console.language import _, later
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown


class CodesScreen(Screen[None]):
    """The dimensions on the left, the codes of one on the right."""

    app: ConsoleApp
    HELP = later(
        "The code lists that calls are coded with. Left and Right go from the dimensions to the\n"
        "codes and back. A new code is on the next call. Nothing is ever lost: a retired code\n"
        "stays on the calls that have it and in the figures, and U takes it into use again.\n"
        "To split a code in several: helpline code split."
    )
    DEFAULT_CSS = """
    #code-lists { height: 1fr; }
    #dimensions { width: 28; height: 100%; border: round $primary !important; }
    #codes { width: 1fr; height: 100%; border: round $primary !important;
             text-wrap: nowrap; text-overflow: ellipsis; }
    #dimensions:focus, #codes:focus { border: heavy $accent !important; }
    #code-about { height: 3; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """
    BINDINGS = [
        Binding("a", "add", later("add")),
        Binding("r", "rename", later("rename")),
        Binding("d", "retire", later("retire or merge")),
        Binding("u", "restore", later("use again")),
        Binding("right,enter", "side('#codes')", later("codes"), show=False, priority=True),
        Binding("left", "side('#dimensions')", later("dimensions"), show=False, priority=True),
        Binding("escape,q", "dismiss", later("back"), key_display="Esc"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._listed: tuple[Listed, ...] = ()

    def compose(self) -> ComposeResult:
        """Both lists, and what the marked code is."""
        with Horizontal(id="code-lists"):
            dimensions = OptionList(
                *(
                    Option(shown(each.label), each.name)
                    for each in self.app.session.book.dimensions()
                ),
                id="dimensions",
                compact=True,
            )
            dimensions.border_title = _("dimensions")
            yield dimensions
            yield OptionList(id="codes", compact=True)
        yield Static(id="code-about")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the first dimension."""
        self.query_one("#dimensions", OptionList).highlighted = 0

    @property
    def _dimension(self) -> str:
        listed = self.query_one("#dimensions", OptionList)
        return listed.get_option_at_index(listed.highlighted or 0).id or ""

    @property
    def _marked(self) -> Listed | None:
        """The code that the keys act on: the marked one of the dimension that is shown."""
        at = self.query_one("#codes", OptionList).highlighted
        if at is None or at >= len(self._listed) or self._listed[at].dimension != self._dimension:
            return None
        return self._listed[at]

    @on(OptionList.OptionHighlighted, "#dimensions")
    def _show(self) -> None:
        """List the codes of the dimension, the marked one still marked."""
        name, book = self._dimension, self.app.session.book
        was = self._marked
        self._listed = book.listed(name)
        codes = self.query_one("#codes", OptionList)
        codes.border_title = next(each.label for each in book.dimensions() if each.name == name)
        codes.clear_options()
        codes.add_options(
            Option(
                joined(
                    shown(each.label, "dim" if each.retired else "bold"),
                    shown(self._state(each), "italic"),
                )
            )
            for each in self._listed
        )
        self._mark(was.code if was else self._listed[0].code)

    def _mark(self, code: str) -> None:
        at = next((at for at, each in enumerate(self._listed) if each.code == code), 0)
        self.query_one("#codes", OptionList).highlighted = at

    @on(OptionList.OptionHighlighted, "#codes")
    def _about(self) -> None:
        """Say all that there is to say of the marked code."""
        marked = self._marked
        said = Content()
        if marked is not None:
            words = ", ".join(self.app.session.book.words(marked.dimension, marked.code))
            said = joined(
                joined(shown(marked.code, "bold"), marked.label, by=" · "),
                self._state(marked),
                _("Callers say: {words}").format(words=words) if words else "",
                by="\n",
            )
        self.query_one("#code-about", Static).update(said)

    def _state(self, code: Listed) -> str:
        label = partial(self.app.session.book.label, code.dimension)
        states = []
        if code.own:
            states.append(_("this site's own"))
        if code.own and code.parent:
            states.append(_("part of {label}").format(label=label(code.parent)))
        if code.successor:
            states.append(_("counts as {label}").format(label=label(code.successor)))
        elif code.retired:
            states.append(_("retired"))
        return ", ".join(states)

    def action_side(self, which: str) -> None:
        """Go to one of the two lists."""
        self.query_one(which).focus()

    def action_add(self) -> None:
        """Ask for a new code."""
        if self.app.session.book.closed(self._dimension):
            self.app.notice(
                _("This list takes no further codes: the console gives each a meaning.")
            )
            return
        self.app.push_screen(CodeFormScreen(self._dimension), self._changed)

    def action_rename(self) -> None:
        """Ask what the marked code is to be called."""
        if self._marked is not None:
            self.app.push_screen(CodeFormScreen(self._dimension, self._marked), self._changed)

    def action_retire(self) -> None:
        """Ask whether the marked code is to count as another one."""
        if self._marked is not None:
            self.app.push_screen(RetireScreen(self._marked), self._changed)

    async def action_restore(self) -> None:
        """Take the marked code into use again."""
        marked, session = self._marked, self.app.session
        if marked is None:
            return
        try:
            await session.call(
                codebook.restore_code, marked.dimension, marked.code, now=self.app.now()
            )
        except ConsoleError as error:
            self.app.notice(error)
            return
        await self._changed(marked.code)

    async def _changed(self, code: str | None) -> None:
        """Show the new codebook, with the code that was changed marked."""
        if code is None:
            return
        try:
            await self.app.session.reload_book()
        except ConsoleError as error:
            self.app.notice(error)
            return
        self._show()
        self._mark(code)
        self.query_one("#codes").focus()


class CodeFormScreen(ModalScreen[str | None]):
    """Asks what a code is called; dismissed with the code when it was added or renamed.

    ``code`` is the one to rename, None for a new one.
    """

    app: ConsoleApp
    HELP = later(
        "What the code is called on the screen, and what callers say for it, commas between.\n"
        "Enter goes on, and on the last line saves. The code itself stays for ever: it is what\n"
        "calls and figures keep, so that the label may change."
    )
    BINDINGS = [Binding("escape,f10", "dismiss", later("back"), key_display="Esc")]

    def __init__(self, dimension: str, code: Listed | None = None) -> None:
        super().__init__()
        self._dimension = dimension
        self._code = code
        self._suggested = ""

    def compose(self) -> ComposeResult:
        """The label, the code of a new one, callers' words, and what is wrong with them."""
        book, code = self.app.session.book, self._code
        language = book.label("language", book.language)
        with Vertical(classes="box") as box:
            box.border_title = _("rename a code") if code else _("a new code")
            yield Static(shown(_("Label ({language})").format(language=language), "bold"))
            yield Input(
                code.label if code else "",
                compact=True,
                select_on_focus=False,
                max_length=codebook.LONGEST_LABEL,
                id="code-label",
            )
            if code is None:
                yield Static(shown(_("Code: lowercase letters, digits, - _ ."), "bold"))
                yield Input(
                    compact=True,
                    select_on_focus=False,
                    max_length=codebook.LONGEST_CODE,
                    id="code-code",
                )
            said = _("What callers say ({language}), commas between")
            yield Static(shown(said.format(language=language), "bold"))
            yield Input(
                ", ".join(book.words(self._dimension, code.code)) if code else "",
                compact=True,
                select_on_focus=False,
                id="code-words",
            )
            yield Static(id="code-refused")
            yield KeyBar()

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    @on(Input.Changed, "#code-label")
    def _suggest(self, event: Input.Changed) -> None:
        """Suggest a code as long as nobody wrote another one."""
        for code in self.query("#code-code").results(Input):
            if code.value == self._suggested:
                self._suggested = codebook.code_for(event.value)
                code.value = self._suggested
                code.cursor_position = len(code.value)

    @on(Input.Submitted)
    async def _next(self, event: Input.Submitted) -> None:
        inputs = list(self.query(Input))
        at = inputs.index(event.input)
        if event.input is not inputs[-1]:
            inputs[at + 1].focus()
            return
        try:
            saved = await self._save()
        except ConsoleError as error:
            self.query_one("#code-refused", Static).update(shown(str(error)))
            return
        # Enter pressed twice is one answer.
        if self.is_current:
            self.dismiss(saved)

    async def _save(self) -> str:
        session, now = self.app.session, self.app.now()
        language = session.book.language
        labels = {language: self._typed("code-label")}
        said = tuple(word.strip() for word in self._typed("code-words").split(",") if word.strip())
        if self._code is None:
            code = self._typed("code-code")
            words = {language: said}
            await session.call(
                codebook.add_code, self._dimension, code, labels, now=now, words=words
            )
            return code
        code = self._code.code
        same = said == session.book.words(self._dimension, code)
        await session.call(
            codebook.rename_code,
            self._dimension,
            code,
            labels,
            now=now,
            words=None if same else {language: said},
        )
        return code


class RetireScreen(ModalScreen[str | None]):
    """Asks what a code counts as once it is retired; dismissed with it when it was retired."""

    app: ConsoleApp
    HELP = later(
        "A retired code can't be coded any more; calls that have it keep it. Merged into another\n"
        "code, it counts as that one in every month that is not published yet.\n"
        "Letters narrow the list, the arrows move, Enter takes."
    )
    BINDINGS = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("escape,f10", "dismiss", later("back"), key_display="Esc"),
    ]

    def __init__(self, code: Listed) -> None:
        super().__init__()
        self._code = code

    def compose(self) -> ComposeResult:
        """What narrows the list, and the list."""
        with Vertical(classes="box") as box:
            box.border_title = _("retire a code")
            words = _("Count «{label}» from now on as").format(label=self._code.label)
            yield Static(shown(words, "bold"))
            yield Input(placeholder=_("letters narrow the list"), compact=True)
            yield OptionList(compact=True)
            yield Static(id="code-refused")
            yield KeyBar()

    def on_mount(self) -> None:
        """Offer to merge it into no other code first."""
        self.query_one(OptionList).can_focus = False
        self._show("")

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, query: str) -> None:
        book, dimension = self.app.session.book, self._code.dimension
        codes = {
            each.code: each.label
            for each in book.codes(dimension)
            if each.code not in (self._code.code, codebook.UNKNOWN)
        }
        found = list(codes)
        if query.strip():
            hits = book.search(query, limit=200)
            found = [hit.code for hit in hits if hit.dimension == dimension and hit.code in codes]
        listed = self.query_one(OptionList)
        listed.clear_options()
        if not query.strip():
            listed.add_option(Option(_("itself: retire it, figures go on printing it"), ""))
        listed.add_options(Option(shown(codes[code]), code) for code in found)
        listed.highlighted = 0 if listed.option_count else None

    def action_move(self, step: int) -> None:
        """Move in the list while the letters stay in the input."""
        listed = self.query_one(OptionList)
        listed.action_cursor_down() if step > 0 else listed.action_cursor_up()

    @on(Input.Submitted)
    async def _take(self) -> None:
        listed = self.query_one(OptionList)
        if listed.highlighted is not None:
            await self._retire(listed.get_option_at_index(listed.highlighted).id or "")

    @on(OptionList.OptionSelected)
    async def _click(self, event: OptionList.OptionSelected) -> None:
        await self._retire(event.option_id or "")

    async def _retire(self, into: str) -> None:
        session, now, code = self.app.session, self.app.now(), self._code
        try:
            if into:
                await session.call(codebook.merge_code, code.dimension, code.code, into, now=now)
            else:
                await session.call(codebook.retire_code, code.dimension, code.code, now=now)
        except ConsoleError as error:
            self.query_one("#code-refused", Static).update(shown(str(error)))
            return
        if self.is_current:
            self.dismiss(code.code)
