"""The end of a call: what is still to code, and how hard it was."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import shown

DISTRESS = ("light", "some weight", "heavy", "hard", "very hard")


class EndingScreen(ModalScreen[int | None]):
    """Asks for the distress of the call for the operator, 1 to 5; that key ends the call."""

    app: ConsoleApp
    HELP = "One digit says how hard the call was for you, and ends it. Esc goes back to the call."
    BINDINGS = [
        Binding("escape", "dismiss", "back to the call"),
        *(
            Binding(str(n), f"distress({n})", words, show=False)
            for n, words in enumerate(DISTRESS, 1)
        ),
    ]

    def __init__(self, missing: tuple[str, ...], identifiers: int) -> None:
        super().__init__()
        self._missing = missing
        self._identifiers = identifiers

    def compose(self) -> ComposeResult:
        """Either what is missing, or the five digits."""
        book = self.app.session.book
        labels = {dimension.name: dimension.label for dimension in book.dimensions()}
        with Vertical(classes="box"):
            if self._missing:
                names = ", ".join(labels[name] for name in self._missing)
                yield Static(shown("Still to code:", "bold"))
                yield Static(shown(names, lines=True))
                yield Static(shown("Code what you know; «unknown» is an answer too."))
            else:
                if self._identifiers:
                    yield Static(
                        shown(
                            f"⚠ {self._identifiers} possible identifiers are still in the note. "
                            "Esc, then F10 replaces them.",
                            "bold",
                        )
                    )
                yield Static(shown("How hard was this call for you?", "bold"))
                for number, words in enumerate(DISTRESS, 1):
                    yield Static(shown(f"{number}  {words}"))
            yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A digit ends the call only when nothing is missing."""
        return not (action == "distress" and self._missing)

    def action_distress(self, distress: int) -> None:
        """End the call."""
        self.dismiss(distress)
