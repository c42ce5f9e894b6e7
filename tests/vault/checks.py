"""What several of the vault's tests do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console.errors import ConsoleError
from console.vault import Vault
from console.vault.files import write_document
from tests.vaults import NOW

CANARY = "zanzibar-canary-7391"
DAY = "2026-11-21"


def refuses(kind: type[ConsoleError], action: Callable[[], object]) -> str:
    """Run ``action``, which must raise exactly ``kind`` with one line; return that line."""
    with pytest.raises(ConsoleError) as caught:
        action()
    assert type(caught.value) is kind, caught.value
    line = str(caught.value)
    assert line
    assert "\n" not in line
    return line


def add_call(vault: Vault, operator: str = "amina") -> int:
    """Insert a call and return its number."""
    with vault.transaction():
        cursor = vault.conn.execute(
            "INSERT INTO call (operator, day) VALUES (?, ?)", (operator, DAY)
        )
    return int(cursor.lastrowid or 0)


def add_note(vault: Vault, text: str = CANARY) -> int:
    """Insert a call with a note and a draft of the same text; return its number."""
    call = add_call(vault)
    with vault.transaction():
        vault.write_note(call, DAY, text)
    vault.write_draft(call, text.encode(), now=NOW)
    return call


def change(path: Path, **fields: Any) -> None:
    """Change fields of a key file and give it a right digest again, as an attacker would."""
    content = json.loads(path.read_bytes())
    del content["digest"]
    write_document(path, {**content, **fields})
