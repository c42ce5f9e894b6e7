"""What kind of terminal this is: whether the console can run on it, and what it can draw."""

import codecs
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from console.language import _

if TYPE_CHECKING:
    from textual.driver import Driver

_NO_SCREEN = {"", "dumb", "unknown"}
_WITHOUT_UNICODE = {"C", "POSIX"}
_COERCED = {"C.UTF-8", "C.utf8", "UTF-8"}


def refusal(environment: Mapping[str, str], platform: str = sys.platform) -> str | None:
    """Return why the console cannot run here and what to do, one line; None where it can.

    On Windows TERM says nothing.
    """
    term = environment.get("TERM", "")
    if term not in _NO_SCREEN or platform == "win32":
        return None
    if not term:
        return _(
            "TERM is not set, so the terminal cannot show a screen; open an ordinary terminal "
            "window, or see helpline --help for the commands that work here"
        )
    return _(
        "this terminal is '{terminal}', which cannot show a screen; open an ordinary terminal "
        "window, or see helpline --help for the commands that work here"
    ).format(terminal=term)


def limited(environment: Mapping[str, str], encoding: str) -> bool:
    """Return whether frames and marks have to be drawn in ASCII.

    So it is on the Linux console, whose font holds 256 or 512 characters, where ``encoding`` (of
    the terminal's stream) is not Unicode, and where somebody set a locale without it: Python
    takes those for UTF-8 (PEP 538 and 540), the terminal need not.
    """
    if environment.get("TERM", "") == "linux":
        return True
    try:
        unicode = codecs.lookup(encoding).name.startswith("utf")
    except LookupError:
        unicode = False
    if not unicode:
        return True
    # Python itself sets LC_CTYPE where the locale is C (PEP 538): that was nobody's choice.
    spoken = environment.get("LC_CTYPE", "")
    if spoken in _COERCED:
        spoken = ""
    chosen = environment.get("LC_ALL", "") or spoken or environment.get("LANG", "")
    return chosen in _WITHOUT_UNICODE


def driver(platform: str = sys.platform) -> "type[Driver] | None":
    """Return our driver where terminals are files; elsewhere Textual knows its own."""
    if platform == "win32":
        return None
    from console.tui.driver import ConsoleDriver

    return ConsoleDriver
