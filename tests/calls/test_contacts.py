"""A contact is kept with consent, opened by operators alone, and gone on its day."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import calls, figures
from console.calls import Contact
from console.errors import BadUsage, Refused, VaultDamaged
from tests.calls.test_live import CODED, LATER, rows
from tests.vaults import NOW, open_as

CONTACT = Contact("the green door 71-22", "weekday mornings", "say it is the library")
DAY = timedelta(days=1)


def keep(vault, *, contact=CONTACT, now=NOW, **given):
    call = calls.start(vault, now=now).call
    calls.keep_contact(vault, call, contact, now=now, **{"consent": True, **given})
    return call


def due(vault, now=NOW):
    return [line.call for line in calls.due_contacts(vault, now=now)]


@given(st.text(), st.text(), st.text())
def test_any_words_survive_being_kept(how, when_safe, if_other_answers):
    contact = Contact(how, when_safe, if_other_answers)
    assert Contact.decode(1, contact.encode()) == contact
    assert contact.encode().isascii()


@pytest.mark.parametrize("payload", [b"", b"[]", b'{"format":2}', b'{"format":1,"how":3}', b"\xff"])
def test_a_payload_that_is_none_is_damage(payload):
    with pytest.raises(VaultDamaged):
        Contact.decode(1, payload)


def test_a_contact_is_read_by_a_colleague_and_said_to_wait(home):
    with open_as(home, "amina") as vault:
        call = calls.start(vault, now=NOW).call
        until = calls.keep_contact(vault, call, CONTACT, consent=True, now=NOW)
        assert until == "2026-12-05"
    with open_as(home, "noor") as vault:
        [line] = calls.due_contacts(vault, now=LATER)
        assert (line.call, line.consent_on, line.expires_on) == (call, "2026-11-21", "2026-12-05")
        assert calls.read_contact(vault, call, now=LATER) == CONTACT


def test_without_consent_nothing_is_kept(vault):
    call = calls.start(vault, now=NOW).call
    with pytest.raises(Refused, match="ask first"):
        calls.keep_contact(vault, call, CONTACT, consent=False, now=NOW)
    assert rows(vault, "SELECT * FROM contact") == []
    assert vault.audited("contact.kept", f"call {call}") == 0


@pytest.mark.parametrize("days", [0, -1, 91, 10**6])
def test_a_contact_is_kept_for_1_to_90_days(vault, days):
    with pytest.raises(BadUsage, match="1 to 90"):
        keep(vault, days=days)


@pytest.mark.parametrize(
    "contact", [Contact(""), Contact(" \n"), Contact("x" * 501), Contact("x", "y" * 501)]
)
def test_a_contact_says_how_and_is_no_second_note(vault, contact):
    with pytest.raises(BadUsage):
        keep(vault, contact=contact)


def test_the_one_that_expires_first_comes_first_and_expires_on_its_day(vault):
    later, sooner, today = keep(vault, days=90), keep(vault, days=2), keep(vault, days=1)
    assert due(vault) == [today, sooner, later]
    assert due(vault, NOW + DAY) == [sooner, later]
    assert rows(vault, "SELECT call FROM contact ORDER BY call") == [(later,), (sooner,)]
    # A clock that is set back brings nothing again.
    assert due(vault, NOW) == [sooner, later]
    with pytest.raises(BadUsage, match="any more"):
        calls.read_contact(vault, today, now=NOW)


def test_an_expired_contact_can_no_more_be_opened(vault):
    call = keep(vault, days=1)
    with pytest.raises(BadUsage, match="any more"):
        calls.read_contact(vault, call, now=NOW + DAY)
    assert rows(vault, "SELECT * FROM contact") == []


def test_a_clock_years_ahead_destroys_no_contact_and_opens_none(home):
    far = NOW + timedelta(days=3650)
    with open_as(home, "amina") as vault:
        call = keep(vault)
    with open_as(home, "ines", now=far) as vault:
        assert calls.destroy_expired_contacts(vault, now=far) == 0
    with open_as(home, "noor", now=far) as vault:
        with pytest.raises(Refused, match="expired on 2026-12-05"):
            calls.read_contact(vault, call, now=far)
        assert due(vault, far) == [call]
        assert calls.read_contact(vault, call, now=LATER) == CONTACT
    with open_as(home, "carla", now=far) as vault:
        assert calls.purge_now(vault, figures.fold, now=far).sealed.contacts == 1
        assert rows(vault, "SELECT * FROM contact") == []


@pytest.mark.parametrize("name", ["carla", "ines", "noor"])
def test_whoever_logs_in_first_destroys_what_has_expired(home, name):
    with open_as(home, "amina") as vault:
        gone, kept = keep(vault, days=3), keep(vault, days=4)
    with open_as(home, name) as vault:
        assert calls.destroy_expired_contacts(vault, now=NOW + 3 * DAY) == 1
        assert calls.destroy_expired_contacts(vault, now=NOW + 3 * DAY) == 0
        assert rows(vault, "SELECT call FROM contact") == [(kept,)]
        last = vault.audit_lines()[-1]
        assert (last.action, last.subject) == ("contact.expired", f"call {gone}")


def test_a_contact_goes_once_she_was_called(vault):
    call = keep(vault)
    calls.destroy_contact(vault, call, now=LATER)
    assert due(vault) == []
    for again in (
        lambda: calls.destroy_contact(vault, call, now=LATER),
        lambda: calls.read_contact(vault, call, now=LATER),
    ):
        with pytest.raises(BadUsage, match="any more"):
            again()


def test_a_new_contact_of_a_call_takes_the_place_of_the_old(vault):
    call = keep(vault, days=2)
    calls.keep_contact(vault, call, Contact("by letter"), consent=True, days=30, now=LATER)
    assert calls.read_contact(vault, call, now=LATER) == Contact("by letter")
    [line] = calls.due_contacts(vault, now=LATER)
    assert line.expires_on == "2026-12-21"


def test_a_contact_of_a_finished_call_can_still_be_kept(vault):
    draft = replace(calls.start(vault, now=NOW), coded=CODED)
    calls.finish(vault, draft, distress=1, now=LATER)
    calls.keep_contact(vault, draft.call, CONTACT, consent=True, now=LATER)
    assert due(vault) == [draft.call]


def test_nobody_is_called_back_for_what_was_no_call(vault):
    draft = calls.start(vault, now=NOW)
    calls.finish_non_data(vault, draft, "silent", now=LATER)
    with pytest.raises(Refused, match="no call"):
        calls.keep_contact(vault, draft.call, CONTACT, consent=True, now=LATER)
    with pytest.raises(BadUsage, match="no call 999"):
        calls.keep_contact(vault, 999, CONTACT, consent=True, now=LATER)


def test_a_promise_to_call_back_is_never_thrown_away_with_one_key(vault):
    draft = calls.start(vault, now=NOW)
    calls.keep_contact(vault, draft.call, CONTACT, consent=True, now=NOW)
    with pytest.raises(Refused, match="waits to be called back"):
        calls.finish_non_data(vault, draft, "silent", now=LATER)
    calls.destroy_contact(vault, draft.call, now=LATER)
    calls.finish_non_data(vault, draft, "silent", now=LATER)


def test_the_trail_says_what_was_done_and_not_one_word_of_the_contact(vault):
    call = keep(vault)
    calls.read_contact(vault, call, now=LATER)
    calls.destroy_contact(vault, call, now=LATER)
    lines = [(line.action, line.subject) for line in vault.audit_lines()][-3:]
    assert lines == [
        (f"contact.{what}", f"call {call}") for what in ("kept", "opened", "destroyed")
    ]


@pytest.mark.parametrize("name", ["carla", "ines"])
def test_only_operators_keep_see_and_open_contacts(home, name):
    with open_as(home, "amina") as vault:
        call = keep(vault)
    with open_as(home, name) as vault:
        for forbidden in (
            lambda: calls.keep_contact(vault, call, CONTACT, consent=True, now=NOW),
            lambda: calls.due_contacts(vault, now=NOW),
            lambda: calls.read_contact(vault, call, now=NOW),
            lambda: calls.destroy_contact(vault, call, now=NOW),
        ):
            with pytest.raises(Refused, match="operators"):
                forbidden()
        assert rows(vault, "SELECT call FROM contact") == [(call,)]


def test_nothing_that_is_printed_shows_a_contact(vault):
    call = keep(vault)
    shown = repr(calls.read_contact(vault, call, now=NOW)) + repr(
        calls.due_contacts(vault, now=NOW)
    )
    assert not any(word in shown for word in ("green", "mornings", "library"))
