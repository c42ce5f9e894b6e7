"""The journal of a call as its screen sees it: when to save, and whether it is true that it is."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from textual import work
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from console import calls
from console.calls import Draft, Unkept
from console.errors import ConsoleError
from console.language import _
from console.tui.app import ConsoleApp
from console.tui.session import Session
from console.tui.shown import shown

SAVE_SECONDS = 0.25
"""From the first unsaved key to the journal; what a kill can cost is this and a disk's flush."""

RETRY_SECONDS = 2.0


class Journal(Static):
    """Saves a draft soon after it changed, again and again; silent until it can't, then loud."""

    app: ConsoleApp

    @dataclass
    class Told(Message):
        """There is something new to say of what is saved; ``settled`` after a try to save."""

        settled: bool

    def __init__(self, latest: Callable[[], Draft]) -> None:
        super().__init__()
        self._latest = latest
        self._due: Timer | None = None
        self._unsaved = False
        self._saving = False
        self._trouble = False
        self._held = False
        self._over = False
        self.words = ""
        self.display = False

    def changed(self) -> None:
        """Something was typed or coded: the journal has it within half a second."""
        if self._over:
            return
        if not self._unsaved:
            self._unsaved = True
            self._say(settled=False)
        if self._due is None and not self._held:
            self._due = self.set_timer(SAVE_SECONDS, self._save)

    @work(group="journal")
    async def _save(self) -> None:
        self._unsaved, self._saving = False, True
        try:
            await self.app.session.call(calls.save, self._latest(), now=self.app.now())
        except ConsoleError as error:
            self._fail(error)
        else:
            self._trouble = self.display = False
            self._at = _("saved {time}").format(time=f"{self.app.now():%H:%M:%S}")
        self._saving = False
        self._due = None
        if not self._over:
            if self._unsaved and not self._held:
                wait = RETRY_SECONDS if self._trouble else SAVE_SECONDS
                self._due = self.set_timer(wait, self._save)
            self._say(settled=True)

    def _fail(self, error: ConsoleError) -> None:
        self._unsaved = True
        if not self._trouble:
            self.app.bell()
        self._trouble = self.display = True
        words = _("NOT SAVED. {error} Go on: your words stay here and are saved when it works.")
        self.update(shown(words.format(error=error)))

    def _say(self, *, settled: bool) -> None:
        if self._trouble:
            self.words = _("NOT SAVED")
        else:
            self.words = _("saving …") if self._unsaved else self._at
        self.post_message(self.Told(settled))

    _at = ""

    @property
    def unsaved(self) -> bool:
        """Whether the journal could not take what is on the screen."""
        return self._trouble and (self._unsaved or self._saving)

    def keep(self, session: Session) -> Future[Unkept | None] | None:
        """Journal at once what is not there yet: the lock, a signal or the end of the program."""
        # A save that is on its way may still fail: then this one keeps the words.
        if self._over or not (self._unsaved or self._saving):
            return None
        return session.submit(calls.keep, self._latest(), now=self.app.now())

    def hold(self) -> None:
        """Save nothing while the call is being ended: a late save would open it again."""
        self._held = True
        if self._due is not None:
            self._due.stop()
            self._due = None

    def go_on(self) -> None:
        """Save again: the call could not be ended."""
        self._held = False
        self.changed()

    def end(self) -> None:
        """The call has ended, or is in other hands: nothing is saved any more."""
        self._over = True
        self._unsaved = False
        if self._due is not None:
            self._due.stop()
