from dataclasses import replace
from datetime import timedelta

import pytest

from console import calls
from console.errors import BadUsage, Refused
from tests.vaults import NOW, open_as

CODED = {
    "caller": ("self",),
    "gender": ("woman",),
    "age": ("18-25",),
    "region": ("PK-PB",),
    "issue": ("images_shared", "threats"),
    "platform": ("instagram",),
    "urgency": ("urgent",),
}
LATER = NOW + timedelta(minutes=12, seconds=41)


def rows(vault, sql, *values):
    return vault.conn.execute(sql, list(values)).fetchall()


def publish(vault, period):
    with vault.transaction():
        vault.conn.execute(
            "INSERT INTO release VALUES (?, 1, 'rounded', '2026-12-01', 'carla', 'x')", [period]
        )


def test_a_started_call_is_in_the_journal_of_the_next_unlock(home):
    with open_as(home, "amina") as vault:
        draft = calls.start(vault, now=NOW)
        draft = replace(draft, note="she says\nشکریہ", cursor=(1, 3), coded=CODED, state="parked")
        calls.save(vault, draft, now=LATER)
    with open_as(home, "amina") as vault:
        assert calls.drafts(vault) == [draft]
        assert calls.recent(vault) == []


def test_save_says_when(vault):
    assert calls.save(vault, calls.start(vault, now=NOW), now=LATER) == "2026-11-21T09:14:48+00:00"


def test_a_finished_call_is_read_as_it_was_coded(vault):
    draft = replace(calls.start(vault, now=NOW), coded=CODED, note="it began in May")
    finished = calls.finish(vault, draft, distress=4, now=LATER)
    assert (finished.call, finished.minutes, finished.distress) == (draft.call, 15, 4)
    assert calls.drafts(vault) == []
    kept = calls.read(vault, draft.call)
    assert kept.coded == CODED
    assert kept.note == "it began in May"
    assert (kept.day, kept.hour, kept.minutes, kept.distress) == ("2026-11-21", 14, 15, 4)
    [line] = calls.recent(vault)
    assert (line.call, line.kind, line.has_note) == (draft.call, "data", True)
    assert line.coded == CODED
    assert rows(vault, "SELECT period FROM call") == [("2026-11",)]
    assert vault.audit_lines()[-1].action == "call.finished"


def test_a_call_without_a_note_keeps_none(vault):
    draft = replace(calls.start(vault, now=NOW), coded=CODED, note=" \n")
    calls.finish(vault, draft, distress=None, now=LATER)
    assert rows(vault, "SELECT * FROM note") == []
    assert calls.read(vault, draft.call).note == ""
    assert not calls.recent(vault)[0].has_note


def test_what_is_still_to_code_is_named_and_the_call_goes_on(vault):
    draft = replace(calls.start(vault, now=NOW), coded=CODED | {"age": (), "urgency": ()})
    calls.save(vault, draft, now=NOW)
    with pytest.raises(Refused, match="still to code: Age, Urgency"):
        calls.finish(vault, draft, distress=3, now=LATER)
    assert calls.drafts(vault) == [draft]


@pytest.mark.parametrize(
    "wrong",
    [
        {"gender": ("woman", "man")},
        {"gender": ("queen",)},
        {"issue": ("stalking", "stalking")},
        {"colour": ("red",)},
        {"kind": ("silent",)},
    ],
)
def test_codes_that_make_no_sense_do_not_end_a_call(vault, wrong):
    draft = calls.start(vault, now=NOW)
    with pytest.raises(BadUsage):
        calls.finish(vault, replace(draft, coded=CODED | wrong), distress=3, now=LATER)
    assert calls.drafts(vault) == [draft]


@pytest.mark.parametrize("distress", [0, 6, -1])
def test_distress_is_one_to_five(vault, distress):
    draft = replace(calls.start(vault, now=NOW), coded=CODED)
    with pytest.raises(BadUsage, match="1 to 5"):
        calls.finish(vault, draft, distress=distress, now=LATER)


def test_a_call_ends_once(vault):
    draft = replace(calls.start(vault, now=NOW), coded=CODED)
    calls.finish(vault, draft, distress=1, now=LATER)
    for again in (
        lambda: calls.finish(vault, draft, distress=1, now=LATER),
        lambda: calls.finish_non_data(vault, draft, "silent", now=LATER),
        lambda: calls.save(vault, draft, now=LATER),
    ):
        with pytest.raises(Refused, match="ended already"):
            again()
    assert len(calls.recent(vault)) == 1
    assert calls.drafts(vault) == []


