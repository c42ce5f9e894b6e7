"""When something goes wrong: one line for who is there, nothing of a call, and no traceback."""

import asyncio
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from textual.app import App
from textual.worker import WorkerFailed

from console.errors import ConsoleError
from console.language import _
from console.text import plain


def whereabouts(error: BaseException | None) -> str:
    """Return the type of ``error`` and the place that it came from, and nothing that it says."""
    trace = error.__traceback__ if error is not None else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    place = f"{Path(trace.tb_frame.f_code.co_filename).stem}:{trace.tb_lineno}"
    return f"{type(error).__name__} at {place}"


class CalmApp(App[None]):
    """An application that shows an expected error as a notice and stops calmly at any other."""

    calm_line = ""
    """What the terminal says once the screen is gone, empty if nothing went wrong."""

    def keep_words(self) -> None:
        """Have what is on the screen kept before the application stops; here there is nothing."""

    def notice(self, error: ConsoleError | str) -> None:
        """Show one line until the next key; errors stay longer."""
        self.notify(
            plain(str(error), lines=False),
            severity="error" if isinstance(error, ConsoleError) else "information",
            timeout=8,
            markup=False,
        )

    def stop_calmly(self, error: BaseException | None) -> None:
        """End, and leave a line with the type of the error and where it was: no values."""
        self._return_code = 1
        if not self.calm_line:
            self.calm_line = _(
                "helpline: the console had to stop; a call that was going on is in the journal "
                "and comes back when you start it again. Tell IT: {where}."
            ).format(where=whereabouts(error))
        # What stopped the console may stop this too, and must not hide the line above.
        with suppress(Exception):
            self.keep_words()
        self._close_messages_no_wait()

    def unforeseen(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Deal with what a callback or a task raised and nobody was there to take."""
        error = context.get("exception")
        if self._exit or error is None or isinstance(error, asyncio.CancelledError):
            return
        if isinstance(error, ConsoleError):
            self.notice(error)
        else:
            self.stop_calmly(error)

    def thread_failed(self, what: threading.ExceptHookArgs) -> None:
        """Stop calmly when a thread ended in an error; called in that thread."""
        self.call_later(self.stop_calmly, what.exc_value)

    def panic(self, *renderables: object) -> None:
        """Stop calmly; what Textual would have printed may hold a note."""
        self.stop_calmly(sys.exc_info()[1])

    def _handle_exception(self, error: Exception) -> None:
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
            error = error.error
            if isinstance(error, ConsoleError):
                self.notice(error)
                return
        self.stop_calmly(error)

    def _fatal_error(self) -> None:
        self.stop_calmly(sys.exc_info()[1])

    def _print_error_renderables(self) -> None:
        self._exit_renderables.clear()
