"""``helpline practice``: made-up callers to learn the console on."""

import sys
from pathlib import Path

import click

from console.cli.answer import progress, say
from console.cli.members import country_code
from console.cli.session import now
from console.cli.throwaway import throw_away
from console.errors import BadUsage

OPERATOR = "trainee"

_IT = "ines"
_COUNTRIES = {"en": "PK", "fr": "FR", "nb": "NO", "es": "AR"}


@click.command()
@click.option(
    "--language",
    type=click.Choice(list(_COUNTRIES)),
    default="en",
    show_default=True,
    help="What the callers speak.",
)
@click.option("--country", metavar="XX", help="Where they call from.  [default: by the language]")
def practice(language: str, country: str | None) -> int:
    """Practise taking calls with made-up callers.

    Opens the console on a throw-away vault. Nothing of it counts anywhere.
    """
    where = country_code(country or _COUNTRIES[language])
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadUsage("the practice needs a terminal; see helpline practice --help")
    with throw_away("helpline-practice-") as home:
        passphrase = _make(home, where)
        say("Made-up callers. All of it goes when you leave the console with Ctrl+Q.")
        from console.tui.practice import run

        hint = f"Practice. Log in as {OPERATOR}, passphrase: {passphrase}"
        return run(home, member=OPERATOR, passphrase=passphrase, language=language, hint=hint)


def _make(home: Path, country: str) -> str:
    """Make a vault with one operator; return her passphrase, drawn at random."""
    from console import vault
    from console.demo import passphrase

    secret, cost = passphrase.draw(vault.judge_passphrase), vault.Cost.FLOOR
    with progress() as tell:
        if tell is not None:
            tell("vault", 0.1)
        vault.create(home, _IT, secret, site="Practice", country=country, now=now(), cost=cost)
        if tell is not None:
            tell("operator", 0.5)
        with vault.unlock(home, _IT, secret, now=now()) as opened:
            opened.add_member(OPERATOR, "operator", secret, now=now(), cost=cost)
        if tell is not None:
            tell("ready", 1.0)
    return secret
