"""Cards: what to ask and say, read in a call."""

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from console import calls
from console.calls import Card
from console.codebook import Coded
from console.errors import ConsoleError
from console.language import _, later
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown
from console.vault import Vault

Decks = dict[str, list[Card]]
"""The cards by language; in every language the same ones in the same order."""


def read_decks(vault: Vault | None) -> Decks:
    """Return the cards in every language that there are some in; with no vault, as shipped."""
    return {language: calls.cards(vault, language) for language in calls.card_languages(vault)}


class CardsScreen(ModalScreen[None]):
    """The cards, open at the one that the call as coded needs most.

    ``language`` is the caller's, as coded; where no card is in it, the interface's comes first.
    """

    app: ConsoleApp
    HELP = later(
        "What to ask and say. Lines in quotation marks are to be said aloud. A * marks the cards\n"
        "that this call needs, the most urgent first; Enter goes to the next of them, a digit to\n"
        "the card of that number, the arrows through all. Tab changes the language."
    )
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (114, "-wide")]
    DEFAULT_CSS = """
    #cards { width: 100%; max-width: 116; height: 100%; max-height: 26; border: round $accent;
             padding: 0 1; background: $surface; }
    #card-list { width: 36; height: 100%; border: none; }
    #card-body { width: 1fr; height: 1fr; scrollbar-size-vertical: 1; }
    #card-text { width: 100%; max-width: 76; height: auto; }
    #card-title, #card-fits { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    CardsScreen.-narrow #card-list { display: none; }
    CardsScreen.-narrow.-listing #card-list { display: block; }
    """
    BINDINGS = [
        Binding("escape,f5", "dismiss", later("back"), key_display="Esc"),
        Binding("enter,space", "next_fitting", later("next that fits"), key_display="Enter"),
        Binding("tab,l", "language", later("language"), key_display="Tab"),
        Binding("left,right", "listing", later("list"), key_display="Left"),
        Binding("up", "move(-1)", later("card before"), show=False),
        Binding("down", "move(1)", later("next card"), show=False),
        Binding("pageup", "scroll(-1)", later("page up"), show=False),
        Binding("pagedown", "scroll(1)", later("page down"), show=False),
        *(
            Binding(str(n % 10), f"open({n - 1})", later("the card of that number"), show=False)
            for n in range(1, 11)
        ),
    ]

    def __init__(self, coded: Coded, language: str = "") -> None:
        super().__init__()
        self._callers = language
        self._turns = 0
        self._decks = read_decks(None)
        names = [card.name for card in self._decks["en"]]
        # The site's own cards have no rule, so that reading them changes nothing here.
        self._fitting = calls.fitting(coded, names)
        self._at = names.index(self._fitting[0]) if self._fitting else 0

    def compose(self) -> ComposeResult:
        """The list on the left where there is room for it, the card on the right."""
        # Every key is the screen's: nothing here takes the focus.
        with Vertical(id="cards"):
            yield Static(id="card-title")
            with Horizontal():
                listed = OptionList(id="card-list", compact=True)
                listed.can_focus = False
                yield listed
                with VerticalScroll(id="card-body", can_focus=False):
                    yield Static(id="card-text")
            yield Static(id="card-fits")
            yield KeyBar()

    def on_mount(self) -> None:
        """Show the shipped cards at once, and the site's words as soon as they are read."""
        self._show()
        self._read_own()

    @work(exclusive=True)
    async def _read_own(self) -> None:
        try:
            self._decks = await self.app.session.call(read_decks)
        except ConsoleError as error:
            self.app.notice(error)
            return
        self._show()

    @property
    def _languages(self) -> list[str]:
        """The languages, the one that is shown first."""
        first = [
            each for each in (self._callers, self.app.session.book.language) if each in self._decks
        ]
        order = list(dict.fromkeys([*first, *self._decks]))
        turn = self._turns % len(order)
        return order[turn:] + order[:turn]

    @property
    def _cards(self) -> list[Card]:
        return self._decks[self._languages[0]]

    @property
    def _drawn(self) -> bool:
        """A key may come before the screen is there, or after it has gone."""
        return bool(self.query("#card-list"))

    # What is shown -------------------------------------------------------------------

    def _show(self) -> None:
        if not self._drawn:
            return
        listed = self.query_one("#card-list", OptionList)
        listed.clear_options()
        listed.add_options(
            Option(self._line(place, card)) for place, card in enumerate(self._cards)
        )
        self._show_card()

    def _line(self, place: int, card: Card) -> Content:
        fits = card.name in self._fitting
        mark = "*" if fits else " "
        return shown(f"{mark}{place + 1:>2} {card.title}", "bold" if fits else "")

    def _show_card(self) -> None:
        if not self._drawn:
            return
        card, label = self._cards[self._at], self.app.session.book.label
        asked = self._languages[0]
        spoken = label("language", card.language)
        if card.language != asked:
            spoken = _("{language}, not in {other}").format(
                language=spoken, other=label("language", asked)
            )
        self.query_one("#card-title", Static).update(
            joined(
                shown(f"{self._at + 1} {card.title}", "bold reverse"),
                spoken,
                _("words of this site") if card.own else "",
                by="  ",
            )
        )
        self.query_one("#card-text", Static).update(as_card(card.body))
        self.query_one("#card-body", VerticalScroll).scroll_home(animate=False)
        self.query_one("#card-list", OptionList).highlighted = self._at
        others = [
            self._line(place, each)
            for place, each in enumerate(self._cards)
            if each.name in self._fitting and each is not card
        ]
        self.query_one("#card-fits", Static).update(joined(*others, by="  "))

    # Moving --------------------------------------------------------------------------

    def action_open(self, place: int) -> None:
        """Show the card at a place of the list, if there is one."""
        if place < len(self._cards):
            self._at = place
            self._show_card()

    def action_move(self, step: int) -> None:
        """Show the next or the last card of the list."""
        self.action_open(min(max(self._at + step, 0), len(self._cards) - 1))

    def action_next_fitting(self) -> None:
        """Show the next card that the call needs; after the last, the first again."""
        places = [n for n, card in enumerate(self._cards) if card.name in self._fitting]
        if places:
            self.action_open(next((each for each in places if each > self._at), places[0]))

    def action_language(self) -> None:
        """Show the same card in the next language."""
        self._turns += 1
        self._show()

    def action_listing(self) -> None:
        """Show or hide the list, where there is no room for both."""
        self.toggle_class("-listing")

    def action_scroll(self, pages: int) -> None:
        """Scroll the card."""
        if not self._drawn:
            return
        body = self.query_one("#card-body", VerticalScroll)
        body.scroll_page_down(animate=False) if pages > 0 else body.scroll_page_up(animate=False)

    @on(OptionList.OptionSelected, "#card-list")
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.action_open(event.option_index)


def as_card(body: str) -> Content:
    """Return a card's text as it is shown: lines that are not indented stand out as headings."""
    lines = (shown(line, "" if line[:1] in {"", " "} else "bold") for line in body.split("\n"))
    return Content("\n").join(lines)
