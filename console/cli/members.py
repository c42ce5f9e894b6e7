"""``helpline init`` and ``helpline member``: a new vault, and who may open it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.cli.answer import emit, json_option, progress, say, table
from console.cli.guarding import say_guarding
from console.cli.session import Session, now, pass_session
from console.errors import BadUsage
from console.text import plain

if TYPE_CHECKING:
    from console.vault import Member, Role

ROLES = ("operator", "coordinator", "it")
NEW_FILE_OPTION = "--new-passphrase-file"
_COUNTRY_LETTERS = 2

new_passphrase_option = click.option(
    NEW_FILE_OPTION,
    "source",
    metavar="FILE",
    help="Read the new passphrase from FILE ('-': standard input) rather than ask for it.",
)


@click.command()
@click.argument("name")
@click.option("--site", default="Helpline", show_default=True, help="What the helpline is called.")
@click.option("--country", default="PK", show_default=True, help="Two letters, ISO 3166.")
@pass_session
def init(session: Session, name: str, site: str, country: str) -> None:
    """Make a vault whose first IT member is NAME."""
    from console import vault

    country = country_code(country)
    vault.demand_no_vault(session.home)
    passphrase = session.new_passphrase(name, session.passphrase_file, "--passphrase-file")
    vault.create(session.home, name, passphrase, site=site, country=country, now=now())
    say_made(session.home, name, site, country)
    say_guarding(session, name)


def country_code(text: str) -> str:
    """Return ``text`` as a country's two capital letters; raise BadUsage if it cannot be one."""
    code = text.strip().upper()
    if len(code) != _COUNTRY_LETTERS or not (code.isascii() and code.isalpha()):
        raise BadUsage("a country is written in two letters, such as PK")
    return code


def say_made(home: Path, name: str, site: str, country: str) -> None:
    """Print where the vault is, and what comes next."""
    say(
        f"The vault of {site} ({country}) is in {home}.",
        f"{name} is its first IT member. Next: helpline member add NAME --role operator",
    )


@click.group()
def member() -> None:
    """Who may open the vault, in which role."""


@member.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True)
@new_passphrase_option
@pass_session
def add(session: Session, name: str, role: "Role", source: str | None) -> None:
    """Add NAME in a role. The first operator starts the notes' key."""
    with session.unlocked("it") as vault:
        if role == "operator" and source is None:
            say(f"{name} types the passphrase herself, unseen: who knows it can read notes.")
        passphrase = session.new_passphrase(name, source, NEW_FILE_OPTION)
        holds_notes = vault.add_member(name, role, passphrase, now=now())
        say(f"{name} may log in as {role}.")
        say_guarding(session, name)
        if role == "operator" and holds_notes:
            say(f"{name} holds the notes' key.")
        elif role == "operator":
            say(
                f"An operator lets {name} read and write notes: helpline member approve {name}",
                f"Fingerprint: {vault.fingerprint(name)}",
            )


@member.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List who may log in, in which role.

    Shows who holds the notes' key, the fingerprint of those who await approval, and your own.
    """
    from console.vault import own_words

    with session.unlocked("it") as vault:
        members, waiting, own = vault.members(), vault.waiting(), own_words(vault)
        words = {name: vault.fingerprint(name) for name in waiting} | {vault.member.name: own}
    if as_json:
        emit(
            [
                {
                    "name": each.name,
                    "role": each.role,
                    "holds_notes": each.holds_notes,
                    "awaits_approval": each.name in waiting,
                    "fingerprint": words.get(each.name),
                }
                for each in members
            ]
        )
        return
    table(("name", "role", "notes"), ((e.name, e.role, _notes(e, waiting, words)) for e in members))
    say(f"Your own words, out of your key file: {own}")


def _notes(member: "Member", waiting: list[str], words: dict[str, str]) -> str:
    if member.name in waiting:
        return f"awaits approval: {words[member.name]}"
    return "holds the key" if member.holds_notes else ""


@member.command()
@click.argument("name")
@click.option("--fingerprint", metavar="WORDS", help="What NAME read out, compared here.")
@pass_session
def approve(session: Session, name: str, fingerprint: str | None) -> None:
    """Let the operator NAME hold notes.

    Her fingerprint is compared first, by voice or face to face.
    """
    with session.unlocked("operator") as vault:
        if fingerprint is None:
            if not sys.stdin.isatty():
                raise BadUsage("give the fingerprint that she read out: --fingerprint WORDS")
            say(f"The fingerprint of {name} is: {vault.fingerprint(name)}")
            click.confirm(
                f"Does {name} read out the same words, and did she type her passphrase unseen?",
                abort=True,
                err=True,
            )
        vault.approve(name, fingerprint, now=now())
    say(f"{name} holds the notes' key.")


@member.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_session
def remove(session: Session, name: str, yes: bool, as_json: bool) -> None:
    """Remove NAME: the vault has a new key at once, without them.

    The next operator to log in who holds the notes' key makes that a new one too.
    """
    with session.unlocked("it") as vault:
        if not yes:
            if not sys.stdin.isatty():
                raise BadUsage("a removal is for good: say --yes if you mean it")
            question = "Remove {name} for good? Nobody else can ever have the name."
            click.confirm(question.format(name=plain(name, lines=False)), abort=True, err=True)
        with progress() as tell:
            report = vault.remove_member(name, now=now(), progress=tell)
        left = vault.key_status().leaving
    if as_json:
        emit(report)
        return
    say(
        f"{name} opens nothing any more: the vault has its key number {report.epoch} now.",
        f"Head of the trail: {report.head}",
    )
    if name in left:
        say("Let an operator who holds the notes' key log in soon: that makes a new one of it.")


@member.command()
@new_passphrase_option
@pass_session
def passphrase(session: Session, source: str | None) -> None:
    """Change your own passphrase."""
    from console import vault

    name = session.who()
    old = session.passphrase(name)
    new = session.new_passphrase(name, source, NEW_FILE_OPTION)
    vault.change_passphrase(session.home, name, old, new, now=now())
    say(
        f"{name} has a new passphrase. The old one opens copies of the old key file alone: if",
        "somebody else may have both, let IT remove you and add you anew under another name.",
    )
    say_guarding(session, name)
