"""The end of a call: what is still to code, what could give somebody away, and how hard it was."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from console.language import _, later
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown

DISTRESS = (
    later("light"),
    later("some weight"),
    later("heavy"),
    later("hard"),
    later("very hard"),
)


@dataclass(frozen=True)
class Ending:
    """What was answered: ``distress`` 1 to 5, the rest as it was asked.

    ``unknown``: what is missing is not known. ``mask``: replace the identifiers in the note;
    otherwise those that were asked about are kept on purpose.
    """

    distress: int
    unknown: bool
    mask: bool


class EndingScreen(ModalScreen[Ending | None]):
    """Asks one thing after the other; the digit for the distress of the call ends it."""

    app: ConsoleApp
    HELP = later(
        "One digit says how hard the call was for you, and ends it. Before that: U codes what is\n"
        "still to code as unknown; R replaces what could give somebody away, K keeps it, which\n"
        "the audit trail counts. Esc goes back to the call."
    )
    BINDINGS = [
        Binding("u", "unknown", later("the rest is unknown")),
        Binding("r", "mask", later("replace them")),
        Binding("k", "keep", later("keep them")),
        Binding("escape,f9", "dismiss", later("back to the call"), key_display="Esc"),
        *(
            Binding(str(n), f"distress({n})", words, show=False)
            for n, words in enumerate(DISTRESS, 1)
        ),
    ]

    def __init__(self, missing: tuple[str, ...], identifiers: tuple[str, ...]) -> None:
        super().__init__()
        self._missing = missing
        self._identifiers = identifiers
        self._unknown = self._mask = False

    def compose(self) -> ComposeResult:
        """One question at a time."""
        with Vertical(classes="box"):
            yield Static(id="question")
            yield KeyBar()

    def on_mount(self) -> None:
        """Ask the first thing."""
        self._ask()

    def _ask(self) -> None:
        book = self.app.session.book
        labels = {dimension.name: dimension.label for dimension in book.dimensions()}
        if self._missing:
            lines = [
                shown(_("Still to code:"), "bold"),
                shown(", ".join(labels[name] for name in self._missing)),
                shown(_("Esc goes back to code them; U says that they are not known.")),
            ]
        elif self._identifiers:
            lines = [
                shown(_("⚠ The note may give somebody away:"), "bold"),
                shown(", ".join(self._identifiers)),
                shown(_("R replaces each by what kind it is. K keeps them; that is counted.")),
            ]
        else:
            lines = [
                shown(_("How hard was this call for you?"), "bold"),
                *(
                    joined(shown(str(number), "bold"), _(words))
                    for number, words in enumerate(DISTRESS, 1)
                ),
            ]
        self.query_one("#question", Static).update(joined(*lines, by="\n"))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only the question that is asked can be answered."""
        asked = {
            "unknown": bool(self._missing),
            "mask": bool(not self._missing and self._identifiers),
            "keep": bool(not self._missing and self._identifiers),
            "distress": not (self._missing or self._identifiers),
        }
        return asked.get(action, True)

    def action_unknown(self) -> None:
        """Code what is missing as unknown."""
        self._missing, self._unknown = (), True
        self._ask()

    def action_mask(self) -> None:
        """Replace the identifiers."""
        self._identifiers, self._mask = (), True
        self._ask()

    def action_keep(self) -> None:
        """Keep the identifiers on purpose."""
        self._identifiers = ()
        self._ask()

    def action_distress(self, distress: int) -> None:
        """End the call."""
        self.dismiss(Ending(distress, self._unknown, self._mask))
