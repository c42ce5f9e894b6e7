"""A screen over another that leaves nothing behind in its widgets when it goes."""

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Digits, Input, OptionList, Static, TextArea

from console.errors import ConsoleError
from console.language import later
from console.tui.app import ConsoleApp
from console.tui.shown import shown

T = TypeVar("T")


class WipedScreen(ModalScreen[T]):
    """What it showed is emptied before it is dismissed, not only covered."""

    app: ConsoleApp
    CSS_PATH = "returns.tcss"
    HELP = later("Esc goes back. What was shown here is gone then.")

    def tell(self, selector: str, words: Content | ConsoleError | str) -> None:
        """Show ``words`` in a static widget, which takes no line while it says nothing."""
        content = words if isinstance(words, Content) else shown(str(words))
        widget = self.query_one(selector, Static)
        widget.update(content)
        widget.display = bool(content.plain)

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Empty the widgets and go."""
        for field in self.query(Input):
            field.value = ""
        for area in self.query(TextArea):
            area.load_text("")
        for listed in self.query(OptionList):
            listed.clear_options()
        for digits in self.query(Digits):
            digits.update("")
        for words in self.query(Static).exclude("KeyBar"):
            words.update("")
        return super().dismiss(result)
