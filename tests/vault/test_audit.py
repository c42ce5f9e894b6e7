from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.vault import audit
from console.vault.model import AuditLine
from tests.vaults import NOW, open_as


def test_the_trail_says_who_did_what_by_the_hour(home: Path) -> None:
    with open_as(home, "carla") as vault:
        vault.audit("figures.exported", "2026-03", now=NOW)
        last = vault.audit_lines()[-1]
        assert (last.hour, last.actor) == ("2026-11-21T09Z", "carla")
        assert (last.action, last.subject) == ("figures.exported", "2026-03")
        assert [line.action for line in vault.audit_lines()[:3]] == [
            "vault.created",
            "vault.unlocked",
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
        # Not of the type, or not of the encoding, that a line has.
        ("UPDATE audit SET subject = CAST(subject AS BLOB) WHERE seq = 3", 3),
        ("UPDATE audit SET hour = CAST(x'ff41' AS TEXT) WHERE seq = 3", 3),
        ("UPDATE audit SET hash = hex(hash) WHERE seq = 4", 4),
        # Two lines that changed places, numbers and all.
        (
            "UPDATE audit SET (actor, action, subject, hash) = "
            "(SELECT actor, action, subject, hash FROM audit AS other "
            "WHERE other.seq = 5 - audit.seq) WHERE seq IN (2, 3)",
            2,
        ),
        (
            "INSERT INTO audit SELECT seq + 100, hour, actor, action, subject, hash FROM audit "
            "WHERE seq = 2",
            8,
        ),
    ],
)
def test_a_changed_or_removed_line_is_found(home: Path, change: str, found: int) -> None:
    with open_as(home, "ines") as vault:
        with vault.transaction():
            vault.conn.execute(change)
        assert vault.audit_broken_at() == found
        # Work goes on, and the next line does not mend it.
        vault.audit("made.up", now=NOW)
        assert vault.audit_broken_at() == found


def test_a_last_hash_that_is_no_hash_is_found_and_followed(home: Path) -> None:
    with open_as(home, "ines") as vault:
        count = len(vault.audit_lines())
        with vault.transaction():
            vault.conn.execute("UPDATE audit SET hash = 'abc' WHERE seq = ?", [count])
        assert vault.audit_head() == ""
        vault.audit("made.up", now=NOW)
        assert vault.audit_broken_at() == count


def test_the_same_lines_in_another_vault_have_another_hash(tmp_path: Path) -> None:
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


@given(
    st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), min_size=1, max_size=8),
    st.data(),
)
def test_whatever_is_done_to_the_lines_is_found(
    deeds: list[tuple[str, str]], data: st.DataObject
) -> None:
    """Edited, left out, doubled, moved: found at the first such line. Cut off: by its head."""
    rows, previous = [], audit.start_of("v")
    for seq, (action, subject) in enumerate(deeds, start=1):
        line = AuditLine(seq, "2026-11-21T09Z", "carla", action, subject)
        previous = audit.chained(previous, line)
        rows.append((line, previous))
    assert audit.broken_at("v", rows) is None
    head = rows[-1][1].hex()
    assert audit.found_at(rows, head.upper()) == len(rows)
    at = data.draw(st.integers(0, len(rows) - 1))
    line, found = rows[at]
    edited = replace(line, subject=line.subject + "x")
    for changed in (
        [*rows[:at], (edited, found), *rows[at + 1 :]],
        [*rows[:at], (edited, audit.chained(found, edited)), *rows[at + 1 :]],
        [*rows[:at], rows[at], *rows[at:]],
        [rows[-1], *rows[:-1]] if len(rows) > 1 else [*rows, *rows],
        [*rows[:at], *rows[at + 1 :]],
    ):
        if changed == rows[: len(changed)]:
            # Cut off at the end: the chain cannot tell, a head that was stated can.
            assert audit.broken_at("v", changed) is None
            assert audit.found_at(changed, head) is None
        else:
            assert audit.broken_at("v", changed) is not None


def test_the_line_of_a_head_is_found_in_the_vault(home: Path) -> None:
    with open_as(home, "ines") as vault:
        head, lines = vault.audit_head(), len(vault.audit_lines())
        vault.audit("made.up", now=NOW)
        assert vault.audit_line_of(head) == lines
        assert vault.audit_line_of(vault.audit_head()) == lines + 1
        assert vault.audit_line_of("0" * 64) is None
