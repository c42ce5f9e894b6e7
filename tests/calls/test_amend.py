"""A finished call put right, and what it was before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console import calls, codebook
from console.calls import SINGLE
from console.errors import BadUsage, Refused
from console.vault import purge
from tests.calls.test_live import CODED, LATER, publish, rows
from tests.vaults import NOW, open_as

NEXT = NOW + timedelta(days=2)


def finished(vault, note="first words", **coded):
    draft = replace(calls.start(vault, now=NOW), coded={**CODED, **coded}, note=note)
    return calls.finish(vault, draft, distress=4, now=LATER).call


def amend(vault, call, note="first words", **coded):
    return calls.amend(vault, call, coded={**CODED, **coded}, note=note, now=NEXT)


def test_codes_and_note_are_put_right_and_what_they_were_is_kept(home):
    with open_as(home, "amina") as vault:
        call = finished(vault)
    with open_as(home, "noor") as vault:
        done = amend(vault, call, "better words", age=("12-17",), issue=("threats", "stalking"))
        assert (done.call, done.changed, done.published, done.kept) == (call, True, False, True)
        after = calls.read(vault, call)
        assert after.coded["age"] == ("12-17",)
        assert sorted(after.coded["issue"]) == ["stalking", "threats"]
        assert after.note == "better words"
        # Who took the call, when, and how hard it was stay hers.
        assert (after.operator, after.day, after.hour, after.distress) == (
            "amina",
            "2026-11-21",
            14,
            4,
        )
        last = vault.audit_lines()[-1]
        assert (last.action, last.subject, last.actor) == ("call.amended", f"call {call}", "noor")
    with open_as(home, "amina") as vault:
        [before] = calls.revisions(vault, call)
        assert (before.revision, before.amended_on, before.member) == (1, "2026-11-23", "noor")
        assert before.coded == CODED
        assert before.note == "first words"


def test_every_amendment_keeps_what_was_there_before_it(vault):
    call = finished(vault, "")
    amend(vault, call, "", age=("12-17",))
    amend(vault, call, "a note at last", age=("12-17",))
    amend(vault, call, "a note at last", age=("26-39",))
    kept = [(each.coded["age"], each.note) for each in calls.revisions(vault, call)]
    assert kept == [(("18-25",), ""), (("12-17",), ""), (("12-17",), "a note at last")]
    assert rows(vault, "SELECT count(*) FROM note") == [(1,)]


def test_nothing_changed_is_no_amendment(vault):
    call = finished(vault)
    before = len(vault.audit_lines())
    done = amend(vault, call, issue=tuple(reversed(CODED["issue"])), outcome=("unknown",))
    assert not done.changed
    assert rows(vault, "SELECT * FROM amendment") == []
    assert len(vault.audit_lines()) == before


def test_a_note_can_be_emptied_and_is_kept_before(vault):
    call = finished(vault)
    assert amend(vault, call, "").changed
    assert calls.read(vault, call).note == ""
    assert calls.revisions(vault, call)[0].note == "first words"


def test_what_could_not_be_finished_cannot_be_amended(vault):
    call = finished(vault)
    with pytest.raises(Refused, match="still to code: Age"):
        amend(vault, call, age=())
    for wrong in ({"gender": ("queen",)}, {"colour": ("red",)}, {"kind": ("silent",)}):
        with pytest.raises(BadUsage):
            amend(vault, call, "other", **wrong)
    assert calls.read(vault, call).note == "first words"
    assert rows(vault, "SELECT * FROM amendment") == []


def test_an_unknown_that_was_coded_is_said_again_before_a_call_is_amended(vault):
    call = finished(vault, age=("unknown",))
    book = codebook.load(vault, "PK")
    read = calls.read(vault, call).coded
    assert "age" not in read
    coded = calls.answered(book, read)
    assert coded == {**CODED, "age": ("unknown",)}
    assert not calls.amend(vault, call, coded=coded, note="first words", now=NEXT).changed
    assert "issue" not in calls.answered(book, {})


def test_a_published_month_stays_as_it_is_and_the_answer_says_so(vault):
    call = finished(vault)
    publish(vault, "2026-11")
    done = amend(vault, call, age=("12-17",))
    assert (done.changed, done.published) == (True, True)
    assert rows(vault, "SELECT period FROM call") == [("2026-11",)]


def test_after_retention_codes_can_be_put_right_and_what_they_were_is_gone(vault):
    call = finished(vault)
    amend(vault, call, age=("12-17",))
    with vault.transaction():
        vault.conn.execute("DELETE FROM day_key")
    with pytest.raises(Refused, match="retention"):
        amend(vault, call, "new words", age=("26-39",))
    done = amend(vault, call, "", age=("26-39",))
    assert (done.changed, done.kept) == (True, False)
    assert rows(vault, "SELECT age FROM call") == [("26-39",)]
    assert rows(vault, "SELECT count(*) FROM amendment") == [(1,)]
    assert rows(vault, "SELECT count(*) FROM note") == [(1,)]
    assert rows(vault, "SELECT * FROM day_key") == []
    with pytest.raises(Refused, match="retention"):
        calls.revisions(vault, call)


def test_codes_of_a_purged_day_that_has_a_key_again_can_be_put_right(vault):
    long_ago = NOW - timedelta(days=100)
    lay_open = replace(calls.start(vault, now=long_ago), coded=CODED, note="ended late")
    old = replace(calls.start(vault, now=long_ago), coded=CODED, note="old words")
    call = calls.finish(vault, old, distress=1, now=long_ago).call
    purge.destroy(vault, now=NOW)
    calls.finish(vault, lay_open, distress=1, now=NOW)
    done = amend(vault, call, "", age=("26-39",))
    assert (done.changed, done.kept) == (True, True)
    assert rows(vault, f"SELECT age FROM call WHERE id = {call}") == [("26-39",)]
    [before] = calls.revisions(vault, call)
    assert (before.coded, before.note) == (CODED, "")
    assert amend(vault, call, "said once more", age=("26-39",)).changed
    assert calls.read(vault, call).note == "said once more"


def test_only_a_call_that_was_taken_here_is_amended(vault):
    draft = calls.start(vault, now=NOW)
    with pytest.raises(BadUsage, match="no finished call"):
        amend(vault, draft.call)
    calls.finish_non_data(vault, draft, "silent", now=LATER)
    with vault.transaction():
        vault.conn.execute("INSERT INTO call_batch VALUES (1, 'x', '2026-11-21', 1)")
        vault.conn.execute(
            "INSERT INTO call (id, operator, day, period, batch) "
            "VALUES (9, 'amina', '2026-11-21', '2026-11', 1)"
        )
    for call in (draft.call, 9):
        with pytest.raises(Refused, match="can't be amended"):
            amend(vault, call)


def test_identifiers_left_in_the_note_on_purpose_are_counted(vault):
    call = finished(vault)
    calls.amend(vault, call, coded=CODED, note="call 0300-1234567", identifiers_kept=1, now=NEXT)
    lines = [(line.action, line.subject) for line in vault.audit_lines()][-2:]
    assert lines == [("note.identifiers_kept", f"call {call}: 1"), ("call.amended", f"call {call}")]


def test_what_fails_on_its_way_changes_nothing(vault):
    call = finished(vault)
    vault.conn.execute(
        "CREATE TEMP TRIGGER broken BEFORE INSERT ON call_mention "
        "BEGIN SELECT raise(ABORT, 'broken'); END"
    )
    with pytest.raises(Exception, match="broken"):
        amend(vault, call, "other words", age=("12-17",))
    vault.conn.execute("DROP TRIGGER broken")
    kept = calls.read(vault, call)
    assert (kept.coded, kept.note) == (CODED, "first words")
    assert calls.revisions(vault, call) == []


@pytest.mark.parametrize("name", ["carla", "ines"])
def test_only_note_holders_amend_and_read_what_was_amended(home, name):
    with open_as(home, "amina") as vault:
        call = finished(vault)
        amend(vault, call, age=("12-17",))
    with open_as(home, name) as vault:
        for forbidden in (lambda: amend(vault, call), lambda: calls.revisions(vault, call)):
            with pytest.raises(Refused, match="operators"):
                forbidden()


def test_the_decrypted_rows_show_no_code_that_was_amended_away(vault):
    call = finished(vault, age=("12-17",))
    amend(vault, call)
    [(sealed,)] = rows(vault, "SELECT sealed FROM amendment")
    assert b"12-17" not in bytes(sealed)
    assert "12-17" not in str(rows(vault, "SELECT * FROM call"))


book = codebook.load(None, "PK")
_codes = {
    name: st.sampled_from([code.code for code in book.codes(name)])
    for name in (*SINGLE[1:], "issue")
}


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(
            st.fixed_dictionaries({}, optional=_codes),
            st.text(max_size=20),
        ),
        max_size=4,
    )
)
def test_whatever_is_amended_every_earlier_state_is_there(vault, steps):
    call = finished(vault)
    states = [calls.read(vault, call)]
    for codes, note in steps:
        coded = {**CODED, **{name: (code,) for name, code in codes.items()}}
        if calls.amend(vault, call, coded=coded, note=note, now=NEXT).changed:
            states.append(calls.read(vault, call))
    assert calls.read(vault, call) == states[-1]
    kept = [(each.coded, each.note) for each in calls.revisions(vault, call)]
    assert kept == [(each.coded, each.note) for each in states[:-1]]
