"""``helpline bundle``: counts and settings between vaults, on a stick."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.cli.answer import complain, emit, json_option, say, table
from console.cli.figures import MONTH
from console.cli.session import Session, now, pass_session
from console.text import plain

if TYPE_CHECKING:
    from console.figures import Merged
    from console.vault.bundles import Signer

_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def bundle() -> None:
    """Sealed counts and signed settings, carried between vaults."""


@bundle.group()
def make() -> None:
    """Make a bundle for another vault."""


@make.command()
@_file
@json_option
@pass_session
def settings(session: Session, file: Path, as_json: bool) -> None:
    """Write code lists, tables and the coordinators' keys for the workstations."""
    from console import figures

    with session.unlocked("coordinator") as vault:
        made = figures.make_settings(vault, file, now=now())
    if as_json:
        emit(made)
        return
    say(
        f"{made.file} holds settings {made.number}; {made.coordinators} can open what is sealed "
        "to them.",
        f"Fingerprint, to be read out to whoever merges it: {made.fingerprint}",
    )


@make.command()
@_file
@click.option("--month", metavar=MONTH, required=True, help="The month, which is closed here.")
@click.option(
    "--as-workstation", "name", metavar="NAME", help="What this workstation is to be called."
)
@json_option
@pass_session
def counts(session: Session, file: Path, month: str, name: str | None, as_json: bool) -> None:
    """Close a month here and seal its counts to the coordinators.

    The same counts are the same batch, however often they are made and merged.
    """
    from console import figures

    with session.unlocked("coordinator") as vault:
        made = figures.make_counts(vault, file, month, now=now(), name=name)
    if as_json:
        emit(made)
        return
    say(
        f"{made.file} holds the counts of {made.workstation} for {made.period}, sealed; "
        f"batch {made.batch}.",
        f"Fingerprint, to be read out to whoever merges it: {made.fingerprint}",
    )


@bundle.command()
@click.argument("files", type=click.Path(path_type=Path, dir_okay=False), nargs=-1, required=True)
@click.option(
    "--fingerprint",
    "words",
    metavar="WORDS",
    multiple=True,
    help="The six words that a maker read out; may be given several times.",
)
@json_option
@pass_session
def merge(session: Session, files: Sequence[Path], words: tuple[str, ...], as_json: bool) -> int:
    """Take over the bundles in FILES, each whole or not at all.

    A maker who was not met before is known by six words, compared by voice or face to face. They
    are asked for again where a restored vault's numbers are behind.
    """
    from console import figures

    def trust(signer: "Signer", what: str) -> bool:
        if any(signer.is_said(each) for each in words):
            return True
        if words or not sys.stdin.isatty():
            return False
        # What the signer chose stands above the words, in lines too short to be wrapped.
        say(f"Signed by {signer.name}:", plain(f"  {what}", lines=False))
        say(f"Fingerprint: {signer.fingerprint}")
        question = f"Does {signer.name} read out the same words?"
        return click.confirm(plain(question, lines=False), err=True)

    with session.unlocked("coordinator") as vault:
        found = figures.merge(vault, files, trust, now=now())
    if as_json:
        emit(found)
    else:
        for each in found:
            _say_merged(each)
    refused = [each.exit_code for each in found if each.exit_code]
    if refused and len(found) > 1:
        others = "the others are merged" if len(refused) < len(found) else "nothing is merged"
        complain(f"{len(refused)} of {len(found)} files were refused, {others}")
    return max(refused, default=0)


def _say_merged(each: "Merged") -> None:
    if each.outcome == "refused":
        complain(f"{each.file}: {each.detail}")
    elif each.kind == "settings":
        say(f"{each.file}: {each.outcome}; {each.detail}")
    else:
        say(f"{each.file}: {each.outcome}; {each.workstation}, {each.period}, {each.calls} calls")


@bundle.group()
def workstations() -> None:
    """Whose bundles a month waits for."""


@workstations.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the workstations, and from which month to which they are waited for."""
    from console import figures

    with session.unlocked("coordinator") as vault:
        found = figures.workstations(vault)
    if as_json:
        emit([{"name": x.name, "vault": x.id, "since": x.since, "until": x.until} for x in found])
        return
    table(("workstation", "since", "until"), ((x.name, x.since, x.until) for x in found))


@workstations.command()
@click.argument("name")
@click.option("--from", "month", metavar=MONTH, required=True, help="The first month without it.")
@click.option(
    "--here", is_flag=True, help="This vault is NAME: it leaves, and publishes by itself."
)
@pass_session
def retire(session: Session, name: str, month: str, here: bool) -> None:
    """Wait for NAME no more, from a month on.

    At NAME itself, with --here: report no more, from a month on that is not over.
    """
    from console import figures

    with session.unlocked("coordinator") as vault:
        done = figures.leave if here else figures.retire
        done(vault, name, month, now=now())
    if here:
        say(
            f"From {month} on {name} publishes by itself. The months before are for headquarters: "
            "hand them over, and have it retire the workstation from the same month on."
        )
    else:
        say(f"From {month} on no month waits for {name}.")
