"""``helpline card``: what to ask and say."""

from typing import BinaryIO

import click

from console.cli.answer import emit, json_option, say, table
from console.cli.session import Session, now, pass_session
from console.errors import BadUsage
from console.text import plain

# A card that fits is far shorter; what is longer was not meant to be one.
_LONGEST = 20_000

_language = click.option("--language", metavar="LANG", required=True, help="Such as en, fr or ur.")
_shown_language = click.option(
    "--language", metavar="LANG", default="en", show_default=True, help="Language of the words."
)


@click.group()
def card() -> None:
    """Cards: what to ask and say in a situation."""


@card.command("list")
@_shown_language
@json_option
@pass_session
def list_(session: Session, language: str, as_json: bool) -> None:
    """List the cards, most urgent first, with whose words they have."""
    from console import calls

    with session.unlocked("operator", "coordinator") as vault:
        cards = calls.cards(vault, language)
    if as_json:
        emit(cards)
        return
    table(
        ("name", "title", "language", "words"),
        ((c.name, c.title, c.language, "own" if c.own else "shipped") for c in cards),
    )


@card.command()
@click.argument("name")
@_shown_language
@json_option
@pass_session
def show(session: Session, name: str, language: str, as_json: bool) -> None:
    """Print a card as `edit` takes it: title, empty line, text."""
    from console import calls

    with session.unlocked("operator", "coordinator") as vault:
        cards = {each.name: each for each in calls.cards(vault, language)}
    if name not in cards:
        raise BadUsage(f"there is no card «{plain(name, lines=False)}»; see: card list")
    if as_json:
        emit(cards[name])
        return
    say(cards[name].title, "", cards[name].body)


@card.command()
@click.argument("name")
@_language
@click.option(
    "--file",
    "source",
    type=click.File("rb"),
    required=True,
    help="Title, empty line, text ('-': standard input).",
)
@pass_session
def edit(session: Session, name: str, language: str, source: BinaryIO) -> None:
    """Give a card this site's words, or make a new one."""
    from console import calls

    title, body = _words(source)
    # What does not fit a card is said before a passphrase is asked for.
    calls.checked_words(title, body)
    with session.unlocked("coordinator") as vault:
        calls.write_card(vault, name, language, title, body, now=now())
    say(f"The card {name} has this site's words in {language} now.")


@card.command()
@click.argument("name")
@_language
@pass_session
def reset(session: Session, name: str, language: str) -> None:
    """Go back to the shipped words; a card of this site's own disappears."""
    from console import calls

    with session.unlocked("coordinator") as vault:
        calls.reset_card(vault, name, language, now=now())
    if calls.is_shipped(name):
        say(f"The card {name} has its shipped words in {language} again.")
    else:
        say(f"The card {name} is gone in {language}.")


def _words(source: BinaryIO) -> tuple[str, str]:
    content = source.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        raise BadUsage("that file is no card: a card has a title and 18 lines at most")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadUsage("the file of the card is not UTF-8 text") from error
    title, _, body = text.lstrip().partition("\n")
    return title, body
