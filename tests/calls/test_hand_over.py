"""A call that is set aside, handed over, or was kept as none too soon."""

from dataclasses import replace
from datetime import timedelta

import pytest

from console import calls
from console.errors import Refused
from tests.calls.test_live import CODED
from tests.vaults import NOW, make_vault, open_as


@pytest.fixture
def two(tmp_path):
    """A home with two operators."""
    make_vault(tmp_path / "two", operators=("amina", "bushra"))
    return tmp_path / "two"


def test_a_colleague_takes_up_what_was_set_aside_word_for_word(two):
    with open_as(two, "amina") as vault:
        draft = replace(calls.start(vault, now=NOW), note="she whispers", coded=CODED, seconds=90)
        parked = calls.set_aside(vault, draft, now=NOW)
        assert parked == replace(draft, state="parked")
    with open_as(two, "bushra") as vault:
        [found] = calls.drafts(vault)
        assert (found.state, found.operator) == ("parked", "amina")
        mine = calls.take_up(vault, found.call, now=NOW)
        assert mine == replace(draft, operator="bushra")
        assert calls.drafts(vault) == [mine]
        calls.finish(vault, mine, distress=2, now=NOW)
        assert calls.read(vault, mine.call).operator == "bushra"
        actions = [line.action for line in vault.audit_lines()]
        assert [a for a in actions if a.startswith("call.")] == [
            "call.set_aside",
            "call.taken_up",
            "call.finished",
        ]


def test_a_call_that_has_ended_is_not_taken_up(vault):
    draft = replace(calls.start(vault, now=NOW), coded=CODED)
    calls.finish(vault, draft, distress=1, now=NOW)
    with pytest.raises(Refused, match="not open"):
        calls.take_up(vault, draft.call, now=NOW)
    with pytest.raises(Refused, match="ended already"):
        calls.set_aside(vault, draft, now=NOW)


def test_a_wrong_digit_is_taken_back(vault):
    draft = calls.start(vault, now=NOW)
    calls.finish_non_data(vault, draft, "prank", now=NOW)
    again = calls.take_back(vault, draft, now=NOW + calls.TAKE_BACK)
    assert calls.drafts(vault) == [again] == [draft]
    assert calls.recent(vault) == []
    calls.finish(vault, replace(again, coded=CODED), distress=1, now=NOW)
    assert [line.kind for line in calls.recent(vault)] == ["data"]


@pytest.mark.parametrize("late", [timedelta(seconds=12), timedelta(hours=-1)])
def test_a_contact_is_not_taken_back_later(vault, late):
    draft = calls.start(vault, now=NOW)
    calls.finish_non_data(vault, draft, "prank", now=NOW)
    with pytest.raises(Refused, match="start a new call"):
        calls.take_back(vault, draft, now=NOW + late)
    assert [line.kind for line in calls.recent(vault)] == ["prank"]
    assert calls.drafts(vault) == []


def test_a_data_call_and_a_colleagues_contact_are_not_taken_back(two):
    with open_as(two, "amina") as vault:
        whole = replace(calls.start(vault, now=NOW), coded=CODED)
        calls.finish(vault, whole, distress=1, now=NOW)
        with pytest.raises(Refused):
            calls.take_back(vault, whole, now=NOW)
        silent = calls.start(vault, now=NOW)
        calls.finish_non_data(vault, silent, "silent", now=NOW)
    with open_as(two, "bushra") as vault, pytest.raises(Refused):
        calls.take_back(vault, silent, now=NOW)


def test_the_length_of_a_call_is_what_was_seen_on_screen_whatever_the_clock_says(vault):
    draft = replace(calls.start(vault, now=NOW), coded=CODED, seconds=11 * 60)
    finished = calls.finish(vault, draft, distress=1, now=NOW - timedelta(hours=1))
    assert finished.minutes == 15


def test_what_a_full_disk_does_not_take_is_kept_sealed_and_opened_again(vault):
    draft = replace(calls.start(vault, now=NOW), note="she whispers", seconds=4)
    (pages,) = vault.conn.execute("PRAGMA page_count").fetchone()
    vault.conn.execute(f"PRAGMA max_page_count = {pages}")
    long = replace(draft, note="she whispers " * 9000)
    unkept = calls.keep(vault, long, now=NOW)
    assert b"whispers" not in unkept.sealed
    assert "whispers" not in repr(unkept)
    vault.conn.execute("PRAGMA max_page_count = 1000000")
    assert calls.open_unkept(vault, unkept) == long
    assert calls.keep(vault, long, now=NOW) is None
    assert calls.drafts(vault) == [long]


def test_identifiers_that_are_kept_on_purpose_are_counted(vault):
    draft = replace(calls.start(vault, now=NOW), coded=CODED, note="0300 1234567")
    calls.finish(vault, draft, distress=1, identifiers_kept=1, now=NOW)
    counted = [line for line in vault.audit_lines() if line.action == "note.identifiers_kept"]
    assert [line.subject for line in counted] == [f"call {draft.call}: 1"]
