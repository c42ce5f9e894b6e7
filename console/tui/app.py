"""The application: who is logged in, which screens there are, and what must never leak."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

from console.errors import ConsoleError
from console.text import plain
from console.tui.keybar import key_name
from console.tui.session import Session

LOCKED, OPEN = "locked", "open"
"""The two stacks of screens: only one has anything to hide."""

IDLE_SECONDS = 600.0
"""The console locks by itself after so long without a key."""


def local_now() -> datetime:
    """Return the time now, in the workstation's zone."""
    return datetime.now().astimezone()


class ConsoleApp(App[None]):
    """Wiring only: the session, the lock, the way in and out."""

    CSS_PATH = "console.tcss"
    TITLE = "Helpline"
    # A mouse selection can be copied, and what is copied leaves the console.
    ALLOW_SELECT = False
    BINDINGS = [
        Binding("f1", "help", "help"),
        Binding("f12,ctrl+l", "lock", "lock", key_display="F12", priority=True),
        Binding("ctrl+q", "leave", "quit", show=False, priority=True),
    ]

    def __init__(
        self,
        home: Path,
        *,
        member: str | None = None,
        passphrase: str | None = None,
        hint: str = "",
        now: Callable[[], datetime] = local_now,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.home = home
        self.hint = hint
        self.now = now
        self.ticks = ticks
        self.calm_line = ""
        self._session: Session | None = None
        self._given = (member, passphrase)
        self._last_key = 0.0
        self.animation_level = "none"

    @property
    def session(self) -> Session:
        """The unlocked vault; screens behind the unlock screen may rely on it."""
        if self._session is None:
            raise RuntimeError("no session")
        return self._session

    async def on_mount(self) -> None:
        """Open the unlock screen, or go straight in when a demonstration gave the passphrase."""
        from console.tui.unlock import UnlockScreen

        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                self._on_signal(getattr(signal, name))
        member, passphrase = self._given
        self._given = (member, None)
        self.add_mode(LOCKED, lambda: UnlockScreen(member))
        await self.switch_mode(LOCKED)
        if member and passphrase:
            try:
                await self.log_in(member, passphrase)
            except ConsoleError as error:
                self.notice(error)
        self.set_interval(5.0, self._lock_when_idle)

    def _on_signal(self, number: int) -> None:
        # The pilot of a test runs without a main thread's signals.
        try:
            asyncio.get_running_loop().add_signal_handler(number, self._leave_now)
        except (NotImplementedError, RuntimeError, ValueError):
            return

    def _leave_now(self) -> None:
        self._end(return_code=1)

    async def log_in(self, name: str, passphrase: str) -> None:
        """Unlock the vault and show the shift, or the call that was going on.

        Raises:
            ConsoleError: the one line to show; nothing has changed.
        """
        from console.tui.shift import ShiftScreen

        session = await Session.open(self.home, name, passphrase, now=self.now())
        self._session = session
        self._touch()
        self.add_mode(OPEN, ShiftScreen)
        await self.switch_mode(OPEN)

    def notice(self, error: ConsoleError | str) -> None:
        """Show one line until the next key; errors stay longer."""
        self.notify(
            plain(str(error), lines=False),
            severity="error" if isinstance(error, ConsoleError) else "information",
            timeout=8,
            markup=False,
        )

    async def action_lock(self) -> None:
        """Log out: the journal has the call, the screen has nothing."""
        if self._session is None:
            return
        self._keep(self._session)
        self._clipboard = ""
        self.clear_notifications()
        await self.switch_mode(LOCKED)
        # Gone, not covered: what the screens held goes with them.
        await self.remove_mode(OPEN)
        self._close_session()
        self.screen.refresh_bindings()

    def _keep(self, session: Session) -> None:
        """Have the screens journal what is not there yet."""
        for screen in self.screen_stack:
            keep = getattr(screen, "keep", None)
            if keep is not None:
                keep(session)

    def _close_session(self) -> None:
        """Finish what is queued, close the vault, give up its lock."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def action_leave(self) -> None:
        """Close the vault and leave; a call going on is in the journal."""
        self._end()

    def _end(self, return_code: int = 0) -> None:
        if self._session is not None:
            self._keep(self._session)
        self.exit(return_code=return_code)

    def on_unmount(self) -> None:
        """Close the vault once no screen can ask it anything any more."""
        self._close_session()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing to lock while nobody is in."""
        return not (action == "lock" and self._session is None)

    def action_help(self) -> None:
        """Show what the keys of this screen do."""
        from console.tui.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def on_key(self) -> None:
        """Remember that somebody is there."""
        self._touch()

    def _touch(self) -> None:
        self._last_key = time.monotonic()

    async def _lock_when_idle(self) -> None:
        if self._session is not None and time.monotonic() - self._last_key > IDLE_SECONDS:
            await self.action_lock()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer what the screen's keys do, and the themes; never a screenshot of a call."""
        for active in screen.active_bindings.values():
            binding = active.binding
            if active.enabled and binding.description and binding.action != "command_palette":
                key = key_name(self, binding)

                async def act(node: DOMNode = active.node, action: str = binding.action) -> None:
                    await self.run_action(action, node)

                yield SystemCommand(f"{binding.description.capitalize()} ({key})", "", act)
        yield SystemCommand(
            "Colours", "Dark, light, high contrast and more", self.action_change_theme
        )

    def copy_to_clipboard(self, text: str) -> None:
        """Keep ``text`` for pasting inside the console; the terminal is told nothing."""
        self._clipboard = text

    def _handle_exception(self, error: Exception) -> None:
        """Leave calmly: the type of the error, where it was, no values, no traceback."""
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._return_code = 1
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = (
            f"{Path(trace.tb_frame.f_code.co_filename).stem}:{trace.tb_lineno}" if trace else "?"
        )
        self.calm_line = (
            "helpline: the console had to stop; a call that was going on is in the journal and "
            f"comes back when you start it again. Tell IT: {type(error).__name__} at {where}."
        )
        if self._session is not None:
            self._keep(self._session)
        self._close_messages_no_wait()
