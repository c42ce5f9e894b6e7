"""``helpline partner``: the referral directory."""

from pathlib import Path

import click

from console.cli.answer import emit, json_option, say, table
from console.cli.session import Session, now, pass_session


@click.group()
def partner() -> None:
    """The partners that callers are referred to."""


@partner.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True, readable=True))
@json_option
@pass_session
def import_(session: Session, path: Path, as_json: bool) -> None:
    """Bring in an HSDS 3.0 package.

    It is a folder or zip of CSV files, or a JSON document.
    """
    from console import partners

    with session.unlocked("coordinator") as vault:
        report = partners.import_hsds(vault, path, now=now())
    if as_json:
        emit(report)
        return
    say(
        f"{report.organizations} organisations, {report.services} services and "
        f"{report.locations} locations are in the directory."
    )
    say(*(f"Warning: {warning}" for warning in report.warnings))


@partner.command()
@click.argument("words", nargs=-1, required=True)
@json_option
@pass_session
def find(session: Session, words: tuple[str, ...], as_json: bool) -> None:
    """List the services in whose entry all of WORDS occur."""
    from console import partners

    with session.unlocked("operator", "coordinator") as vault:
        found = partners.find(vault, " ".join(words), now=now())
    if as_json:
        emit(found)
        return
    table(
        ("service", "organisation", "phone", "what to know"),
        ((each.name, each.organization, each.phone, each.reasons) for each in found),
    )


@partner.command()
@click.option("--days", type=click.IntRange(min=0), help="Rather than the usual 180 days.")
@json_option
@pass_session
def stale(session: Session, days: int | None, as_json: bool) -> None:
    """List services that need verifying, oldest first."""
    from console import partners

    limit = partners.STALE_AFTER_DAYS if days is None else days
    with session.unlocked("operator", "coordinator") as vault:
        found = partners.stale(vault, now=now(), days=limit)
    if as_json:
        emit(found)
        return
    table(
        ("verified", "service", "organisation", "phone"),
        ((line.verified or "never", line.name, line.organization, line.phone) for line in found),
    )
