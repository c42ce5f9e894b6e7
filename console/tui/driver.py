"""Between the terminal and the console: keys that cannot crash it, and nothing left behind."""

import selectors
from codecs import getincrementaldecoder
from collections.abc import Iterable
from os import read
from typing import IO, TYPE_CHECKING, Any, cast

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from console.text import plain

if TYPE_CHECKING:
    from io import TextIOWrapper

    from textual.app import App

LARGEST = 1000
"""Columns or rows that a terminal is believed to have."""

_POLL_SECONDS = 0.1
_BLOCK = 4096


class KeyParser(XTermParser):
    """Textual's reader of keys, which malformed sequences cannot stop.

    The stock one fails for good on a code point that is none (``ESC[1588::115;5u`` from some
    terminals under an Arabic layout), on sizes of nothing, and passes on halves of characters
    that no text can hold.
    """

    def feed(self, data: str) -> Iterable[Message]:
        """Yield what ``data`` says: pasted text plain, sizes that no terminal has left out."""
        for message in super().feed(data):
            if isinstance(message, events.Paste):
                message.text = plain(message.text)
            if not isinstance(message, events.Resize) or all(
                0 < length <= LARGEST for length in message.size
            ):
                yield message

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        try:
            keys = list(super()._sequence_to_key_events(sequence, alt))
        except (ArithmeticError, LookupError, TypeError, ValueError):
            return
        for key in keys:
            if key.character is None or not any("\ud800" <= c <= "\udfff" for c in key.character):
                yield key

    def parse_mouse_code(self, code: str) -> Message | None:
        """Return the mouse event of ``code``, None if it makes no sense."""
        try:
            return super().parse_mouse_code(code)
        except (ArithmeticError, ValueError):
            return None


class Outlet:
    """A terminal to write to; once it has gone, what is written is dropped.

    Textual's writer would end with a traceback and its queue fill up, so that the console would
    hang before it has closed the vault.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> None:
        """Write ``text``."""
        self._try(self._file.write, text)

    def flush(self) -> None:
        """Send what was written."""
        self._try(self._file.flush)

    def fileno(self) -> int:
        """Return the descriptor of the terminal."""
        return self._file.fileno()

    def _try(self, act: Any, *arguments: str) -> None:
        if self._gone:
            return
        try:
            act(*arguments)
        except OSError:
            self._gone = True


class ConsoleDriver(LinuxDriver):
    """Textual's driver for Linux and macOS, made tidy."""

    def __init__(
        self,
        app: "App[Any]",
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=False, mouse=mouse, size=size)
        if self._file is not None:
            self._file = cast("TextIOWrapper", Outlet(self._file))

    def wipe(self) -> None:
        """Clear the screen line by line, then what has scrolled out of it.

        Line by line because some terminals move a screen that is cleared as a whole into their
        scrollback. Where there is no second screen (the Linux console, GNU screen as it is
        delivered) this is what takes a note off the first.
        """
        if self._writer_thread is None:
            return
        _, rows = self._get_terminal_size()
        lines = "".join(f"\x1b[{row};1H\x1b[2K" for row in range(1, rows + 1))
        self.write(f"\x1b[0m{lines}\x1b[1;1H\x1b[3J")

    def stop_application_mode(self) -> None:
        """Give the terminal back with nothing of the console on it."""
        self.wipe()
        super().stop_application_mode()

    def _run_input_thread(self) -> None:
        """Read keys; an error goes the way of every thread's, not into a traceback on exit."""
        self.run_input_thread()

    def run_input_thread(self) -> None:
        """Read keys until the console ends or the terminal has gone.

        As the stock one, but bytes that are no UTF-8 become replacement characters instead of the
        end of the program, and so does the end of the terminal become the end of the console.
        """
        parser = KeyParser()
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_POLL_SECONDS):
                    try:
                        data = read(self.fileno, _BLOCK)
                    except OSError:
                        data = b""
                    if not data:
                        self._app.call_later(self._app.run_action, "app.leave")
                        return
                    # Empty while a character has come by half; the parser takes that for the end.
                    if text := decode(data):
                        self._process(parser.feed(text))
                self._process(parser.tick())

    def _process(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def _query_in_band_window_resize(self) -> None:
        """Not asked: a signal tells of a new size, and terminals that do not know this print it."""
