"""Return codes: forgiving to a caller who reads hers out, of no use to one who guesses."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import calls
from console.calls import returning
from console.errors import BadUsage, Refused
from console.vault import purge
from tests.calls.test_live import CODED, LATER, rows
from tests.vaults import NOW, open_as


def finished(vault, note="", now=NOW):
    draft = replace(calls.start(vault, now=now), coded=CODED, note=note)
    return calls.finish(vault, draft, distress=1, now=now).call


def live(vault):
    return calls.start(vault, now=NOW).call


def give(vault, call):
    return calls.give_return_code(vault, call, now=NOW)


def follow(vault, code, call):
    return calls.follow_return_code(vault, code, call, now=NOW)


def numbers(case):
    return [call.call for call in case.calls]


WRITTEN = {
    "4071 9926",
    "40719926",
    "4071-9926",
    " 40 71 99 26\n",
    "4071–9926",
    "4071.9926",
    "٤٠٧١ ٩٩٢٦",
    "۴۰۷۱ ۹۹۲۶",
    "\u200f٤٠٧١-٩٩٢٦\u200e",
    "४०७१९९२६",
    "4071\u00a09926",
}


@pytest.mark.parametrize("written", sorted(WRITTEN))
def test_a_code_is_read_however_it_is_written(written):
    assert returning.digits_of(written) == "40719926"


@pytest.mark.parametrize(
    "written", ["", "4071 992", "4071 99266", "4071 992O", "½½½½½½½½", "²²²²²²²²"]
)
def test_what_is_no_code_is_told_apart_from_a_wrong_one(written):
    with pytest.raises(BadUsage, match="eight digits"):
        returning.digits_of(written)


@given(st.integers(0, 10**8 - 1), st.sampled_from(["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]))
def test_what_is_given_is_what_is_read_back(number, script):
    digits = f"{number:08}"
    shown = returning.grouped(digits)
    assert len(shown) == 9
    assert returning.digits_of(shown.translate(str.maketrans("0123456789", script))) == digits


@given(st.text(max_size=30))
def test_any_text_is_a_code_or_refused_in_words(text):
    try:
        digits = returning.digits_of(text)
    except BadUsage:
        return
    assert len(digits) == 8
    assert digits.isascii()
    assert digits.isdigit()


def test_a_code_opens_the_earlier_notes_to_a_colleague_another_day(home):
    with open_as(home, "amina") as vault:
        draft = replace(calls.start(vault, now=NOW), coded=CODED, note="it began in May")
        code = give(vault, draft.call)
        first = calls.finish(vault, draft, distress=1, now=LATER).call
    with open_as(home, "noor") as vault:
        case = follow(vault, code, live(vault))
        [earlier] = case.calls
        assert (earlier.call, earlier.note) == (first, "it began in May")
        assert earlier.coded == CODED
        assert case.destroyed == frozenset()


def test_the_vault_and_its_trail_hold_no_digit_of_a_code(vault):
    call = live(vault)
    code = give(vault, call)
    with pytest.raises(Refused):
        follow(vault, "1234 5678", live(vault))
    digits = code.replace(" ", "")
    kept = [bytes(value) for (value,) in rows(vault, "SELECT digest FROM return_code")]
    assert [len(value) for value in kept] == [32]
    lines = [f"{line.action} {line.subject}" for line in vault.audit_lines()]
    assert lines[-2:] == [f"return.given call {call}", f"return.wrong call {call + 1}"]
    for trace in (digits, code, "12345678"):
        assert not any(trace in line for line in lines)
        assert all(trace.encode() not in value for value in kept)


def test_codes_are_drawn_anew_where_one_is_taken(vault):
    drawn = iter([7, 7, 7, 99_999_999])
    codes = [
        calls.give_return_code(vault, live(vault), now=NOW, draw=lambda below: next(drawn))
        for _ in range(2)
    ]
    assert codes == ["0000 0007", "9999 9999"]


def test_codes_are_drawn_from_all_eight_digits(vault):
    asked = []

    def draw(below):
        asked.append(below)
        return 0

    calls.give_return_code(vault, live(vault), now=NOW, draw=draw)
    assert asked == [100_000_000]


def test_a_second_code_of_a_call_joins_the_same_case(vault):
    call = finished(vault, "first")
    one, two = give(vault, call), give(vault, call)
    assert one != two
    assert numbers(follow(vault, one, live(vault))) == [call]
    assert numbers(follow(vault, two, live(vault))) == [call]


def test_a_case_is_whatever_a_chain_of_codes_joins(vault):
    first, alone, other = (finished(vault, text) for text in ("first", "alone", "other"))
    one, two = give(vault, first), give(vault, other)
    draft = replace(calls.start(vault, now=NOW), coded=CODED, note="third")
    assert numbers(follow(vault, one, draft.call)) == [first]
    assert numbers(follow(vault, two, draft.call)) == [other, first]
    third = calls.finish(vault, draft, distress=1, now=LATER).call
    new = give(vault, third)
    assert numbers(follow(vault, new, live(vault))) == [third, other, first]
    assert numbers(calls.return_case(vault, first)) == [third, other]
    assert numbers(calls.return_case(vault, alone)) == []


def test_following_a_code_twice_is_following_it_once(vault):
    code, call = give(vault, finished(vault)), live(vault)
    assert follow(vault, code, call) == follow(vault, code, call)


def test_after_five_wrong_codes_a_call_takes_none_any_more(home):
    with open_as(home, "amina") as vault:
        code, call = give(vault, finished(vault)), live(vault)
        wrong = f"{(int(code.replace(' ', '')) + 1) % 10**8:08}"
        for _ in range(3):
            with pytest.raises(Refused, match="no call has this code"):
                follow(vault, wrong, call)
    # Logging in again, or another operator, gains no guess.
    with open_as(home, "noor") as vault:
        with pytest.raises(Refused, match="once more"):
            follow(vault, wrong, call)
        with pytest.raises(Refused, match="takes no more"):
            follow(vault, wrong, call)
        for tried in (wrong, code):
            with pytest.raises(Refused, match="too many wrong codes"):
                follow(vault, tried, call)
        assert numbers(calls.return_case(vault, call)) == []
        assert numbers(follow(vault, code, live(vault))) == [1]


def test_a_slip_of_the_finger_is_no_guess(vault):
    code, call = give(vault, finished(vault)), live(vault)
    for _ in range(9):
        with pytest.raises(BadUsage):
            follow(vault, "4071 992", call)
    assert numbers(follow(vault, code, call)) == [1]


def test_a_code_given_in_this_very_call_leads_to_nothing_earlier(vault):
    call = live(vault)
    code = give(vault, call)
    with pytest.raises(Refused, match="this very call"):
        follow(vault, code, call)
    assert numbers(calls.return_case(vault, call)) == []


def test_a_code_is_followed_while_the_call_goes_on_only(vault):
    code, ended = give(vault, finished(vault)), finished(vault)
    for call in (ended, 999):
        with pytest.raises(Refused, match="ended already"):
            follow(vault, code, call)
    assert numbers(calls.return_case(vault, ended)) == []


def test_a_contact_that_was_no_call_leaves_no_code_and_no_tie(vault):
    earlier = finished(vault)
    code = give(vault, earlier)
    draft = calls.start(vault, now=NOW)
    follow(vault, code, draft.call)
    lost = give(vault, draft.call)
    calls.finish_non_data(vault, draft, "prank", now=LATER)
    assert numbers(calls.return_case(vault, earlier)) == []
    calls.coarsen(vault, now=LATER + timedelta(minutes=1))
    assert rows(vault, "SELECT call FROM return_call") == [(earlier,)]
    assert rows(vault, "SELECT count(*) FROM return_code") == [(1,)]
    with pytest.raises(Refused, match="no call has this code"):
        follow(vault, lost, live(vault))
    with pytest.raises(Refused, match="none to come back to"):
        give(vault, draft.call)


def test_a_contact_that_is_taken_back_as_a_call_keeps_its_code(vault):
    draft = calls.start(vault, now=NOW)
    code = give(vault, draft.call)
    calls.finish_non_data(vault, draft, "hang_up", now=LATER)
    calls.coarsen(vault, now=LATER + timedelta(seconds=5))
    calls.take_back(vault, draft, now=LATER + timedelta(seconds=9))
    calls.coarsen(vault, now=LATER + timedelta(hours=1))
    calls.finish(vault, replace(draft, coded=CODED), distress=1, now=LATER + timedelta(hours=1))
    assert numbers(follow(vault, code, live(vault))) == [draft.call]


def test_a_clock_set_back_keeps_no_tie_of_a_contact_that_was_no_call(vault):
    draft = calls.start(vault, now=NOW)
    give(vault, draft.call)
    calls.finish_non_data(vault, draft, "silent", now=LATER)
    calls.coarsen(vault, now=LATER - timedelta(days=1))
    assert rows(vault, "SELECT * FROM return_call") == []


def test_what_retention_destroyed_is_said_and_the_codes_stay(vault):
    old = finished(vault, "old note")
    silent = finished(vault)
    code = give(vault, old)
    give(vault, silent)
    new = calls.start(vault, now=NOW + timedelta(days=1))
    follow(vault, code, new.call)
    with vault.transaction():
        vault.conn.execute("DELETE FROM day_key WHERE day = ?", ["2026-11-21"])
    newest = replace(new, coded=CODED, note="new note")
    calls.finish(vault, newest, distress=1, now=NOW + timedelta(days=1))
    case = follow(vault, code, live(vault))
    assert [(call.call, call.note) for call in case.calls] == [(new.call, "new note"), (old, "")]
    assert case.calls[1].coded == CODED
    assert case.destroyed == {old}
    assert calls.return_case(vault, silent).destroyed == frozenset()


def test_a_purged_day_that_has_a_key_again_is_read_as_far_as_it_goes(vault):
    long_ago = NOW - timedelta(days=100)
    old = finished(vault, "old note", now=long_ago)
    lay_open = replace(calls.start(vault, now=long_ago), coded=CODED, note="ended late")
    young = finished(vault, "young note")
    code = give(vault, young)
    for draft in (old, lay_open.call):
        with vault.transaction():
            vault.conn.execute("INSERT INTO return_call SELECT id, ? FROM return_code", [draft])
    purge.destroy(vault, now=NOW)
    calls.finish(vault, lay_open, distress=1, now=NOW)
    case = follow(vault, code, live(vault))
    notes = {call.call: call.note for call in case.calls}
    assert notes == {old: "", lay_open.call: "ended late", young: "young note"}
    assert case.destroyed == {old}
    assert calls.return_case(vault, young).destroyed == {old}


def test_an_imported_call_takes_no_code(vault):
    with vault.transaction():
        vault.conn.execute("INSERT INTO call_batch VALUES (1, 'x', '2026-11-21', 1)")
        vault.conn.execute(
            "INSERT INTO call (operator, day, period, batch) "
            "VALUES ('amina', '2026-11-21', '2026-11', 1)"
        )
    with pytest.raises(Refused):
        give(vault, 1)
    with pytest.raises(BadUsage, match="no call 2"):
        give(vault, 2)


@pytest.mark.parametrize("name", ["carla", "ines"])
def test_only_note_holders_give_and_follow_codes(home, name):
    with open_as(home, "amina") as vault:
        code, call = give(vault, finished(vault)), live(vault)
    with open_as(home, name) as vault:
        for forbidden in (
            lambda: give(vault, call),
            lambda: follow(vault, code, call),
            lambda: calls.return_case(vault, call),
        ):
            with pytest.raises(Refused, match="operators"):
                forbidden()
        assert vault.audited("return.wrong", f"call {call}") == 0


def test_nothing_that_is_printed_shows_an_earlier_note(vault):
    code = give(vault, finished(vault, "it began in May"))
    assert "May" not in repr(follow(vault, code, live(vault)))
