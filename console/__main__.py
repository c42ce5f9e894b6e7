"""The command ``helpline``: what must hold before anything else runs, and how it ends."""

import contextlib
import faulthandler
import os
import sys
import threading
import warnings
from types import TracebackType

from console.home import default_home

_KEPT = "TEXTUAL_DISABLE_KITTY_KEY"
_PR_SET_DUMPABLE = 4
_INTERRUPTED = 130


def main() -> None:
    """Run the command line and leave with its exit code (see console.errors)."""
    harden()
    if not sys.flags.inspect:
        sys.exit(run())
    code = 1
    try:
        code = run()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException as error:
        _calm(type(error), error, None)
        raise
    finally:
        # python -i and PYTHONINSPECT would open a prompt with everything still in memory.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def harden() -> None:
    """Close what would write a caller's words elsewhere: logs, core dumps, tracebacks, modes.

    Files made from here on are the owner's alone. Variables that make Textual log keys or save
    its screen are dropped, so this has to come before its first import. What Python's own
    variables can switch on (PYTHONWARNINGS, PYTHONFAULTHANDLER) is switched off again.
    """
    os.umask(0o077)
    for name in [name for name in os.environ if name.startswith("TEXTUAL") and name != _KEPT]:
        del os.environ[name]
    if os.environ.get("TERM") == "linux":
        # The Linux console does not know the newer protocol for keys that Textual asks for.
        os.environ[_KEPT] = "1"
    _no_core_dump()
    sys.excepthook = _calm
    sys.unraisablehook = _nothing
    threading.excepthook = _thread
    warnings.simplefilter("ignore")
    faulthandler.disable()


def run() -> int:
    """Run one command; return its exit code, with one line on standard error if it failed."""
    from console.errors import ConsoleError

    try:
        if _only_opens():
            from console import tui

            return tui.run(default_home())
    except ConsoleError as error:
        return _fail(str(error), error.exit_code)
    return _command()


def _only_opens() -> bool:
    """Tell whether the console is to open on the vault there is: then nothing else is loaded."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return len(sys.argv) == 1 and terminal and (default_home() / "vault.db").is_file()


def _command() -> int:
    import click

    from console.cli import helpline
    from console.errors import ConsoleError

    try:
        code = helpline.main(prog_name="helpline", standalone_mode=False)
        sys.stdout.flush()
    except ConsoleError as error:
        return _fail(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except BrokenPipeError:
        # As click does for longer answers; Python would complain once more when it flushes.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ConsoleError.exit_code
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        return _fail(f"{error.strerror or type(error).__name__}{where}", ConsoleError.exit_code)
    return code if isinstance(code, int) else 0


def _fail(message: str, code: int) -> int:
    from console.text import plain

    sys.stderr.write(f"helpline: {plain(message, lines=False)}\n")
    return code


def _no_core_dump() -> None:
    try:
        import resource
    except ImportError:  # Windows writes none of its own accord
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        # A limit of zero does not hold where cores are piped to a collector; this does.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _calm(
    kind: type[BaseException], _error: BaseException | None, _trace: TracebackType | None, /
) -> None:
    """Say in one line that something unforeseen happened: a traceback could hold a note."""
    if issubclass(kind, KeyboardInterrupt):
        return
    sys.stderr.write(f"helpline: stopped by an unforeseen {kind.__name__}; please tell IT\n")


def _thread(what: threading.ExceptHookArgs) -> None:
    _calm(what.exc_type, what.exc_value, None)


def _nothing(_what: object) -> None:
    """Say nothing of an error in a finalizer: its message quotes the object."""


if __name__ == "__main__":
    main()
