"""The shift: who is on the line, what was done, and the way into a call, a break, the figures."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from console import breaks, calls
from console.calls import CallLine, Draft
from console.codebook import Coded
from console.errors import ConsoleError
from console.language import _, later
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown
from console.vault import Vault, own_words, purge

if TYPE_CHECKING:
    from console.tui.call import Ended

BREAK_CHECK_SECONDS = 15.0
# Small steps: a call that starts meanwhile must not wait for its first word to be kept.
RESEAL_SECONDS, RESEAL_AT_ONCE = 2.0, 20

# What the line of a call that is still going on is named by in the list.
_OPEN = "open-"


class ShiftScreen(Screen[None]):
    """Where an operator is between calls, and everybody after logging in."""

    app: ConsoleApp
    HELP = later(
        "Between calls. F2 starts a call; Enter on a finished one opens its note, on one that is\n"
        "still open takes it up, whoever set it aside. A contact that was kept as none with one\n"
        "digit too soon comes back with Backspace within ten seconds. A call that was\n"
        "interrupted, by a power cut or by the lock, opens by itself."
    )
    BINDINGS = [
        Binding("f2", "call", later("call")),
        Binding("f4", "rest", later("break")),
        Binding("f5", "refresh", later("shift"), show=False),
        Binding("f6", "figures", later("figures")),
        Binding("f7", "directory", later("directory")),
        Binding("f8", "keys", later("keys")),
        Binding("f9", "call_backs", later("call backs")),
        Binding("f9", "retention", later("retention"), show=False),
        Binding("f10", "cards", later("cards")),
        Binding("f11", "codes", later("codes")),
        Binding("backspace,minus", "take_back", later("take back"), show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._kept: Ended | None = None
        self._kept_tick = 0.0
        self._starting = False

    def compose(self) -> ComposeResult:
        """Who is here above, the calls below."""
        yield Static(id="site")
        yield Static(id="waiting")
        yield Static(id="cover")
        calls_list = OptionList(id="calls", compact=True)
        calls_list.border_title = _("calls")
        yield calls_list
        yield Static(id="kept")
        yield Static(id="load")
        yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer each role its own work."""
        member = self.app.session.member
        allowed = {
            "call": member.holds_notes,
            "rest": member.role == "operator",
            "figures": member.role == "coordinator",
            "keys": member.role == "it",
            "call_backs": member.holds_notes,
            "cards": member.role == "coordinator",
            "retention": member.role == "coordinator",
            "codes": member.role == "coordinator",
            "directory": member.role != "it",
            "take_back": self._kept is not None,
        }
        return allowed.get(action, True)

    async def on_mount(self) -> None:
        """Show the shift, and take up a call that was going on."""
        session = self.app.session
        member = session.member
        self.query_one("#site", Static).update(
            joined(shown(session.site, "bold"), f"{member.name}, {_(member.role)}", by=" · ")
        )
        await self._show_waiting()
        if member.role == "coordinator" and await session.call(purge.is_held, now=self.app.now()):
            self.app.notice(_("Retention waits for you after a long pause: look at F9."))
        if member.role == "it":
            status = await session.call(Vault.key_status)
            if status.overdue(self.app.now().date()):
                self.app.notice(_("The vault's key is due to be rotated: F8."))
        for chore in (calls.coarsen, calls.destroy_expired_contacts):
            with self._told():
                await session.call(chore, now=self.app.now())
        await self.show()
        if member.holds_notes:
            with self._told():
                await self._resume(member.name)
        self.set_interval(BREAK_CHECK_SECONDS, self._break_due)
        self.set_interval(1.0, self._show_kept)
        if member.holds_notes:
            self._resealing = self.set_interval(RESEAL_SECONDS, self._reseal)

    async def _show_waiting(self) -> None:
        """Show who waits the words that she is approved by, of her own keys."""
        session, waiting = self.app.session, self.query_one("#waiting", Static)
        waiting.display = session.member.role == "operator" and not session.member.holds_notes
        if not waiting.display:
            return
        own = await session.call(own_words)
        waiting.update(
            joined(
                shown(_("A colleague who holds notes must approve you before you take calls.")),
                shown(_("Your six words: {words}").format(words=own), "bold"),
                shown(
                    _("Read them out to her: she compares them by ear with those on her screen.")
                ),
                by="\n",
            )
        )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what the disk says, and go on: a shift is no place to stop at."""
        try:
            yield
        except ConsoleError as error:
            self.app.notice(error)

    async def _resume(self, name: str) -> None:
        """Take up the call that was going on; what only memory has comes first."""
        session, unkept = self.app.session, self.app.unkept
        if unkept is not None and unkept.operator == name:
            draft = await session.call(calls.open_unkept, unkept)
            self.app.unkept = None
            self._open(draft, resumed=True, unkept=True)
            return
        mine = [
            draft
            for draft in await session.call(calls.drafts)
            if draft.operator == name and draft.state == "live"
        ]
        if mine:
            self._open(mine[-1], resumed=True)

    async def on_screen_resume(self) -> None:
        """Come back to fresh figures from a call or a break."""
        if self.is_mounted and self.is_attached:
            await self.show()
            self.app.session.collect()

    async def _reseal(self) -> None:
        """After somebody left: seal anew what is still under the old notes' key, between calls."""
        with self._told():
            if self.is_current and not await self.app.session.call(Vault.reseal, RESEAL_AT_ONCE):
                self._resealing.stop()

    async def action_refresh(self) -> None:
        """Read the shift again."""
        await self.show()

    async def show(self) -> None:
        """Read who is on the line and the latest calls, and show them."""
        with self._told():
            await self._show()

    async def _show(self) -> None:
        session, now = self.app.session, self.app.now()
        if session.member.role == "it":
            self.query_one("#cover", Static).update(_("F8 shows the keys and rotates them."))
            self.query_one("#calls").display = False
            return
        cover = await session.call(breaks.cover, now=now)
        on_shift = await session.call(breaks.on_shift, now=now)
        names = ", ".join(shift.member for shift in on_shift) or _("nobody by the rota")
        self.query_one("#cover", Static).update(
            joined(
                shown(_("On the line: {names}").format(names=names)), shown(cover.words), by=" · "
            )
        )
        if session.member.role == "operator":
            load = await session.call(breaks.load, session.member.name, now=now)
            share = min(1.0, load.value / load.threshold) if load.threshold else 0.0
            bar = "█" * round(share * 10) + "░" * (10 - round(share * 10))
            self.query_one("#load", Static).update(
                joined(shown(_("Your load {bar}").format(bar=bar)), _("only you see this"), by="  ")
            )
        listed = self.query_one("#calls", OptionList)
        at = listed.highlighted_option
        going_on = await session.call(calls.drafts) if session.member.holds_notes else []
        finished = await session.call(calls.recent)
        listed.clear_options()
        listed.add_options(map(self._open_line, going_on))
        listed.add_options(map(self._finished_line, finished))
        if at is not None and at.id and at.id in {option.id for option in listed.options}:
            listed.highlighted = listed.get_option_index(at.id)
        if not self.focused:
            listed.focus()

    def _open_line(self, draft: Draft) -> Option:
        how = _("set aside by {name}") if draft.state == "parked" else _("left open by {name}")
        return Option(
            joined(
                shown(f"▶ {how.format(name=draft.operator)}", "bold"),
                shown(f"{draft.started_at:%H:%M}", "dim"),
                self._about(draft.coded),
                shown(_("Enter takes it up"), "dim"),
            ),
            id=f"{_OPEN}{draft.call}",
        )

    def _finished_line(self, line: CallLine) -> Option:
        hour = "" if line.hour is None else f" {line.hour:02}h"
        return Option(
            joined(
                shown(f"{line.day}{hour}", "dim"),
                self.app.session.book.label("kind", line.kind) if line.kind != "data" else "",
                self._about(line.coded),
                shown("✎", "bold") if line.has_note else "",
            ),
            id=str(line.call),
        )

    def _about(self, coded: Coded) -> Content:
        book = self.app.session.book
        words = [
            book.label(dimension, code)
            for dimension in ("gender", "age", "region", "issue")
            for code in coded.get(dimension, ())
            if code != "unknown"
        ]
        return shown(" · ".join(words))

    @work(group="start")
    async def action_call(self) -> None:
        """Start a call; it is in the journal before the screen shows."""
        # A key that repeats itself must not start a second call beside the first.
        if self._starting:
            return
        self._starting = True
        try:
            draft = await self.app.session.call(calls.start, now=self.app.now())
        except ConsoleError as error:
            self.app.notice(error)
            return
        finally:
            self._starting = False
        self._open(draft)

    def _open(self, draft: Draft, *, resumed: bool = False, unkept: bool = False) -> None:
        from console.tui.call import CallScreen

        screen = CallScreen(draft, resumed=resumed, unkept=unkept)
        self.app.push_screen(screen, self._call_over)

    async def _call_over(self, how: "Ended | None") -> None:
        """Offer a break after a hard call, and a way back after a digit too soon."""
        from console.tui.rest import RestScreen

        self._kept = how if how and how.draft else None
        self._kept_tick = self.app.ticks()
        self._show_kept()
        if how is None or how.distress is None:
            return
        member = self.app.session.member.name
        offer = await self.app.session.call(breaks.offer, member, how.distress, now=self.app.now())
        if offer is not None:
            self.app.push_screen(RestScreen(offer=offer))

    def _show_kept(self) -> None:
        """Count down how long a contact that was kept as no call can be taken back."""
        left = calls.TAKE_BACK.total_seconds() - (self.app.ticks() - self._kept_tick)
        if left <= 0:
            self._kept = None
        line = ""
        if self._kept is not None:
            kind = self.app.session.book.label("kind", self._kept.kept_as)
            line = _("Kept as: {kind}. Backspace takes it back ({seconds} s).")
            line = line.format(kind=kind, seconds=f"{left:.0f}")
        self.query_one("#kept", Static).update(shown(line, "bold"))
        self.query_one("#kept").display = bool(line)

    @work(exclusive=True, group="start")
    async def action_take_back(self) -> None:
        """Go on with the contact that was just kept as no call."""
        kept, self._kept = self._kept, None
        if kept is None or kept.draft is None:
            return
        try:
            draft = await self.app.session.call(calls.take_back, kept.draft, now=self.app.now())
        except ConsoleError as error:
            self.app.notice(error)
            return
        self._show_kept()
        self._open(draft, resumed=True)

    @work(exclusive=True, group="read")
    @on(OptionList.OptionSelected, "#calls")
    async def _enter(self, event: OptionList.OptionSelected) -> None:
        if event.option_id is None or not self.app.session.member.holds_notes:
            return
        try:
            if event.option_id.startswith(_OPEN):
                await self._take_up(int(event.option_id.removeprefix(_OPEN)))
            else:
                await self._read(int(event.option_id))
        except ConsoleError as error:
            self.app.notice(error)
            await self.show()

    async def _take_up(self, call: int) -> None:
        draft = await self.app.session.call(calls.take_up, call, now=self.app.now())
        self._open(draft, resumed=True)

    async def _read(self, call: int) -> None:
        from console.tui.reading import ReadingScreen

        finished = await self.app.session.call(calls.read, call)
        await self.app.push_screen(ReadingScreen(finished))

    def action_rest(self) -> None:
        """Take a break now: nobody has to ask."""
        from console.tui.rest import RestScreen

        self.app.push_screen(RestScreen())

    async def _break_due(self) -> None:
        """Bring a missed or booked break back, but never into a call."""
        from console.tui.rest import RestScreen

        if not self.is_current or self.app.session.member.role != "operator":
            return
        due = await self.app.session.call(
            breaks.current, self.app.session.member.name, now=self.app.now()
        )
        if due is not None and self.is_current:
            self.app.push_screen(RestScreen(due=due))

    def action_figures(self) -> None:
        """Go to the figures."""
        from console.tui.figures import FiguresScreen

        self.app.push_screen(FiguresScreen())

    def action_directory(self) -> None:
        """Go to the partners' directory."""
        from console.tui.directory import DirectoryScreen

        self.app.push_screen(DirectoryScreen())

    def action_keys(self) -> None:
        """Go to the keys."""
        from console.tui.keys import KeysScreen

        self.app.push_screen(KeysScreen())

    def action_call_backs(self) -> None:
        """Go to the callers who want to be called back."""
        from console.tui.contact import CallBacksScreen

        self.app.push_screen(CallBacksScreen())

    def action_retention(self) -> None:
        """Go to what retention destroys."""
        from console.tui.purge import RetentionScreen

        self.app.push_screen(RetentionScreen())

    def action_cards(self) -> None:
        """Go to the cards' words."""
        from console.tui.cardeditor import CardEditorScreen

        self.app.push_screen(CardEditorScreen())

    def action_codes(self) -> None:
        """Go to the code lists."""
        from console.tui.codes import CodesScreen

        self.app.push_screen(CodesScreen())
