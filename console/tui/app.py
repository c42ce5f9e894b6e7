"""The application: who is logged in, which screens there are, and what must never leak."""

import asyncio
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.filter import LineFilter, NoColor
from textual.screen import Screen

from console.errors import ConsoleError
from console.language import _, later
from console.tui import palette, terminal, themes
from console.tui.calm import CalmApp
from console.tui.clocks import local_now, steady
from console.tui.closing import Closing
from console.tui.forget import forget
from console.tui.glyphs import Printable, Undimmed
from console.tui.keybar import Deed
from console.tui.session import Session

if TYPE_CHECKING:
    from console.calls import Unkept
    from console.vault.purge import Emergency

LOCKED, OPEN = "locked", "open"
"""The two stacks of screens: only one has anything to hide."""

IDLE_SECONDS = 600.0
"""The console locks by itself after so long without a key, the mouse or a paste."""

SIGNALS = ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2")
"""What would otherwise end the program with the call still on the screen."""


class ConsoleApp(CalmApp):
    """Wiring only: the session, the lock, the way in and out."""

    CSS_PATH = "console.tcss"
    # The way in is there from the first frame: going to it later would read the styles anew.
    DEFAULT_MODE = LOCKED
    TITLE = "Helpline"
    # A mouse selection can be copied, and what is copied leaves the console.
    ALLOW_SELECT = False
    BINDINGS = [
        Binding("f1", "help", later("help")),
        Binding("f12,ctrl+l", "lock", later("lock"), key_display="F12", priority=True),
        Binding("shift+f12", "emergency", later("destroy everything that is sealed"), show=False),
        Binding("ctrl+q", "leave", later("quit"), show=False, priority=True),
        Binding("ctrl+p", "command_palette", later("commands"), show=False, priority=True),
    ]

    def __init__(
        self,
        home: Path,
        *,
        member: str | None = None,
        passphrase: str | None = None,
        hint: str = "",
        now: Callable[[], datetime] = local_now,
        ticks: Callable[[], float] = steady,
    ) -> None:
        super().__init__(driver_class=terminal.driver())
        self.home = home
        self.hint = hint
        self.now = now
        self.ticks = ticks
        self._session: Session | None = None
        self._given = (member, passphrase)
        self._kept: list[Future[Unkept | None]] = []
        self._locked_up: Closing | None = None
        self.unkept: Unkept | None = None
        self._warned = False
        self._last_sign = 0.0
        self._nothing_to_keep = False
        self._printable = Printable()
        self.animation_level = "none"
        self._dress()

    def _dress(self) -> None:
        for theme in themes.THEMES:
            self.register_theme(theme)
        self._put_on(themes.chosen(self.home) or themes.DARK)
        for name in self.available_themes.keys() - {theme.name for theme in themes.THEMES}:
            self.unregister_theme(name)

    def _put_on(self, theme: str) -> None:
        """Have ``theme`` on from the first frame: a change would read all the styles again."""
        dark = self.available_themes[theme].dark
        self.set_reactive(App.theme, theme)
        self.remove_class(*(name for name in self.classes if name.startswith("-theme-")))
        self.add_class(f"-theme-{theme}")
        self.set_class(dark, "-dark-mode").set_class(not dark, "-light-mode")
        self.stylesheet.set_variables(self.get_css_variables())

    def fit(self, environment: Mapping[str, str], encoding: str) -> None:
        """Suit the terminal of ``environment`` whose stream has ``encoding``, before the start.

        Sixteen colours are shown in high contrast, unless something else was chosen.
        """
        self._printable = Printable(
            limited=terminal.limited(environment, encoding), encoding=encoding
        )
        few_colours = self.console.color_system in {None, "standard"}
        if few_colours and themes.chosen(self.home) is None:
            self._put_on(themes.HIGH_CONTRAST)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Add ours to what every line passes on its way to the terminal."""
        filters = [*super().get_line_filters(), self._printable]
        if self.theme == themes.HIGH_CONTRAST:
            filters.insert(0, Undimmed())
        if self.no_color:
            # Textual greys its colours but still sends them; here none is sent.
            filters.append(NoColor())
        return filters

    @property
    def session(self) -> Session:
        """The unlocked vault; screens behind the unlock screen may rely on it."""
        if self._session is None:
            raise RuntimeError("no session")
        return self._session

    def get_default_screen(self) -> Screen[None]:
        """Return what is under everything else: the way in."""
        from console.tui.unlock import UnlockScreen

        return UnlockScreen(self._given[0])

    async def on_mount(self) -> None:
        """Wait to be unlocked, or go straight in when a demonstration gave the passphrase."""
        self.add_mode(LOCKED, self.get_default_screen)
        for name in SIGNALS:
            if hasattr(signal, name):
                self._on_signal(getattr(signal, name))
        asyncio.get_running_loop().set_exception_handler(self.unforeseen)
        self.theme_changed_signal.subscribe(
            self, lambda theme: themes.choose(self.home, theme.name)
        )
        member, passphrase = self._given
        self._given = (member, None)
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
        await self.closed()
        session = await Session.open(self.home, name, passphrase, now=self.now())
        self._session = session
        self._nothing_to_keep = False
        self._touch()
        await self._go_in()

    async def _go_in(self) -> None:
        from console.tui.shift import ShiftScreen

        self.add_mode(OPEN, ShiftScreen)
        await self.switch_mode(OPEN)

    async def action_lock(self) -> None:
        """Log out at once: the journal gets the call, the screen has nothing, the vault closes."""
        if self._session is None:
            return
        self._wipe()
        self.keep_words()
        self._session.end()
        self._clipboard = ""
        self.clear_notifications()
        # Nothing is drawn until what could be is gone: a clock would bring its screen back.
        with self.batch_update():
            await self.switch_mode(LOCKED)
            # Gone, not covered: what the screens held goes with them.
            await self.remove_mode(OPEN)
        self._close_session()
        self.screen.refresh_bindings()
        self.screen.refresh(layout=True)
        self.call_after_refresh(forget, self)
        self.run_worker(self._forget_when_closed(), description="closing")

    async def _forget_when_closed(self) -> None:
        """Have the way in say what it waits for; then forget what was still on its way."""
        from console.tui.unlock import UnlockScreen

        way_in = self.screen_stack[0]
        if isinstance(way_in, UnlockScreen):
            await way_in.wait_for_vault()
        await self.closed()
        forget(self)
        self.set_timer(1.0, partial(forget, self))

    def _wipe(self) -> None:
        """Clear the terminal and what has scrolled out of it; headless there is none."""
        wipe = getattr(self._driver, "wipe", None)
        if wipe is not None:
            wipe()

    def keep_words(self) -> None:
        """Have the screens journal what is not there yet; nothing after an emergency."""
        session = self._session
        if session is None or self._nothing_to_keep:
            return
        for screen in self.screen_stack:
            keep = getattr(screen, "keep", None)
            kept = keep(session) if keep is not None else None
            if kept is not None:
                self._kept.append(kept)

    def _close_session(self) -> None:
        """Have what is queued finished, the vault closed and its lock given up: not waited for."""
        session, self._session = self._session, None
        if session is not None:
            self._locked_up = Closing(session, self._kept)
            self._kept.clear()

    @property
    def closing(self) -> bool:
        """Whether a vault that was locked is still at work, so that nobody can unlock it."""
        return self._locked_up is not None and not self._locked_up.done

    async def closed(self) -> None:
        """Wait until a vault that was locked is closed, and what it could not keep is known."""
        closing = self._locked_up
        if closing is not None:
            await closing.wait()
        if closing is self._locked_up:
            self._take_unkept()

    def _take_unkept(self) -> None:
        """Take what the disk did not, once the vault is closed; waits for that."""
        closing, self._locked_up = self._locked_up, None
        if closing is not None:
            self.unkept = closing.unkept() or self.unkept

    def action_leave(self) -> None:
        """Close the vault and leave; a call going on is in the journal, or one is told."""
        if self.closing:
            self.run_worker(self._leave_when_closed(), group="leave", exclusive=True)
            return
        self._take_unkept()
        if self._warned or not (self._on_screen_alone or self.unkept is not None):
            self._end()
            return
        self._warned = True
        self.notice(
            ConsoleError(
                _(
                    "The last words are NOT SAVED: make room on the disk, then they are. Leaving "
                    "once more loses them."
                )
            )
        )

    async def _leave_when_closed(self) -> None:
        """Know first whether words would be lost."""
        await self.closed()
        self.action_leave()

    @property
    def _on_screen_alone(self) -> bool:
        """Whether a screen has words that the disk does not take."""
        return any(getattr(screen, "unsaved", False) for screen in self.screen_stack)

    def _end(self, return_code: int = 0) -> None:
        self.keep_words()
        if self._session is not None:
            self._session.end()
        self.exit(return_code=return_code)

    def on_unmount(self) -> None:
        """Close the vault once no screen can ask it anything any more."""
        self._close_session()
        self._take_unkept()
        if self.unkept is not None and not self.calm_line:
            self.calm_line = _(
                "helpline: the last words of a call could not be saved; what was saved before is "
                "in the journal. Make room on the disk before the next call."
            )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing to lock or to destroy while nobody is in; IT holds nothing to destroy."""
        if action == "emergency":
            return self._session is not None and self._session.member.role != "it"
        return not (action == "lock" and self._session is None)

    def action_emergency(self) -> None:
        """Ask whether everything sealed is to be destroyed."""
        from console.tui.purge import EmergencyScreen

        if not isinstance(self.screen, EmergencyScreen):
            self.push_screen(EmergencyScreen(), self._after_emergency)

    async def _after_emergency(self, done: "Emergency | None") -> None:
        from console.tui.purge import tell_left

        if done is not None:
            self._nothing_to_keep = True
            await self.action_lock()
            tell_left(self.screen_stack[0], done)

    def action_help(self) -> None:
        """Show what the keys of this screen do."""
        from console.tui.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen), self._do)

    def _do(self, deed: Deed | None) -> None:
        if deed is not None:
            deed.run()

    async def on_event(self, event: events.Event) -> None:
        """Remember that somebody is there: a key, the mouse, a paste."""
        if isinstance(event, events.InputEvent | events.Paste):
            self._touch()
        await super().on_event(event)

    def _touch(self) -> None:
        self._last_sign = self.ticks()

    async def _lock_when_idle(self) -> None:
        if self._session is not None and self.ticks() - self._last_sign > IDLE_SECONDS:
            await self.action_lock()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer what the screen's keys do, themes and languages; never a screenshot of a call."""
        return palette.commands(self, screen)

    def action_command_palette(self) -> None:
        """Show what can be done, to be searched."""
        palette.show(self)

    def search_themes(self) -> None:
        """Show the themes, to be searched."""
        palette.show_themes(self)

    async def anew(self) -> None:
        """Make the screens anew, a call as it was; not while words are on a screen alone."""
        if self._session is not None:
            self.keep_words()
            await self._session.reload_book()
            kept, self._kept = self._kept, []
            if not (self._on_screen_alone or any(k.exception() or k.result() for k in kept)):
                with self.batch_update():
                    await self.switch_mode(LOCKED)
                    await self.remove_mode(OPEN)
                    await self._go_in()
        self.screen.post_message(events.ScreenResume())
        self.screen.refresh_bindings()

    def uncover(self, screen: Screen[Any]) -> None:
        """Take away what lies over ``screen``: dismissing takes what is on top, whatever it is."""
        while screen in self.screen_stack and self.screen is not screen:
            self.pop_screen()

    def copy_to_clipboard(self, text: str) -> None:
        """Keep ``text`` for pasting inside the console; the terminal is told nothing."""
        self._clipboard = text

    def _set_pointer_shape(self, shape: str) -> None:
        """Leave the pointer as it is: no operating system command goes to the terminal."""
