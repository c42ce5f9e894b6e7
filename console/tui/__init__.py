"""The console: screens that show, ask, and call one function of a room."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from console import language
from console.errors import BadUsage

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from console.tui.app import ConsoleApp


def run(
    home: Path, *, member: str | None = None, passphrase: str | None = None, hint: str = ""
) -> int:
    """Open the console on the vault in ``home`` and return the exit code when it is left.

    With ``member`` and ``passphrase`` it is opened unlocked. ``hint`` is a line that the unlock
    screen shows, for a demonstration to say who may log in.

    Raises:
        BadUsage: the terminal cannot show a screen.
    """
    from console.tui.app import ConsoleApp

    return show(ConsoleApp(home, member=member, passphrase=passphrase, hint=hint))


def show(app: "ConsoleApp") -> int:
    """Run the application on this terminal and return the exit code when it is left.

    Raises:
        BadUsage: the terminal cannot show a screen.
    """
    from console.tui.terminal import refusal

    language.use(language.remembered(app.home) or language.preferred(os.environ))
    why_not = refusal(os.environ)
    if why_not is not None:
        raise BadUsage(why_not)

    app.fit(os.environ, getattr(sys.__stderr__, "encoding", None) or "ascii")
    silence(app.thread_failed)
    app.run()
    if app.calm_line:
        # Printed after the terminal is back to normal, so that it is not lost with the screen.
        sys.stderr.write(app.calm_line + "\n")
    return app.return_code or 0


def silence(thread_failed: "Callable[[threading.ExceptHookArgs], object]") -> None:
    """Let no library log anything, and tell ``thread_failed`` of threads that ended in an error.

    asyncio and others log tracebacks, with what the values of a failed call say of themselves.
    """
    import logging
    import threading

    logging.disable(logging.CRITICAL)
    logging.lastResort = None
    threading.excepthook = thread_failed
