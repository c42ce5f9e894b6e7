"""The command ``helpline``: what must hold before anything else runs, and how it ends."""

import contextlib
import os
import sys
from types import TracebackType

_KEPT = "TEXTUAL_DISABLE_KITTY_KEY"
_PR_SET_DUMPABLE = 4
_INTERRUPTED = 130


def main() -> None:
    """Run the command line and leave with its exit code (see console.errors)."""
    harden()
    sys.exit(run())


def harden() -> None:
    """Close what would write a caller's words elsewhere: logs, core dumps, tracebacks, modes.

    Files made from here on are the owner's alone. Variables that make Textual log keys or save
    its screen are dropped, so this has to come before its first import.
    """
    os.umask(0o077)
    for name in [name for name in os.environ if name.startswith("TEXTUAL") and name != _KEPT]:
        del os.environ[name]
    _no_core_dump()
    sys.excepthook = _calm


def run() -> int:
    """Run one command; return its exit code, with one line on standard error if it failed."""
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
    kind: type[BaseException], _error: BaseException, _trace: TracebackType | None, /
) -> None:
    """Say in one line that something unforeseen happened: a traceback could hold a note."""
    if issubclass(kind, KeyboardInterrupt):
        return
    sys.stderr.write(f"helpline: stopped by an unforeseen {kind.__name__}; please tell IT\n")


if __name__ == "__main__":
    main()
