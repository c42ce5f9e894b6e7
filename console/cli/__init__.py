"""The command line: parse, unlock, call one function of a room, print.

Rooms are imported inside the commands that need them, so that help and errors come at once.
"""

import os
import sys
from pathlib import Path

import click

from console import __version__
from console.cli import (
    bundles,
    calls,
    cards,
    codes,
    demo,
    figures,
    guard,
    keys,
    members,
    partners,
    practice,
    rota,
    trail,
    vault,
)
from console.cli.answer import say
from console.cli.session import Session, now
from console.errors import BadUsage, CannotUnlock
from console.home import default_home

__all__ = ["helpline"]


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HELPLINE_HOME",
    show_envvar=True,
    help="The folder of the vault.  [default: in the user's data folder]",
)
@click.option("--as", "member", metavar="MEMBER", help="Who you are, where it is not plain.")
@click.option(
    "--passphrase-file",
    metavar="FILE",
    help="Read your passphrase from FILE ('-': standard input) rather than from the terminal.",
)
@click.version_option(__version__, prog_name="helpline")
@click.pass_context
def helpline(
    context: click.Context, home: Path | None, member: str | None, passphrase_file: str | None
) -> int | None:
    """The console of an anonymous helpline; without a command, open it.

    Exit codes: 0 done, 1 failed, 2 usage, 3 could not unlock, 4 vault damaged, 5 refused.
    """
    context.obj = session = Session(home or default_home(), member, passphrase_file)
    if context.invoked_subcommand is not None:
        return None
    return open_console(session)


def open_console(session: Session) -> int:
    """Open the console; where there is no vault yet, offer to make one."""
    from console.tui import terminal
    from console.vault import exists

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        session.require_vault()
        raise BadUsage("the console needs a terminal; see helpline --help for the commands")
    why_not = terminal.refusal(os.environ)
    if why_not is not None:
        raise BadUsage(why_not)
    if not exists(session.home):
        _offer_vault(session)
    name, passphrase = session.member, None
    if session.passphrase_file is not None:
        name = session.who()
        passphrase = session.passphrase(name)
    from console import tui

    return tui.run(session.home, member=name, passphrase=passphrase)


def _offer_vault(session: Session) -> None:
    from console.vault import create

    say(f"There is no vault in {session.home}. 'helpline demo' shows one full of examples.")
    if not click.confirm("Make a vault here, with you as its IT staff?"):
        raise CannotUnlock("no vault was made")
    name = click.prompt("Your name, as you will log in")
    site = click.prompt("Name of the helpline")
    country = members.country_code(click.prompt("Country, two letters (PK, NO, FR …)"))
    passphrase = session.new_passphrase(name, session.passphrase_file, "--passphrase-file")
    create(session.home, name, passphrase, site=site, country=country, now=now())
    members.say_made(session.home, name, site, country)


for command in (
    demo.demo,
    practice.practice,
    members.init,
    members.member,
    keys.key,
    calls.call,
    partners.partner,
    codes.code,
    cards.card,
    guard.guard,
    rota.rota,
    figures.figures,
    bundles.bundle,
    trail.audit,
    vault.vault,
):
    helpline.add_command(command)
