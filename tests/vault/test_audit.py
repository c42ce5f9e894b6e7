from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.vaults import NOW, open_as


def test_the_trail_says_who_did_what_by_the_hour(home: Path) -> None:
    with open_as(home, "carla") as vault:
        vault.audit("figures.exported", "2026-03", now=NOW)
        last = vault.audit_lines()[-1]
        assert (last.hour, last.actor) == ("2026-11-21T09Z", "carla")
        assert (last.action, last.subject) == ("figures.exported", "2026-03")
        assert [line.action for line in vault.audit_lines()[:2]] == [
            "vault.created",
            "member.added",
        ]
        assert vault.audit_broken_at() is None
        assert len(vault.audit_head()) == 64


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE audit SET actor = 'amina' WHERE seq = 2", 2),
        ("UPDATE audit SET hour = '2026-11-20T09Z' WHERE seq = 1", 1),
        ("UPDATE audit SET subject = '' WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("UPDATE audit SET seq = 99 WHERE seq = 4", 4),
        ("UPDATE audit SET hash = zeroblob(32) WHERE seq = 4", 4),
    ],
)
def test_a_changed_or_removed_line_is_found(home: Path, change: str, found: int) -> None:
    with open_as(home, "ines") as vault:
        with vault.transaction():
            vault.db.execute(change)
        assert vault.audit_broken_at() == found


def test_the_same_lines_in_another_vault_have_another_hash(tmp_path: Path) -> None:
    from console.vault import audit
    from console.vault.model import AuditLine

    line = AuditLine(1, "2026-11-21T09Z", "ines", "vault.created", "")
    hashes = {audit.chained(audit.start_of(vault), line) for vault in ("a", "b")}
    assert len(hashes) == 2


def test_a_line_belongs_to_the_transaction_it_is_written_in(home: Path) -> None:
    with open_as(home, "ines") as vault:
        before = vault.audit_lines()
        with pytest.raises(KeyError), vault.transaction():
            vault.audit("call.finished", "1", now=datetime(2030, 1, 1, tzinfo=UTC))
            raise KeyError
        assert vault.audit_lines() == before
