"""Closing a month: who has not reported, who is declared absent, and then no further call."""

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from console import figures
from console.errors import ConsoleError
from console.figures import Standing
from console.language import _, later
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown


class CloseScreen(ModalScreen[bool]):
    """Lists the workstations that a month waits for; dismissed with True once it is closed."""

    app: ConsoleApp
    HELP = later(
        "A closed month takes no further call and no further bundle: what comes in later counts\n"
        "in the next one. It waits for every workstation that has not reported. Enter declares\n"
        "the marked one absent, or takes that back; F10 closes the month for ever."
    )
    BINDINGS = [
        Binding("f10", "close_month", later("close it")),
        Binding("escape,q", "dismiss", later("back"), key_display="Esc"),
    ]

    def __init__(self, standing: Standing) -> None:
        super().__init__()
        self._standing = standing
        self._absent: set[str] = set()

    def compose(self) -> ComposeResult:
        """What closing means, and who is missing."""
        standing = self._standing
        with Vertical(classes="box wide") as box:
            box.border_title = _("close a month")
            asked = _("Close {month}? No further call counts in it, and that cannot be undone.")
            yield Static(shown(asked.format(month=figures.named(standing.period)), "bold"))
            if standing.reported:
                said = _("Reported: {names}").format(names=", ".join(standing.reported))
                yield Static(shown(said))
            if standing.missing:
                yield Static(shown(_("It waits for these; Enter declares one absent:")))
                yield OptionList(
                    *(Option(self._line(name), name) for name in standing.missing), compact=True
                )
            yield Static(id="close-said")
            yield KeyBar()

    def _line(self, name: str) -> Content:
        absent = name in self._absent
        return joined(
            shown("✓" if absent else "▢"),
            shown(name, "bold"),
            _("declared absent") if absent else _("has not reported"),
        )

    @on(OptionList.OptionSelected)
    def _toggle(self, event: OptionList.OptionSelected) -> None:
        name = self._standing.missing[event.option_index]
        self._absent ^= {name}
        event.option_list.replace_option_prompt_at_index(event.option_index, self._line(name))

    @work(exclusive=True)
    async def action_close_month(self) -> None:
        """Close the month without those that were declared absent."""
        try:
            await self.app.session.call(
                figures.close,
                self._standing.period,
                now=self.app.now(),
                absent=sorted(self._absent),
            )
        except ConsoleError as error:
            self.query_one("#close-said", Static).update(shown(str(error), "bold"))
            return
        if self.is_current:
            self.dismiss(True)
