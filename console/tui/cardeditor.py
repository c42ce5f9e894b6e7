"""The cards' words, for the coordinator to write."""

from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from console import calls
from console.calls import Card, CardDraft
from console.errors import BadUsage, ConsoleError
from console.language import _, current, later
from console.tui.app import ConsoleApp
from console.tui.cards import read_decks
from console.tui.keybar import KeyBar
from console.tui.session import Session
from console.tui.shown import joined, shown


class CardEditorScreen(Screen[None]):
    """For the coordinator: which card, in which language."""

    app: ConsoleApp
    HELP = later(
        "The words of the cards, for you to fit to your line: what the law asks, which services\n"
        "there are. Enter opens one, Tab changes the language, F2 makes a new card or one in\n"
        "another language. F8 goes back to the words that came with the console."
    )
    DEFAULT_CSS = """
    #cards-in { height: 1; padding: 0 1; }
    #card-choice { height: 1fr; border: round $primary !important; }
    #card-choice:focus { border: heavy $accent !important; }
    """
    BINDINGS = [
        Binding("f2", "new", later("new card")),
        Binding("f8", "reset", later("shipped words")),
        Binding("tab,l", "language", later("language"), key_display="Tab"),
        Binding("escape,q", "dismiss", later("back"), key_display="Esc"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._decks = read_decks(None)
        self._languages = sorted(self._decks, key=lambda each: each != current())

    def compose(self) -> ComposeResult:
        """The language above, the cards below."""
        yield Static(id="cards-in")
        yield OptionList(id="card-choice", compact=True)
        yield KeyBar()

    async def on_mount(self) -> None:
        """Read the cards; words that a lock interrupted are taken up again."""
        self._show()
        await self._reread()
        try:
            draft = await self.app.session.call(calls.card_draft)
        except ConsoleError as error:
            self.app.notice(error)
            return
        if draft is not None and self.is_current:
            self._write(draft, unsaved=True)
            self.app.notice(_("These words were not saved yet when the console was locked."))

    async def _reread(self) -> None:
        try:
            self._decks = await self.app.session.call(read_decks)
        except ConsoleError as error:
            self.app.notice(error)
            return
        kept = [each for each in self._languages if each in self._decks]
        self._languages = [*kept, *(each for each in self._decks if each not in kept)]
        self._show()

    @property
    def _language(self) -> str:
        return self._languages[0]

    @property
    def _chosen(self) -> Card | None:
        for listed in self.query(OptionList):
            if listed.highlighted is not None:
                return self._decks[self._language][listed.highlighted]
        return None

    def _show(self) -> None:
        # A key may come before the screen is there, or after it has gone.
        if not self.query(OptionList):
            return
        label = self.app.session.book.label
        self.query_one("#cards-in", Static).update(
            joined(shown(_("Cards in"), "dim"), shown(label("language", self._language), "bold"))
        )
        listed = self.query_one("#card-choice", OptionList)
        at = listed.highlighted or 0
        listed.clear_options()
        for card in self._decks[self._language]:
            whose = _("words of this site") if card.own else _("as shipped")
            if card.language != self._language:
                whose = _("not yet; {language} is shown").format(
                    language=label("language", card.language)
                )
            title = joined(shown(f"{card.title:<{calls.TITLE_WIDTH}}"), shown(whose, "dim"))
            listed.add_option(Option(title))
        listed.highlighted = min(at, listed.option_count - 1)

    def action_language(self) -> None:
        """List the cards in the next language."""
        self._languages.append(self._languages.pop(0))
        self._show()

    @on(OptionList.OptionSelected, "#card-choice")
    def _open(self, event: OptionList.OptionSelected) -> None:
        card = self._decks[self._language][event.option_index]
        self._write(CardDraft(card.name, self._language, card.title, card.body))

    def _write(self, words: CardDraft, *, unsaved: bool = False) -> None:
        self.app.push_screen(CardTextScreen(words, unsaved=unsaved), self._written)

    async def _written(self, saved: bool | None) -> None:
        if saved:
            await self._reread()

    def action_new(self) -> None:
        """Make a new card, or one in a language that it has no words in yet."""
        chosen = self._chosen
        self.app.push_screen(NewCardScreen(chosen.name if chosen else ""), self._named)

    def _named(self, named: tuple[str, str] | None) -> None:
        if named is None:
            return
        name, language = named
        deck = self._decks.get(language) or self._decks["en"]
        words = next(((card.title, card.body) for card in deck if card.name == name), ("", ""))
        self._write(CardDraft(name, language, *words))

    def action_reset(self) -> None:
        """Ask, and then drop the site's words of the card that is marked."""
        card = self._chosen
        if card is None or not card.own or card.language != self._language:
            self.app.notice(_("This card has no words of this site in this language."))
            return
        question = (
            _("Go back to the words that came with the console? Yours are then gone.")
            if calls.is_shipped(card.name)
            else _("Remove this card? It is this site's own, and is then gone.")
        )
        choices = {"reset": _("Yes, drop our words"), "": _("No, keep them")}
        self.app.push_screen(ChoiceScreen(question, choices), partial(self._reset, card.name))

    async def _reset(self, name: str, choice: str | None) -> None:
        if choice != "reset":
            return
        session, now = self.app.session, self.app.now()
        try:
            await session.call(calls.reset_card, name, self._language, now=now)
        except ConsoleError as error:
            self.app.notice(error)
        await self._reread()


class CardTextScreen(Screen[bool]):
    """The words of one card in one language; dismissed with whether they were saved."""

    app: ConsoleApp
    HELP = later(
        "Title above, text below. A line that is not indented is a heading. Put in quotation\n"
        "marks what is to be said aloud. F9 saves: operators see it the next time they look."
    )
    DEFAULT_CSS = """
    #card-named, #card-check { height: 1; padding: 0 1; }
    #card-words { height: 1fr; border: round $primary !important; scrollbar-size-vertical: 1; }
    #card-words:focus { border: heavy $accent !important; }
    """
    AUTO_FOCUS = ".first"
    BINDINGS = [
        Binding("f9,ctrl+s", "save", later("save"), key_display="F9"),
        Binding("escape,f10", "back", later("back"), key_display="Esc"),
    ]

    def __init__(self, words: CardDraft, *, unsaved: bool = False) -> None:
        super().__init__()
        self._card = words
        self._as_saved = ("", "") if unsaved else (words.title, words.body)

    def compose(self) -> ComposeResult:
        """The title, the text, and whether they fit."""
        new = not self._card.title
        yield Input(
            self._card.title, compact=True, id="card-named", classes="first" if new else None
        )
        text = TextArea(
            self._card.body,
            soft_wrap=False,
            compact=True,
            highlight_cursor_line=False,
            id="card-words",
            classes=None if new else "first",
        )
        text.cursor_blink = False
        yield text
        yield Static(self._verdict(), id="card-check")
        yield KeyBar()

    @property
    def _written(self) -> tuple[str, str]:
        # A key may come before the screen is there, or after it has gone.
        if not self.query(TextArea):
            return self._card.title, self._card.body
        return self.query_one(Input).value, self.query_one(TextArea).text

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _check(self) -> None:
        self.query_one("#card-check", Static).update(self._verdict())

    def _verdict(self) -> Content:
        said = _("fits")
        try:
            calls.checked_words(*self._written)
        except BadUsage as error:
            said = str(error)
        label = self.app.session.book.label("language", self._card.language)
        return joined(
            shown(f"{self._card.name} · {label}", "dim"),
            shown(_("not saved") if self._written != self._as_saved else "", "bold"),
            said,
        )

    @work(exclusive=True)
    async def action_save(self) -> None:
        """Save the words, durably, and go back to the list."""
        name, language, written = self._card.name, self._card.language, self._written
        try:
            await self.app.session.call(
                calls.write_card, name, language, *written, now=self.app.now()
            )
        except ConsoleError as error:
            self.app.notice(error)
            return
        self._as_saved = written
        if self._written == written:
            self.dismiss(True)

    def action_back(self) -> None:
        """Go back; words that are not saved are asked about."""
        if self._written == self._as_saved:
            self.dismiss(False)
            return
        choices = {"save": _("Save"), "drop": _("Discard what I wrote"), "": _("Go on writing")}
        self.app.push_screen(ChoiceScreen(_("These words are not saved."), choices), self._chosen)

    async def _chosen(self, choice: str | None) -> None:
        if choice == "save":
            self.action_save()
        elif choice == "drop":
            self._as_saved = self._written
            await self.app.session.call(calls.drop_card_draft)
            self.dismiss(False)

    def keep(self, session: Session) -> None:
        """Keep words that are not saved: the lock, a signal or the end of the program."""
        if self._written != self._as_saved:
            draft = CardDraft(self._card.name, self._card.language, *self._written)
            session.submit(calls.keep_card_draft, draft)


class NewCardScreen(ModalScreen[tuple[str, str] | None]):
    """Asks for the name of a card and its language."""

    app: ConsoleApp
    HELP = later(
        "A new name makes a new card; a known one gets words in that language. Enter goes on."
    )
    BINDINGS = [Binding("escape,f10", "dismiss", later("back"), key_display="Esc")]

    def __init__(self, name: str) -> None:
        super().__init__()
        self._suggested = name

    def compose(self) -> ComposeResult:
        """Two inputs, and what is wrong with them."""
        with Vertical(classes="box"):
            yield Static(shown(_("Name of the card, in lowercase letters"), "bold"))
            yield Input(self._suggested, compact=True, id="card-name")
            yield Static(shown(_("Language, two or three letters such as ur"), "bold"))
            yield Input(compact=True, id="card-language")
            yield Static(id="card-refused")
            yield KeyBar()

    @on(Input.Submitted, "#card-name")
    def _to_language(self) -> None:
        self.query_one("#card-language").focus()

    @on(Input.Submitted, "#card-language")
    def _take(self) -> None:
        name, language = (each.value.strip().lower() for each in self.query(Input))
        try:
            self.dismiss(calls.checked_card(name, language))
        except BadUsage as error:
            self.query_one("#card-refused", Static).update(shown(str(error)))


class ChoiceScreen(ModalScreen[str]):
    """A question with answers to choose from; the last one is what leaving it means."""

    HELP = later("The arrows choose an answer, Enter takes it. Esc changes nothing.")
    BINDINGS = [Binding("escape,f10", "leave", later("back"), key_display="Esc")]

    def __init__(self, question: str, choices: dict[str, str]) -> None:
        super().__init__()
        self._question = question
        self._choices = choices

    def compose(self) -> ComposeResult:
        """The question above its answers."""
        with Vertical(classes="box"):
            yield Static(shown(self._question, "bold"))
            answers = (Option(shown(each)) for each in self._choices.values())
            yield OptionList(*answers, compact=True)
            yield KeyBar()

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(list(self._choices)[event.option_index])

    def action_leave(self) -> None:
        """Take the last answer."""
        self.dismiss(list(self._choices)[-1])
