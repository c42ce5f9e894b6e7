"""Calling back: a contact kept with consent, and the list of who waits to be called."""

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from console import calls
from console.calls import Contact, DueContact
from console.errors import BadUsage, ConsoleError
from console.language import _, later
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown
from console.tui.wiped import WipedScreen

CONSENT = later(
    "«May I write down how we can reach you? Only those who answer here can read it. It is "
    "destroyed as soon as we have called you, and on its last day in any case. You can take it "
    "back whenever you want.»"
)

_FIELDS = (
    ("how", later("How can we reach you?")),
    ("when", later("When can you speak freely?")),
    ("other", later("If somebody else answers, what shall we say?")),
    ("days", later("For how many days shall we keep it?")),
)


class ContactScreen(WipedScreen[bool]):
    """Asks for consent, then how to call back; dismissed with True if a contact was kept."""

    HELP = later(
        "Read the question out. Only when the caller has said yes, press F2: then the fields\n"
        "open, Enter goes from one to the next, and F9 keeps the contact. It is sealed under\n"
        "a key of its own. F8 destroys a contact that this call has: the caller may change\n"
        "her mind."
    )
    BINDINGS = [
        Binding("f2", "consent", later("the caller says yes")),
        Binding("f8", "destroy", later("destroy the contact")),
        Binding("f9", "keep", later("keep the contact")),
        Binding("escape,f7", "back", later("back to the call"), key_display="Esc"),
    ]

    def __init__(self, call: int) -> None:
        super().__init__()
        self._call = call
        self._consent = False
        self._kept: DueContact | None = None

    def compose(self) -> ComposeResult:
        """The question to read out, then the fields."""
        with Vertical(classes="box wide") as box:
            box.border_title = _("call back")
            yield Static(id="consent", classes="words")
            with Vertical(id="fields", classes="words", disabled=True):
                for name, question in _FIELDS:
                    yield Static(_(question), classes="asked")
                    yield Input(compact=True, id=f"contact-{name}")
            yield Static(id="contact-kept", classes="words asked")
            yield Static(id="contact-said", classes="said")
            yield KeyBar()

    async def on_mount(self) -> None:
        """Ask for consent, and say whether there is a contact already."""
        self.query_one("#fields").display = False
        self.tell("#contact-said", "")
        self.tell(
            "#consent",
            joined(
                shown(_("Ask, in these words or your own:"), "bold"),
                _(CONSENT),
                by="\n",
            ),
        )
        await self._look()

    async def _look(self) -> None:
        try:
            due = await self.app.session.call(calls.due_contacts, now=self.app.now())
        except ConsoleError as error:
            self.tell("#contact-said", error)
            return
        self._kept = next((line for line in due if line.call == self._call), None)
        words = ""
        if self._kept is not None:
            words = _(
                "A contact of this call is kept until {day}. A new one takes its place; "
                "F8 destroys it."
            ).format(day=self._kept.expires_on)
        self.tell("#contact-kept", shown(words))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is kept before the caller has said yes."""
        allowed = {
            "consent": not self._consent,
            "keep": self._consent,
            "destroy": self._kept is not None,
        }
        return allowed.get(action, True)

    def action_consent(self) -> None:
        """The caller has said yes: open the fields."""
        self._consent = True
        self.query_one("#consent").display = False
        fields = self.query_one("#fields")
        fields.display, fields.disabled = True, False
        self.query_one("#contact-days", Input).value = str(calls.CONTACT_DAYS)
        self.query_one("#contact-how", Input).focus()
        self.refresh_bindings()

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next(Input)

    @work(exclusive=True)
    async def action_keep(self) -> None:
        """Seal the contact."""
        how, when, other, days = (
            self.query_one(f"#contact-{name}", Input).value for name, _question in _FIELDS
        )
        try:
            until = await self.app.session.call(
                calls.keep_contact,
                self._call,
                Contact(how, when, other),
                consent=self._consent,
                days=_whole(days),
                now=self.app.now(),
            )
        except ConsoleError as error:
            self.tell("#contact-said", error)
            return
        self.app.notice(_("The contact is kept; it is destroyed on {day}.").format(day=until))
        self.app.uncover(self)
        self.dismiss(True)

    @work(exclusive=True)
    async def action_destroy(self) -> None:
        """Destroy the contact that there is."""
        try:
            await self.app.session.call(calls.destroy_contact, self._call, now=self.app.now())
        except ConsoleError as error:
            self.tell("#contact-said", error)
            return
        self.tell("#contact-said", _("The contact is destroyed."))
        await self._look()

    def action_back(self) -> None:
        """Keep nothing."""
        self.dismiss(False)


class CallBacksScreen(WipedScreen[None]):
    """Who waits to be called back; a contact opens on Enter and is destroyed once called."""

    HELP = later(
        "Who waits to be called back, the first to expire first. Enter opens a contact; that is\n"
        "noted in the audit trail. Once you have called, F9 and F9 again destroy it. If nobody\n"
        "answered, leave it: it destroys itself on its day."
    )
    BINDINGS = [
        Binding("f9", "called", later("called: destroy it")),
        Binding("escape,f7", "dismiss", later("back"), key_display="Esc"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._due: list[DueContact] = []
        self._opened: int | None = None
        self._sure = False

    def compose(self) -> ComposeResult:
        """The list, and the contact that is open."""
        with Vertical(classes="box wide") as box:
            box.border_title = _("call back")
            yield OptionList(id="due", compact=True)
            yield Static(id="contact", classes="words asked")
            yield Static(id="due-said", classes="said")
            yield KeyBar()

    async def on_mount(self) -> None:
        """Read who waits."""
        await self._look()

    async def _look(self) -> None:
        try:
            self._due = await self.app.session.call(calls.due_contacts, now=self.app.now())
        except ConsoleError as error:
            self.tell("#due-said", error)
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options(
            Option(
                joined(
                    shown(_("call {call}").format(call=line.call), "bold"),
                    _("asked on {day}").format(day=line.consent_on),
                    _("destroyed on {day}").format(day=line.expires_on),
                ),
                str(line.call),
            )
            for line in self._due
        )
        self._close()
        if self._due:
            listed.highlighted = 0
            listed.focus()
        else:
            self.tell("#contact", _("Nobody waits to be called back."))

    def _close(self) -> None:
        self._opened, self._sure = None, False
        self.tell("#contact", "")
        self.tell("#due-said", "")
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only an open contact can have been called."""
        return not (action == "called" and self._opened is None)

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        if self._opened is not None and event.option_id != str(self._opened):
            self._close()

    @on(OptionList.OptionSelected)
    @work(exclusive=True)
    async def _open(self, event: OptionList.OptionSelected) -> None:
        call = int(event.option_id or 0)
        try:
            contact = await self.app.session.call(calls.read_contact, call, now=self.app.now())
        except ConsoleError as error:
            await self._look()
            self.tell("#due-said", error)
            return
        self._close()
        self._opened = call
        said = (contact.how, contact.when_safe, contact.if_other_answers)
        asked = zip(_FIELDS[:3], said, strict=True)
        self.tell(
            "#contact",
            joined(
                *(
                    joined(shown(_(question), "dim"), shown(answer or "-", "bold"))
                    for (_name, question), answer in asked
                ),
                by="\n",
            ),
        )
        self.refresh_bindings()

    @work(exclusive=True)
    async def action_called(self) -> None:
        """Destroy the open contact, once asked for twice."""
        call = self._opened
        if call is None:
            return
        if not self._sure:
            self._sure = True
            words = _("You have called? F9 once more destroys the contact of call {call}.")
            self.tell("#due-said", words.format(call=call))
            return
        try:
            await self.app.session.call(calls.destroy_contact, call, now=self.app.now())
        except ConsoleError as error:
            self.tell("#due-said", error)
            return
        await self._look()
        self.tell("#due-said", _("The contact of call {call} is destroyed.").format(call=call))


def _whole(text: str) -> int:
    if not (text.strip().isascii() and text.strip().isdecimal() and len(text) < 9):
        raise BadUsage(_("say for how many days, as a whole number"))
    return int(text)