def test_a_silent_contact_keeps_its_kind_alone(vault):
    draft = replace(calls.start(vault, now=NOW), coded=CODED)
    calls.finish_non_data(vault, draft, "silent", now=LATER)
    kept = calls.read(vault, draft.call)
    assert (kept.kind, kept.coded, kept.note) == ("silent", {}, "")
    assert rows(vault, "SELECT * FROM call_mention") == []
    assert rows(vault, "SELECT * FROM tally_call") == []
    assert rows(vault, "SELECT * FROM tally_kind") == [("2026-11", "silent")]


def test_a_note_is_never_thrown_away_with_one_key(vault):
    draft = replace(calls.start(vault, now=NOW), note="then she whispered")
    with pytest.raises(Refused, match="has a note"):
        calls.finish_non_data(vault, draft, "silent", now=LATER)


@pytest.mark.parametrize("kind", ["data", "unknown", "fax", ""])
def test_a_contact_of_no_such_kind_goes_on(vault, kind):
    draft = calls.start(vault, now=NOW)
    with pytest.raises(BadUsage):
        calls.finish_non_data(vault, draft, kind, now=LATER)
    assert calls.drafts(vault) == [draft]


def test_a_colleague_takes_up_a_call_and_carries_it(home):
    with open_as(home, "amina") as vault:
        draft = replace(calls.start(vault, now=NOW), coded=CODED, note="handed over")
        calls.save(vault, draft, now=NOW)
    with open_as(home, "noor") as vault:
        [taken] = calls.drafts(vault)
        calls.finish(vault, taken, distress=2, now=LATER)
        assert calls.recent(vault)[0].operator == "noor"
        assert calls.read(vault, taken.call).note == "handed over"


def test_the_newest_call_comes_first(vault):
    ended = []
    for _ in range(3):
        draft = replace(calls.start(vault, now=NOW), coded=CODED)
        ended.append(calls.finish(vault, draft, distress=1, now=LATER).call)
    assert [line.call for line in calls.recent(vault, 2)] == ended[:0:-1]


def test_a_call_of_a_published_month_counts_in_the_next_open_one(vault):
    publish(vault, "2026-11")
    publish(vault, "2026-12")
    draft = replace(calls.start(vault, now=NOW), coded=CODED)
    calls.finish(vault, draft, distress=1, now=LATER)
    assert rows(vault, "SELECT day, period FROM call") == [("2026-11-21", "2027-01")]


def test_the_instant_goes_when_the_shift_is_over(vault):
    for _ in range(2):
        draft = replace(calls.start(vault, now=NOW), coded=CODED)
        calls.finish(vault, draft, distress=1, now=LATER)
    instants = "SELECT ended_at FROM call"
    calls.coarsen(vault, now=LATER + timedelta(hours=11), shift_over_for="noor")
    assert rows(vault, instants) == [("2026-11-21T09:14:48+00:00",)] * 2
    calls.coarsen(vault, now=LATER + timedelta(hours=13))
    assert rows(vault, instants) == [(None,)] * 2


def test_the_instant_goes_at_once_for_an_operator_whose_shift_is_over(vault):
    draft = replace(calls.start(vault, now=NOW), coded=CODED)
    calls.finish(vault, draft, distress=1, now=LATER)
    calls.coarsen(vault, now=LATER, shift_over_for="amina")
    assert rows(vault, "SELECT ended_at FROM call") == [(None,)]


@pytest.mark.parametrize("name", ["carla", "ines"])
def test_only_operators_take_and_read_calls(home, name):
    with open_as(home, "amina") as vault:
        draft = replace(calls.start(vault, now=NOW), coded=CODED)
        finished = calls.finish(vault, draft, distress=1, now=LATER)
    with open_as(home, name) as vault:
        for forbidden in (
            lambda: calls.start(vault, now=NOW),
            lambda: calls.drafts(vault),
            lambda: calls.read(vault, finished.call),
            lambda: calls.finish(vault, draft, distress=1, now=LATER),
        ):
            with pytest.raises(Refused):
                forbidden()
        assert rows(vault, "SELECT count(*) FROM call") == [(1,)]


def test_a_call_that_is_none_cannot_be_read(vault):
    open_call = calls.start(vault, now=NOW)
    for call in (open_call.call, 999):
        with pytest.raises(BadUsage, match="no finished call"):
            calls.read(vault, call)
