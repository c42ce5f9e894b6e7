"""Retention: what is due, destroyed by the coordinator; and everything, in an emergency."""

from datetime import date
from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from console import calls, figures
from console.calls import Plan, Purged
from console.errors import ConsoleError
from console.language import _, later
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown
from console.tui.unlock import BeforeSecret, Secret
from console.tui.wiped import WipedScreen
from console.vault import Vault, purge
from console.vault.purge import Emergency

WORD = "destroy"
_MOST_MONTHS = 4


class RetentionScreen(Screen[None]):
    """For the coordinator: what retention destroys, in counts, before it does."""

    app: ConsoleApp
    HELP = later(
        "Notes are destroyed after their days by whoever logs in first. Rows of calls of old,\n"
        "published months become counts here: F9 twice does all that is due, and no count changes."
    )
    BINDINGS = [
        Binding("f9", "destroy", later("destroy what is due")),
        Binding("escape,q", "dismiss", later("back"), key_display="Esc"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._plan: Plan | None = None
        self._held: date | None = None
        self._sure = False

    def compose(self) -> ComposeResult:
        """What is due, and what was done."""
        yield Static(id="keys")
        yield Static(id="rotated")
        yield KeyBar()

    async def on_mount(self) -> None:
        """Count what is due."""
        await self._read()

    async def _read(self) -> None:
        now = self.app.now()
        try:
            self._plan = await self.app.session.call(calls.purge_plan, now=now)
            self._held = await self.app.session.call(purge.held_since, now=now)
        except ConsoleError as error:
            self._say(str(error))
            return
        self.query_one("#keys", Static).update(_planned(self._plan, self._held, now.date()))
        self.refresh_bindings()

    def _say(self, words: str) -> None:
        self.query_one("#rotated", Static).update(shown(words, "bold"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is destroyed where nothing is due, unless retention waits to be let go on."""
        due = self._plan is not None and self._plan.anything
        return action != "destroy" or due or self._held is not None

    @work(exclusive=True)
    async def action_destroy(self) -> None:
        """Ask once, then destroy what is due."""
        if not self._sure:
            self._sure = True
            self._say(_("F9 once more destroys it, for ever. Esc goes back."))
            return
        self._sure = False

        def purge_now(vault: Vault) -> Purged:
            return calls.purge_now(vault, figures.fold, now=self.app.now())

        try:
            done = await self.app.session.call(purge_now)
        except ConsoleError as error:
            self._say(str(error))
        else:
            said = _(
                "Destroyed: {notes} notes of {days} days. Months that are counts now: {months}."
            ).format(notes=done.sealed.notes, days=done.sealed.days, months=len(done.folded))
            if not done.wiped:
                said += " " + _(
                    "Remnants of it may still be in the file: free some space, then log in again."
                )
            self._say(said)
        await self._read()


class EmergencyScreen(WipedScreen[Emergency]):
    """Asks for a word and the passphrase; dismissed with what it destroyed, None if nothing."""

    HELP = later(
        "For the moment when this workstation is about to be taken. Every note, every call that\n"
        "is going on, every contact and return code is destroyed for ever. Type the word, then\n"
        "your passphrase, Enter after each. Esc or F2 leaves everything as it is."
    )
    BINDINGS = [
        Binding("escape,f2", "dismiss", later("leave everything as it is"), key_display="Esc")
    ]

    def compose(self) -> ComposeResult:
        """What will be gone, what stays, and the two confirmations."""
        with Vertical(classes="box wide") as box:
            box.border_title = _("destroy everything that is sealed")
            yield Static(id="doomed", classes="words")
            yield Static(
                shown(
                    _(
                        "Finished calls stay as codes and counts. Backups and copies of the vault "
                        "are not reached: destroy those by hand. Then the console locks."
                    )
                ),
                classes="words",
            )
            asked = _("Type {word}, then your passphrase:").format(word=WORD)
            yield Static(shown(asked), classes="asked")
            yield BeforeSecret(id="word", placeholder=_("the word"), compact=True)
            yield Secret(id="passphrase", password=True, placeholder=_("passphrase"), compact=True)
            yield Static(id="emergency-said", classes="said")
            yield KeyBar()

    async def on_mount(self) -> None:
        """Count what would go."""
        self.tell("#emergency-said", "")
        self.query_one("#word", Input).focus()
        try:
            planned = await self.app.session.call(purge.in_emergency)
        except ConsoleError as error:
            self.tell("#emergency-said", error)
            return
        words = _(
            "{notes} notes of {days} days, {drafts} calls that are going on, {contacts} contacts "
            "and {codes} return codes will be destroyed. Nobody can bring them back."
        ).format(
            notes=planned.notes,
            days=planned.days,
            drafts=planned.drafts,
            contacts=planned.contacts,
            codes=planned.return_codes,
        )
        if planned.aside:
            aside = _("Vaults that restores put aside go as a whole: {count}.")
            words = f"{words} {aside.format(count=planned.aside)}"
        self.tell("#doomed", words)

    @on(Input.Submitted, "#passphrase")
    def _submit(self) -> None:
        field = self.query_one("#passphrase", Input)
        passphrase, field.value = field.value, ""
        if self.query_one("#word", Input).value.strip().casefold() != WORD:
            said = _("Nothing was destroyed: the word is {word}.")
            self.tell("#emergency-said", said.format(word=WORD))
            self.query_one("#word", Input).focus()
            return
        self.tell("#emergency-said", "")
        self._destroy([passphrase])

    # Without a description Textual would make one of the arguments; and it keeps them.
    @work(exclusive=True, description="destroy")
    async def _destroy(self, secret: list[str]) -> None:
        try:
            done = await self.app.session.call(
                purge.destroy_everything_sealed, secret.pop(), now=self.app.now()
            )
        except ConsoleError as error:
            self.tell("#emergency-said", error)
            return
        self.dismiss(done)


def tell_left(way_in: Screen[Any], done: Emergency) -> None:
    """Say on the way in what an emergency could not remove, until the console is left."""
    if done.left:
        words = _("The disk did not let {folders} go: delete that by hand, or destroy the disk.")
        # Not where the next try to unlock says something else, and not for a few seconds only.
        hint = way_in.query_one("#hint", Static)
        hint.update(shown(words.format(folders=", ".join(done.left))))


def _planned(plan: Plan, held: date | None, today: date) -> Content:
    sealed, policy = plan.sealed, plan.policy
    live = _("Notes live {days} days, rows of calls {months} months.")
    due = _("Due: {notes} notes and {amendments} amendments of {days} days, up to {through}")
    more = _("{contacts} contacts that expired, {codes} return codes without a note left")
    waits = _(
        "Retention waits: nobody has looked since {since}. If today is {today}, F9 twice lets it "
        "go on."
    )
    drafts = _("{count} calls are still going on from then: an operator has to end them.")
    aside = _("Vaults that restores put aside up to {through}, to be destroyed: {count}")
    return joined(
        shown(live.format(days=policy.note_days, months=policy.call_months), "bold"),
        " ",
        due.format(
            notes=sealed.notes,
            amendments=sealed.amendments,
            days=sealed.days,
            through=sealed.through,
        ),
        "     " + more.format(contacts=sealed.contacts, codes=sealed.return_codes),
        *_months(_("To become counts: {months}"), plan.fold),
        *_months(_("Stay, not published: {months}"), plan.unpublished),
        *_months(_("Stay, somebody waits or a note is still kept: {months}"), plan.waiting),
        drafts.format(count=plan.old_drafts) if plan.old_drafts else "",
        aside.format(through=sealed.through, count=sealed.aside) if sealed.aside else "",
        "" if plan.anything else _("Nothing is due."),
        "" if held is None else waits.format(since=held, today=today),
        by="\n",
    )


def _months(words: str, months: tuple[tuple[str, int], ...]) -> list[str]:
    if not months:
        return []
    named = ", ".join(f"{month} ({contacts})" for month, contacts in months[:_MOST_MONTHS])
    if len(months) > _MOST_MONTHS:
        more = _("{months} and {count} more")
        named = more.format(months=named, count=len(months) - _MOST_MONTHS)
    return [words.format(months=named)]
