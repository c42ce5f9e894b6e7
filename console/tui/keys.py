"""The keys: who holds what, how old the vault's key is, and its rotation."""

from datetime import date

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import ProgressBar, Static

from console.errors import ConsoleError
from console.language import _, later
from console.tui.app import ConsoleApp
from console.tui.keybar import KeyBar
from console.tui.shown import joined, shown
from console.vault import KeyStatus, KitStatus, RotationReport, Vault


def _said(status: KeyStatus, today: date) -> list[Content]:
    """Return where the keys stand, in sentences, what is due in bold."""
    made = _("The vault's key is number {epoch}, made on {made_on}.")
    due = _("It should have been replaced by {day}: F8 does it.")
    in_time = _("A new one is due by {day}.")
    generation = _("The notes' key is of generation {generation}, made on {day}.")
    overdue = status.overdue(today)
    said = [
        shown(made.format(epoch=status.epoch, made_on=status.made_on), "bold"),
        shown(
            (due if overdue else in_time).format(day=status.rotate_by), "bold" if overdue else ""
        ),
    ]
    if status.note_generation:
        words = generation.format(generation=status.note_generation, day=status.notes_made_on)
        said.append(shown(words))
    for names, sentence in (
        (status.waiting, _("Awaiting approval: {names}")),
        (
            status.leaving,
            _("Removed: {names}. An operator who logs in makes a new notes' key."),
        ),
    ):
        if names:
            said.append(shown(sentence.format(names=", ".join(names))))
    if status.to_reseal:
        left = _(
            "To be sealed under the newest notes' key, while an operator is logged in: {count}"
        )
        said.append(shown(left.format(count=status.to_reseal)))
    return said


def _kit(status: KitStatus | None, today: date) -> Content:
    """Return how the recovery kit stands, in bold where a new one is due."""
    if status is None:
        none = _("No recovery kit: if all passphrases were lost, so would be the vault.")
        return shown(none, "bold")
    if not status.opens_all:
        due = _("Recovery kit {number} does not open everything any more: make a new one.")
        return shown(due.format(number=status.number), "bold")
    proven = _("Recovery kit {number}, any {threshold} of {shares} sheets: proven {days} days ago.")
    unproven = _("Recovery kit {number}, any {threshold} of {shares} sheets: never proven.")
    days = 0
    if status.proven_on is not None:
        days = max(0, (today - date.fromisoformat(status.proven_on)).days)
    return shown(
        (unproven if status.proven_on is None else proven).format(
            number=status.number, threshold=status.threshold, shares=status.shares, days=days
        )
    )


class KeysScreen(Screen[None]):
    """For IT: nothing here needs or shows a note."""

    app: ConsoleApp
    HELP = later(
        "Rotation gives the vault a new key. No passphrase changes and nobody else is needed.\n"
        "A power cut in the middle of it harms nothing: the vault is then as before."
    )
    BINDINGS = [
        Binding("f8", "rotate", later("rotate the vault's key")),
        Binding("escape", "dismiss", later("back")),
    ]

    def compose(self) -> ComposeResult:
        """The state of the keys, and how far a rotation is."""
        yield Static(id="keys")
        yield ProgressBar(total=1.0, show_eta=False, id="progress")
        yield Static(id="rotated")
        yield KeyBar()

    async def on_mount(self) -> None:
        """Read the state of the keys."""
        self.query_one(ProgressBar).display = False
        await self._show()

    async def _show(self) -> None:
        status = await self.app.session.call(Vault.key_status)
        kit = await self.app.session.call(Vault.kit_status)
        today = self.app.now().date()
        members = await self.app.session.call(Vault.members)
        self.query_one("#keys", Static).update(
            joined(
                *_said(status, today),
                _kit(kit, today),
                " ",
                *(
                    joined(
                        f"{each.name:<14}",
                        f"{_(each.role):<12}",
                        _("holds the notes' key") if each.holds_notes else _("cannot read notes"),
                    )
                    for each in members
                ),
                by="\n",
            )
        )

    @work(exclusive=True)
    async def action_rotate(self) -> None:
        """Rotate the vault's key."""
        bar, said = self.query_one(ProgressBar), self.query_one("#rotated", Static)
        bar.display = True

        def progress(step: str, share: float) -> None:
            self.app.call_from_thread(bar.update, progress=share)
            self.app.call_from_thread(said.update, shown(_(step)))

        def rotate(vault: Vault) -> RotationReport:
            return vault.rotate(now=self.app.now(), progress=progress)

        try:
            report = await self.app.session.call(rotate)
        except ConsoleError as error:
            said.update(shown(str(error)))
            return
        done = _("Done in {seconds} s: the old key opens nothing any more.")
        said.update(
            joined(
                shown(done.format(seconds=f"{report.seconds:.1f}"), "bold"),
                shown(_("Head of the trail, to be kept outside:")),
                shown(report.head, "bold"),
                by="\n",
            )
        )
        await self._show()
