"""The form: what is coded, what is still to code, one line a dimension."""

from textual.widgets import OptionList
from textual.widgets.option_list import Option

from console.codebook import Codebook, Coded
from console.language import _
from console.tui.shown import joined, shown

_LABEL = 13


class Form(OptionList):
    """The dimensions that matter for the call as coded; Enter on one opens its codes."""

    def __init__(self, book: Codebook, *, id: str) -> None:
        super().__init__(id=id, compact=True)
        self._book = book
        self._labels = {dimension.name: dimension.label for dimension in book.dimensions()}
        self.border_title = _("coded")

    def show(self, coded: Coded) -> None:
        """Show the call as coded; the line that was marked stays marked."""
        book, at = self._book, self.highlighted_option
        missing = set(book.missing(coded))
        names = book.shown(coded)
        about_another = coded.get("caller", ("self",))[0] not in {"self", "unknown"}
        self.border_subtitle = _("the person concerned") if about_another else ""
        self.clear_options()
        for name in names:
            codes = coded.get(name, ())
            if codes:
                value = shown(", ".join(book.label(name, code) for code in codes), "bold")
            else:
                value = shown(_("▢ to code") if name in missing else "·", "dim")
            label = shown(f"{_clipped(self._labels[name]):<{_LABEL}}")
            self.add_option(Option(joined(label, value, by=" "), id=name))
        if names:
            self.mark(at.id if at and at.id in names else names[0])

    def mark(self, name: str) -> None:
        """Put the mark on a dimension that is shown."""
        self.highlighted = self.get_option_index(name)

    def mark_next(self) -> None:
        """Put the mark one line further down, if there is one."""
        if self.highlighted is not None and self.highlighted < self.option_count - 1:
            self.highlighted += 1


def _clipped(label: str) -> str:
    return label if len(label) <= _LABEL else label[: _LABEL - 1] + "…"
