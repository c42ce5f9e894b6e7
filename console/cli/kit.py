"""``helpline key kit``, ``key drill`` and ``key recover``: for the day all passphrases are lost."""

import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.cli.answer import emit, json_option, say, wipe
from console.cli.guarding import say_guarding
from console.cli.members import NEW_FILE_OPTION, ROLES, new_passphrase_option
from console.cli.session import STANDARD_INPUT, Session, ask_secret, now, pass_session
from console.cli.sheets import Sheets
from console.errors import BadUsage, CannotUnlock, ConsoleError

if TYPE_CHECKING:
    from console.vault import KitStatus, NewKit, Share, Vault

_HOLDER_FILE = "--with-passphrase-file"
_LARGEST = 1024 * 1024

shares_option = click.option(
    "--shares-file",
    "sources",
    metavar="FILE",
    multiple=True,
    help="Read shares from FILE ('-': standard input), one a line; may be given several times.",
)


@click.command()
@click.option("--shares", default=5, show_default=True, help="How many sheets to make.")
@click.option("--threshold", default=3, show_default=True, help="How many of them open the vault.")
@click.option("--with", "holder", metavar="MEMBER", help="The operator who makes it with IT.")
@click.option(_HOLDER_FILE, "holder_file", metavar="FILE", help="Read her passphrase from FILE.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the sheets to this new file, .html or .txt, rather than show them.",
)
@pass_session
def kit(
    session: Session,
    shares: int,
    threshold: int,
    holder: str | None,
    holder_file: str | None,
    out: Path | None,
) -> None:
    """Make a recovery kit: sheets of words, a few of which open the vault and its notes.

    IT and an operator who holds notes make it together, and she alone looks at the sheets. The
    kit before it opens nothing any more.
    """
    from console import vault

    _check_out(out)
    with session.unlocked("it") as opened:
        opened.require("it")
        it, site = opened.me, str(opened.setting("site", ""))
        holder = _holder(opened, holder)
    if holder_file is None:
        secret = ask_secret(f"Passphrase of {holder}, who types it alone: ", _HOLDER_FILE)
    elif STANDARD_INPUT == holder_file == session.passphrase_file:
        raise BadUsage("standard input can hold one passphrase; put the other in a file")
    else:
        secret = session.read_secret(holder_file)
    at = now()
    with vault.unlock(session.home, holder, secret, now=at) as opened:
        new = opened.draw_kit(shares, threshold)
        sheets = Sheets(site, opened.id, at.date().isoformat(), new)
        _hand_out(sheets, out)
        try:
            opened.keep_kit(new, it, now=at)
        except ConsoleError:
            kept = opened.kit_status()
            if out is not None and (kept is None or kept.number != new.number):
                out.unlink(missing_ok=True)
            raise
    _say_made(new, out)


def _holder(opened: "Vault", name: str | None) -> str:
    holders = [member.name for member in opened.members() if member.holds_notes]
    if not holders:
        raise BadUsage("a kit opens the notes too: first add an operator, who starts their key")
    if name is None and len(holders) == 1:
        return holders[0]
    if name is None:
        if not sys.stdin.isatty():
            raise BadUsage("say which operator makes the kit with you: --with MEMBER")
        return str(click.prompt("Who makes it with you", type=click.Choice(holders), err=True))
    if name not in holders:
        raise BadUsage("who makes the kit with you must be an operator who holds notes")
    return name


def _check_out(out: Path | None) -> None:
    if out is None:
        return
    if out.suffix not in {".html", ".txt"}:
        raise BadUsage("the sheets are written as .html or .txt: name the file so")
    if out.exists():
        raise BadUsage(f"there is a file {out} already; nothing was changed")


def _hand_out(sheets: Sheets, out: Path | None) -> None:
    """Show the sheets or write them, before the kit is put in use: one unseen would be useless."""
    if out is not None:
        _write(out, sheets.html() if out.suffix == ".html" else sheets.texts())
        return
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        say(sheets.texts())
        return
    for share in sheets.kit.shares:
        wipe()
        say(sheets.text(share))
        click.prompt(
            "Written down and compared? Enter goes on",
            default="",
            show_default=False,
            err=True,
        )
    wipe()


