"""A day whose key was destroyed may get another, and nothing that can be read is lost by that."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.errors import Refused
from console.vault import Vault, check_vault, generations, narrative, purge_store
from tests.vault.checks import DAY, add_call, add_note, refuses
from tests.vaults import NOW, make_vault, open_as, passphrase

DAYS = (DAY, "2026-11-22", "2026-11-23")
CALLS = (1, 2, 3)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("write", "write", "amend", "lose", "destroy", "move on")),
        st.sampled_from(CALLS),
        st.sampled_from(DAYS),
    ),
    max_size=12,
)


def lose(vault: Vault, day: str) -> None:
    """Destroy the key of a day and leave what it sealed, as an emergency on a full disk does."""
    with vault.transaction():
        vault.conn.execute(purge_store.DROP_KEYS, (f'["{day}"]',))


def test_what_a_destroyed_key_sealed_is_never_called_damaged(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
        narrative.write_amendment(vault, call, DAY, b"before", amended_on=DAY)
        lose(vault, DAY)
        vault.drop_draft(call)
    for also in range(2):
        report = check_vault(home, "amina", passphrase("amina"), now=NOW)
        assert report.good, report.findings
        assert [part.detail for part in report.parts if part.name == "sealed"] == [
            f"{also} notes, {also} drafts, 0 amended calls, 0 contacts can be read"
        ]
        with open_as(home, "amina") as vault:
            refuses(Refused, lambda vault=vault: vault.read_note(call))
            if also:
                assert narrative.read_amendments(vault, call) == []
                return
            refuses(Refused, lambda vault=vault: narrative.read_amendments(vault, call))
            assert vault.read_note(add_note(vault, "of the same day")) == "of the same day"


class Line:
    """A vault, and what its note holders must be able to read in it."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        with vault.transaction():
            for table in ("note", "amendment", "day_key", "call"):
                vault.conn.execute(f"DELETE FROM {table}")
        self.calls = {number: add_call(vault) for number in CALLS}
        self.notes: dict[tuple[int, int], tuple[str, str]] = {}
        self.gone: set[tuple[int, int]] = set()
        self.before: list[tuple[int, str, bytes]] = []
        self.steps = 0

    def take(self, deed: str, number: int, day: str) -> None:
        call, self.steps = self.calls[number], self.steps + 1
        if deed == "write":
            text = f"words {self.steps}"
            with self.vault.transaction():
                revision = self.vault.write_note(call, day, text)
            self.notes[call, revision] = (day, text)
        elif deed == "amend":
            was = f"was {self.steps}".encode()
            narrative.write_amendment(self.vault, call, day, was, amended_on=DAY)
            self.before.append((call, day, was))
        elif deed == "move on":
            with self.vault.transaction():
                generations.retire(self.vault)
            generations.renew(self.vault, now=NOW)
        else:
            lose(self.vault, day)
            if deed == "destroy":
                with self.vault.transaction():
                    for statement in purge_store.DROP_DAYS:
                        self.vault.conn.execute(statement, (f'["{day}"]',))
            self.gone |= {key for key, (sealed_on, _) in self.notes.items() if sealed_on == day}
            self.notes = {key: each for key, each in self.notes.items() if key not in self.gone}
            self.before = [each for each in self.before if each[1] != day]

    def look(self) -> None:
        for (call, revision), (_, text) in self.notes.items():
            assert self.vault.read_note(call, revision) == text
        for call, revision in self.gone:
            try:
                assert self.vault.read_note(call, revision) == ""
            except Refused:
                continue
        for call in self.calls.values():
            try:
                found = [each.payload for each in narrative.read_amendments(self.vault, call)]
            except Refused:
                continue
            assert found == [was for of, _, was in self.before if of == call]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    home = tmp_path_factory.mktemp("line")
    make_vault(home)
    with open_as(home, "amina") as vault:
        yield vault


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_a_new_key_of_a_day_costs_nothing_that_can_be_read(
    line: Vault, steps: list[tuple[str, int, str]]
) -> None:
    """Two revisions of a call on several days, amended, resealed, destroyed, in every order."""
    known = Line(line)
    for step in steps:
        known.take(*step)
        known.look()
