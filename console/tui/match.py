"""Partners for the call as coded: why each fits, what to bring, and a referral by one key."""

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from console import partners
from console.errors import ConsoleError
from console.language import _, later
from console.partners import Match, Miss, Need, ReferralLine
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown

STATUSES = {
    "referred": later("referred"),
    "provided_here": later("provided here"),
    "already_received": later("has it already"),
    "not_applicable": later("not applicable"),
    "declined": later("declined"),
    "unavailable": later("not available"),
}
"""What becomes of a service in a call, after GBVIMS, in the order of the digits."""

OUTCOMES = {
    "accepted": later("accepted"),
    "completed": later("completed"),
    "refused": later("refused"),
    "no_answer": later("no answer"),
}
"""What became of a referral later."""


class MatchScreen(ModalScreen[None]):
    """Ranked services with reasons; Enter records a referral, Esc goes back to the call."""

    app: ConsoleApp
    HELP = later(
        "Services that fit the call as coded, best first, with why. Enter refers the caller to\n"
        "the one that is marked and keeps that with the call; 2 to 6 keep why not: provided\n"
        "here, has it already, not applicable, declined, not available. F11 shows why others\n"
        "are left out."
    )
    BINDINGS = [
        *(
            Binding(str(number), f"status('{status}')", words, show=False)
            for number, (status, words) in enumerate(STATUSES.items(), 1)
        ),
        Binding("escape,f3", "dismiss", later("back to the call"), key_display="Esc"),
        Binding("f11", "left_out", later("left out")),
    ]

    def __init__(self, call: int, need: Need) -> None:
        super().__init__()
        self._call = call
        self._need = need
        self._matches: list[Match] = []
        self._misses: list[Miss] = []
        self._statuses: dict[str, ReferralLine] = {}

    def compose(self) -> ComposeResult:
        """The list above, the chosen service's details to read out below."""
        with Vertical(classes="box wide") as box:
            box.border_title = _("partners")
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
        self._statuses = {line.service: line for line in lines}

    def _show(self) -> None:
        listed = self.query_one("#matches", OptionList)
        at = listed.highlighted or 0
        listed.clear_options()
        for match in self._matches:
            listed.add_option(
                Option(
                    joined(
                        self._status(match.service),
                        shown(match.name, "bold"),
                        shown(" · ".join(match.reasons), "dim"),
                        shown(_("not verified lately") if match.stale else "", "italic"),
                    )
                )
            )
        if listed.option_count:
            listed.highlighted = min(at, listed.option_count - 1)
            listed.focus()
        else:
            self.query_one("#details", Static).update(_("No service in the directory fits."))

    @on(OptionList.OptionHighlighted)
    def _details(self, event: OptionList.OptionHighlighted) -> None:
        match = self._matches[event.option_index]
        self.query_one("#details", Static).update(
            joined(
                joined(shown(match.organization), shown(match.phone, "bold"), by=" · "),
                shown(
                    _("Bring: {things}").format(things="; ".join(match.bring))
                    if match.bring
                    else ""
                ),
                by="\n",
            )
        )

    def _status(self, service: str) -> Content:
        line = self._statuses.get(service)
        return shown(f"✓ {status_words(line.status)}" if line else "", "bold")

    @on(OptionList.OptionSelected)
    def _refer(self, event: OptionList.OptionSelected) -> None:
        self._keep(self._matches[event.option_index].service, "referred")

    def action_status(self, status: str) -> None:
        """Keep what became of the service that is marked."""
        at = self.query_one("#matches", OptionList).highlighted
        if at is not None:
            self._keep(self._matches[at].service, status)

    @work(exclusive=True)
    async def _keep(self, service: str, status: str) -> None:
        try:
            await self.app.session.call(
                partners.refer, self._call, service, status=status, now=self.app.now()
            )
            await self._read_referrals()
        except ConsoleError as error:
            self.app.notice(error)
            return
        self._show()

    def action_left_out(self) -> None:
        """Say why the other services do not fit."""
        lines = [joined(shown(miss.name, "bold"), miss.why) for miss in self._misses[:12]]
        self.query_one("#details", Static).update(joined(*lines, by="\n") if lines else _("None."))


def status_words(status: str) -> str:
    """Return what a status of a referral is called."""
    return _({**STATUSES, **OUTCOMES}.get(status, status))
