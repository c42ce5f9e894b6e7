"""Partners for the call as coded: why each fits, what to bring, and a referral by one key."""

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from console import partners
from console.errors import ConsoleError
from console.partners import Match, Miss, Need
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown


class MatchScreen(ModalScreen[None]):
    """Ranked services with reasons; Enter records a referral, Esc goes back to the call."""

    app: ConsoleApp
    HELP = (
        "Services that fit the call as coded, best first, with why. Enter refers the caller to\n"
        "the one that is marked and keeps that with the call. F11 shows why others are left out."
    )
    BINDINGS = [
        Binding("escape,f3", "dismiss", "back to the call", key_display="Esc"),
        Binding("f11", "left_out", "left out"),
    ]

    def __init__(self, call: int, need: Need) -> None:
        super().__init__()
        self._call = call
        self._need = need
        self._matches: list[Match] = []
        self._misses: list[Miss] = []
        self._referred: set[str] = set()

    def compose(self) -> ComposeResult:
        """The list above, the chosen service's details to read out below."""
        with Vertical(classes="box wide") as box:
            box.border_title = "partners"
            yield OptionList(id="matches", compact=True)
            yield Static(id="details")
            yield KeyBar()

    async def on_mount(self) -> None:
        """Find what fits."""
        session = self.app.session
        try:
            self._matches, self._misses = await session.call(
                partners.match, self._need, now=self.app.now()
            )
            await self._read_referrals()
        except ConsoleError as error:
            self.app.notice(error)
        self._show()

    async def _read_referrals(self) -> None:
        lines = await self.app.session.call(partners.referrals, self._call)
        self._referred = {line.service for line in lines}

    def _show(self) -> None:
        listed = self.query_one("#matches", OptionList)
        at = listed.highlighted or 0
        listed.clear_options()
        for match in self._matches:
            listed.add_option(
                Option(
                    joined(
                        shown("✓ referred" if match.service in self._referred else "", "bold"),
                        shown(match.name, "bold"),
                        shown(" · ".join(match.reasons), "dim"),
                        shown("not verified lately" if match.stale else "", "italic"),
                    )
                )
            )
        if listed.option_count:
            listed.highlighted = min(at, listed.option_count - 1)
            listed.focus()
        else:
            self.query_one("#details", Static).update("No service in the directory fits.")

    @on(OptionList.OptionHighlighted)
    def _details(self, event: OptionList.OptionHighlighted) -> None:
        match = self._matches[event.option_index]
        self.query_one("#details", Static).update(
            joined(
                joined(shown(match.organization), shown(match.phone, "bold"), by=" · "),
                shown("Bring: " + "; ".join(match.bring) if match.bring else ""),
                by="\n",
            )
        )

    @on(OptionList.OptionSelected)
    @work(exclusive=True)
    async def _refer(self, event: OptionList.OptionSelected) -> None:
        match = self._matches[event.option_index]
        try:
            if match.service not in self._referred:
                await self.app.session.call(
                    partners.refer, self._call, match.service, now=self.app.now()
                )
            await self._read_referrals()
        except ConsoleError as error:
            self.app.notice(error)
            return
        self._show()

    def action_left_out(self) -> None:
        """Say why the other services do not fit."""
        lines = [joined(shown(miss.name, "bold"), miss.why) for miss in self._misses[:12]]
        self.query_one("#details", Static).update(joined(*lines, by="\n") if lines else "None.")
