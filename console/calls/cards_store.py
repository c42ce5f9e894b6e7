"""The SQL of cards: table ``card``, the site's own words."""

from typing import TYPE_CHECKING

from console.vault import trouble

if TYPE_CHECKING:
    from datetime import datetime

    from console.vault import Vault

# name, language, title, body
CardRow = tuple[str, str, str, str]

OWN_CARDS = "SELECT name, language, title, body FROM card ORDER BY name, language"
PUT_CARD = """
    INSERT INTO card (name, language, title, body, changed_on) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (name, language) DO UPDATE SET
        title = excluded.title, body = excluded.body, changed_on = excluded.changed_on
"""
DROP_CARD = "DELETE FROM card WHERE name = ? AND language = ?"


def own(vault: "Vault") -> list[CardRow]:
    """Return what table ``card`` holds, by name and language."""
    with trouble():
        return list(vault.db.execute(OWN_CARDS))


def put(
    vault: "Vault", name: str, language: str, title: str, body: str, *, now: "datetime"
) -> None:
    """Keep the site's words of a card and their line of the audit trail, in one transaction."""
    with vault.transaction():
        vault.db.execute(PUT_CARD, [name, language, title, body, now.date().isoformat()])
        vault.audit("card.changed", f"{name}/{language}", now=now)


def drop(vault: "Vault", name: str, language: str, *, now: "datetime") -> bool:
    """Remove the site's words of a card, audited; tell whether there were any."""
    with vault.transaction():
        if not vault.db.execute(DROP_CARD, [name, language]).rowcount:
            return False
        vault.audit("card.reset", f"{name}/{language}", now=now)
    return True
