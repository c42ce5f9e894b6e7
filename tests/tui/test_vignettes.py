"""Twelve calls and four contacts that are none, through the real screen: codes and keys."""

from statistics import mean

import pytest

from tests.tui.vignettes.play import Contact, Vignette, contacts, played, vignettes

MOST_KEYS = 25
MOST_KEYS_NON_DATA = 2

CALLS = vignettes()
NO_CALLS = contacts()


@pytest.mark.parametrize("vignette", CALLS, ids=lambda vignette: vignette.name)
def test_a_call_is_coded_as_its_author_meant_it(vignette: Vignette) -> None:
    finished = played(vignette).finished
    assert finished.kind == "data"
    assert finished.note == vignette.note
    assert {name: tuple(codes) for name, codes in finished.coded.items()} == vignette.codes


@pytest.mark.parametrize("contact", NO_CALLS, ids=lambda contact: contact.kind)
def test_a_contact_that_is_no_call_takes_two_keys(contact: Contact) -> None:
    done = played(contact)
    assert done.finished.kind == contact.kind
    assert done.finished.note == ""
    assert done.keys <= MOST_KEYS_NON_DATA


def test_a_call_takes_few_keys_beside_its_note() -> None:
    assert mean(played(vignette).keys for vignette in CALLS) <= MOST_KEYS


def test_a_call_touches_few_fields_beside_its_note() -> None:
    # Where one may be asked at all: the code line, the form on the way to the note, the ending.
    assert max(len(played(vignette).fields) for vignette in CALLS) <= 3


@pytest.mark.parametrize("vignette", CALLS, ids=lambda vignette: vignette.name)
def test_a_vignette_is_a_whole_call(vignette: Vignette) -> None:
    assert 60 <= len(vignette.note.split()) <= 120
    assert {"caller", "gender", "age", "region", "issue", "urgency"} <= set(vignette.codes)
    assert "perpetrator" in vignette.codes


def test_the_vignettes_are_the_ones_that_were_asked_for() -> None:
    assert len(CALLS) == 12
    assert len(NO_CALLS) == 4
    assert {vignette.country for vignette in CALLS} == {"PK", "FR", "NO", "AR"}
    assert {vignette.language for vignette in CALLS} == {"en", "fr", "nb", "es"}
