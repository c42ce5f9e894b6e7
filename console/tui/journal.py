"""The journal of a call as its screen sees it: when to save, and whether it is true that it is."""

from collections.abc import Callable
from dataclasses import dataclass

from textual import work
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from console import calls
from console.calls import Draft
from console.errors import ConsoleError
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
        """There is something new to say of what is saved."""

        trouble: bool

    def __init__(self, latest: Callable[[], Draft]) -> None:
        super().__init__()
        self._latest = latest
        self._due: Timer | None = None
        self._unsaved = False
        self._trouble = False
        self._over = False
        self.words = ""
        self.display = False

    def changed(self) -> None:
        """Something was typed or coded: the journal has it within half a second."""
        if self._over:
            return
        if not self._unsaved:
            self._unsaved = True
            self._say()
        if self._due is None:
            self._due = self.set_timer(SAVE_SECONDS, self._save)

    @work(group="journal")
    async def _save(self) -> None:
        self._unsaved = False
        try:
            await self.app.session.call(calls.save, self._latest(), now=self.app.now())
        except ConsoleError as error:
            self._fail(error)
        else:
            self._trouble = self.display = False
            self._at = f"saved {self.app.now():%H:%M:%S}"
        if not self._over:
            wait = RETRY_SECONDS if self._trouble else SAVE_SECONDS
            self._due = self.set_timer(wait, self._save) if self._unsaved else None
            self._say()

    def _fail(self, error: ConsoleError) -> None:
        self._unsaved = True
        if not self._trouble:
            self.app.bell()
        self._trouble = self.display = True
        self.update(
            shown(f"NOT SAVED. {error} Go on: your words stay here and are saved when it works.")
        )

    def _say(self) -> None:
        if self._trouble:
            self.words = "NOT SAVED"
        else:
            self.words = "saving …" if self._unsaved else self._at
        self.post_message(self.Told(self._trouble))

    _at = ""

    def keep(self, session: Session) -> None:
        """Journal at once what is not there yet: the lock, a signal or the end of the program."""
        if self._unsaved and not self._over:
            session.submit(calls.save, self._latest(), now=self.app.now())

    def end(self) -> None:
        """The call has ended, or is in other hands: nothing is saved any more."""
        self._over = True
        self._unsaved = False
        if self._due is not None:
            self._due.stop()