def _write(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConsoleError(f"the sheets cannot be written to {path}: {error.strerror}") from error


def _say_made(new: "NewKit", out: Path | None) -> None:
    if out is None and not sys.stdout.isatty():
        return
    say(
        f"Recovery kit {new.number} is in use: any {new.threshold} of its {len(new.shares)} sheets "
        "open the vault and its notes. Sheets of an earlier kit open nothing any more."
    )
    if out is not None:
        say(
            f"{out} is not encrypted, and who reads it opens the vault: print it on a printer "
            "without a memory, then destroy it."
        )
    say("Prove that it works: helpline key drill")


@click.command()
@shares_option
@json_option
@pass_session
def drill(session: Session, sources: tuple[str, ...], as_json: bool) -> None:
    """Prove that the recovery kit works, without using it up.

    The shares open the vault's key and the notes' key; nothing is changed but the day of the
    proof. No passphrase is asked for.
    """
    from console import vault

    session.require_vault()
    proof = vault.prove_kit(session.home, _read_shares(sources), now=now())
    if as_json:
        emit(proof)
        return
    say(
        f"Recovery kit {proof.number} works: it opens vault key number {proof.epoch}, the notes' "
        f"key generation {proof.note_generation}, and the keys of {proof.days} days of notes."
    )


@click.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), help="For somebody who is new to the vault.")
@shares_option
@new_passphrase_option
@pass_session
def recover(
    session: Session, name: str, role: str | None, sources: tuple[str, ...], source: str | None
) -> None:
    """Give NAME new keys and a new passphrase, with the shares of the recovery kit.

    For the day all passphrases are lost: recover an operator, who has the notes again, and
    somebody of IT.
    """
    from console import vault

    session.require_vault()
    if STANDARD_INPUT in sources and source == STANDARD_INPUT:
        raise BadUsage("standard input can hold the shares or the passphrase; put one in a file")
    found = _read_shares(sources)
    passphrase = session.new_passphrase(name, source, NEW_FILE_OPTION)
    given = vault.recover(session.home, found, name, role, passphrase, now=now())
    say(f"{name} may log in as {given}, with the new passphrase.")
    say_guarding(session, name)
    say("When everybody is back, give the vault a new key: helpline key rotate")


def _read_shares(sources: tuple[str, ...]) -> "list[Share]":
    from console.vault import read_share, share_lines

    if not sources:
        return _ask_shares()
    return [read_share(line) for source in sources for line in share_lines(_content(source))]


def _content(source: str) -> str:
    try:
        if source == STANDARD_INPUT:
            raw = sys.stdin.buffer.read(_LARGEST)
        else:
            with Path(source).open("rb") as file:
                raw = file.read(_LARGEST)
        return raw.decode()
    except OSError as error:
        raise CannotUnlock(f"the shares in {source} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise CannotUnlock(f"the shares in {source} are not text") from None


def _ask_shares() -> "list[Share]":
    """Ask for one share after the other, each proven by its checksum, until there are enough."""
    if not sys.stdin.isatty():
        raise CannotUnlock("no terminal to ask for shares on; use --shares-file FILE")
    found: dict[int, Share] = {}
    threshold = 0
    told = "Type the words of a sheet, then Enter. Four letters of each word are enough."
    while not found or len(found) < threshold:
        say(told)
        share, told = _ask_share(len(found) + 1, threshold)
        wipe()
        if share is None:
            continue
        if found and share.family != next(iter(found.values())).family:
            told = "That sheet is of another kit: type one of the same kit."
        elif share.number in found:
            told = f"Sheet {share.number} was typed already: type another one."
        else:
            found[share.number] = share
            threshold = share.threshold
            told = f"Sheet {share.number} is good. {threshold - len(found)} more to go."
    return list(found.values())


def _ask_share(place: int, threshold: int) -> "tuple[Share | None, str]":
    from console.vault import SHARE_WORDS, read_share

    words: list[str] = []
    while len(words) < SHARE_WORDS:
        label = f"Share {place}{f' of {threshold}' if threshold else ''}, word {len(words) + 1}"
        typed = click.prompt(label, default="", show_default=False, err=True)
        words += [word for word in str(typed).replace(".", " ").split() if not word.isdigit()]
        if not typed:
            break
    try:
        return read_share(" ".join(words)), ""
    except BadUsage as error:
        return None, str(error)


def kit_line(found: "KitStatus | None", today: date) -> str:
    """Return how the recovery kit stands in one sentence, for ``key status``."""
    if found is None:
        return "No recovery kit: if all passphrases were lost, so would be the vault. See key kit."
    if not found.opens_all:
        return (
            f"Recovery kit {found.number} does not open everything, or who made it was removed: "
            "make a new one (key kit)."
        )
    kit_is = f"Recovery kit {found.number}, any {found.threshold} of {found.shares} sheets"
    if found.proven_on is None:
        return f"{kit_is}: made on {found.made_on}, never proven (key drill)."
    days = (today - date.fromisoformat(found.proven_on)).days
    return f"{kit_is}: made on {found.made_on}, last proven {max(days, 0)} days ago."
