"""``helpline demo``: a throw-away vault to try everything on."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.cli.answer import progress, say
from console.cli.session import Session, now, pass_session
from console.cli.throwaway import throw_away
from console.errors import BadUsage

if TYPE_CHECKING:
    from console.demo import Demonstration

OPERATOR = "amina"


@click.command()
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Make it here and keep it, rather than in a folder that goes when you leave.",
)
@click.option("--no-console", is_flag=True, help="Make it and say who may log in, no more.")
@click.pass_context
@pass_session
def demo(session: Session, context: click.Context, home: Path | None, no_console: bool) -> int:
    """Try everything on a made-up helpline.

    Makes a throw-away vault of made-up calls, partners and a rota, and opens the console on it.
    """
    if home is None and _named_on_the_command_line(context.find_root()):
        home = session.home
    if home is None and no_console:
        raise BadUsage("a vault to keep needs a place: helpline demo --home DIR --no-console")
    if not no_console and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadUsage("the console needs a terminal; --home DIR --no-console makes the vault only")
    with _folder(home) as folder:
        made = _make(folder)
        _say_who(folder, made, kept=home is not None)
        if no_console:
            return 0
        click.prompt("Enter opens the console", default="", show_default=False, prompt_suffix=" ")
        from console import tui

        return tui.run(folder, member=OPERATOR, passphrase=made.passphrase, hint=_hint(made))


def _named_on_the_command_line(context: click.Context) -> bool:
    """Tell whether ``--home`` stood before the command; the variable is for one's own vault."""
    return context.get_parameter_source("home") is click.core.ParameterSource.COMMANDLINE


@contextmanager
def _folder(home: Path | None) -> Iterator[Path]:
    """Yield the folder to use; one of our own making is removed afterwards."""
    if home is not None:
        yield home
        return
    with throw_away("helpline-demo-") as made:
        yield made


def _make(folder: Path) -> "Demonstration":
    from console import vault
    from console.demo import build

    if vault.exists(folder):
        raise BadUsage(f"there is a vault in {folder} already; name another folder")
    with progress() as tell:
        return build(folder, now=now(), progress=tell)


def _say_who(folder: Path, made: "Demonstration", *, kept: bool) -> None:
    say(
        "A helpline of made-up calls. Who may log in:",
        *(f"  {name:<8}{role}" for name, role in made.members),
        f"The passphrase of all of them: {made.passphrase}",
        "In another terminal, once nobody is logged in here:",
        f"  HELPLINE_HOME={folder} {_command()} --as {OPERATOR}",
    )
    if not kept:
        say("All of it goes when you leave the console; --home DIR keeps it.")


def _command() -> str:
    """Return how this program is called from here: it may not be on the path."""
    called = sys.argv[0]
    return (
        called if Path(called).name == "helpline" and not shutil.which("helpline") else "helpline"
    )


def _hint(made: "Demonstration") -> str:
    names = ", ".join(f"{name} ({role})" for name, role in made.members)
    return f"Made-up data. Log in as {names}.\nPassphrase of all of them: {made.passphrase}"
