"""``helpline vault``: is it whole, a copy of it, and the copy put back."""

import sys
from pathlib import Path

import click

from console.cli import purge
from console.cli.answer import break_line, emit, json_option, progress, say, table
from console.cli.session import Session, ask_secret, now, pass_session
from console.errors import VaultDamaged

_FILE = click.Path(path_type=Path, dir_okay=False)
_PRESENT = "--present-passphrase-file"


@click.group()
def vault() -> None:
    """The vault as a whole: check it, back it up, restore it."""


@vault.command()
@json_option
@pass_session
def check(session: Session, as_json: bool) -> None:
    """Look at every part of the vault, and say what is wrong and what to do.

    Whoever checks sees what they may see: only a note holder's check opens what is sealed.
    """
    from console.vault import check_vault

    name = session.who("it")
    report = check_vault(session.home, name, session.passphrase(name), now=now())
    if as_json:
        emit({"good": report.good, "report": report})
    else:
        table(("part", "state", "found"), ((p.name, p.state, p.detail) for p in report.parts))
        for finding in report.findings:
            say(f"Wrong with the {finding.part}: {finding.problem}: {finding.remedy}.")
        for notice in report.notices:
            say(f"Note: {notice}.")
    if not report.good:
        first = report.findings[0]
        raise VaultDamaged(
            f"{len(report.findings)} things are wrong, the first: {first.problem}: {first.remedy}"
        )
    if not as_json:
        say("Nothing is wrong.")


@vault.command()
@click.argument("file", type=_FILE)
@json_option
@pass_session
def backup(session: Session, file: Path, as_json: bool) -> None:
    """Write the vault and its key files to FILE, encrypted as they are, and prove the copy.

    A console may go on meanwhile; the trail says of the backup only if none is open.
    """
    from console.vault import back_up

    name = session.who("it")
    secret = session.passphrase(name)
    with progress() as tell:
        report = back_up(session.home, name, secret, file, now=now(), progress=tell)
    if as_json:
        emit(report)
        return
    say(
        f"{file.name} holds the vault of {report.day}: {report.bytes} bytes, key {report.epoch}, "
        f"{report.lines} lines of the trail, opened and proven.",
        f"Head of the trail: {report.head}",
    )


@vault.command()
@click.argument("file", type=_FILE)
@click.option("--replace", is_flag=True, help="Replace the vault that is there; it is kept aside.")
@click.option(
    _PRESENT,
    "present_file",
    metavar="FILE",
    help="Your passphrase in the vault that is there, if you got new keys in it since.",
)
@json_option
@pass_session
def restore(
    session: Session, file: Path, replace: bool, present_file: str | None, as_json: bool
) -> None:
    """Put the backup in FILE into the home; the passphrase is the one of its day.

    Over a vault that is there it says first what would be lost, and does it only with --replace.
    """
    from console.vault import describe_backup, restore_backup

    name = session.member or describe_backup(file).made_by
    secret = session.passphrase(name)

    def present() -> str:
        if present_file is not None:
            return session.read_secret(present_file)
        break_line()
        return ask_secret(f"Passphrase of {name} in the vault that is there: ", _PRESENT)

    can_ask = present_file is not None or sys.stdin.isatty()
    with progress() as tell:
        report = restore_backup(
            session.home,
            name,
            secret,
            file,
            replace=replace,
            present=present if can_ask else None,
            now=now(),
            progress=tell,
        )
    if as_json:
        emit(report)
        return
    say(f"The vault of {report.day} is in {session.home}.")
    if report.days:
        say(f"The notes of {report.days} days were destroyed in it, as retention says.")
    if report.held_since is not None:
        say(
            purge.waits(report.held_since),
            f"By that day notes of {report.due} days are due, and were not destroyed. If it is "
            "right, let a coordinator run helpline vault purge before anybody else logs in; if "
            "not, set the clock.",
        )
    if report.removed:
        say(f"Removed once more: {', '.join(report.removed)}.")
    for name, why in report.again:
        say(f"{name} was removed since and is in it again. {why} Then remove {name} once more.")
    if report.unsure:
        say(
            "Nobody can say who was removed since that day. These may log in: "
            f"{', '.join(report.unsure)}. Remove who left before anybody else logs in "
            "(helpline member remove)."
        )
    if report.kit is not None:
        say(
            f"Recovery kit {report.kit} opens it again, and no kit that was made since: whoever "
            "has its sheets can read the notes. Make a new one if they were thrown away or seen."
        )
    if report.lost is not None and report.aside is not None:
        say(f"{report.lost}: all that is newer is only in {report.aside} now.")
    if report.aside is not None:
        say(
            f"The vault before is kept in {report.aside}: delete that folder when the restored one "
            "is proven. Retention does not reach into it, and destroys all of it once notes of "
            "that day are due."
        )


vault.add_command(purge.purge)
vault.add_command(purge.retention)
