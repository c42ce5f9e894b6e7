"""The guard over a note that is being typed: cuts, memory, allowed numbers, the site's names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.calls import Guard, Mark, find_identifiers
from console.calls.guard.look import _passages, _pieces
from tests.calls.test_guard_set import TUNED

NAMES = ("Zubaida", "Anne Lise", "Maïté")
ALLOWED = frozenset({"924235761999"})

SENTENCES = st.sampled_from([each.text for each in TUNED])
NOTES = st.lists(
    st.tuples(SENTENCES | st.text(max_size=12), st.sampled_from([". ", "\n", " ", "", "\n\n"])),
    max_size=12,
).map(lambda parts: "".join(part + end for part, end in parts))
EDITS = st.lists(
    st.tuples(
        st.floats(0, 1), st.integers(0, 40), st.text(max_size=3) | st.sampled_from("7.\n ") | NOTES
    ),
    max_size=8,
)


@given(NOTES, EDITS, st.sampled_from(["PK", "NO", "FR", "ES", ""]))
def test_looking_again_after_edits_finds_the_same_as_looking_afresh(note, edits, country):
    guard = Guard(country, allowed=ALLOWED, names=NAMES)
    guard.look(note)
    for share, removed, put in edits:
        at = int(share * len(note))
        note = note[:at] + put + note[at + removed :]
        assert guard.look(note) == find_identifiers(note, country, allowed=ALLOWED, names=NAMES)


@given(NOTES)
def test_passages_and_pieces_leave_out_nothing_but_what_is_blank(note):
    at = 0
    for start, passage in _passages(note):
        assert not note[at:start].strip()
        assert note[start : start + len(passage)] == passage
        at = start + len(passage)
        ends = [0]
        for first, last in _pieces(passage):
            assert first == ends[-1] < last
            ends.append(last)
        assert ends[-1] == len(passage)
    assert not note[at:].strip()


RUN_ON = (
    "and she says it went on and on while nobody listened so they left again then came back "
    "because the room was cold and he kept asking where everyone had gone that evening "
)


@pytest.mark.parametrize(
    ("phrase", "kind"),
    [
        ("0300-1234567", "phone"),
        ("zero three double zero one two three four five six seven", "phone"),
        ("my name is Sara Khan", "name"),
        ("sara dot khan at gmail dot com", "e-mail"),
        ("https://example.com/" + "a" * 900, "link"),
        ("born on the 3rd of March 1998", "date of birth"),
        ("34201-0891231-8", "national number"),
    ],
)
def test_nothing_is_lost_wherever_it_stands_in_a_line_without_an_end(phrase, kind):
    text = RUN_ON * 6
    spaces = [match.start() for match in re.finditer(" ", text)]
    [alone] = find_identifiers(phrase, "PK")
    for at in spaces:
        before = text[:at] + " "
        expected = Mark(len(before) + alone.start, len(before) + alone.end, kind)
        assert expected in find_identifiers(before + phrase + text[at:], "PK")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("ring 0300-\n1234567 now", "0300-\n1234567"),
        ("0300\n1234567", "0300\n1234567"),
        ("her number:\n0300 1234567", "0300 1234567"),
        ("name:\nSara Khan\nshe is 19", "Sara Khan"),
    ],
)
def test_a_line_break_inside_a_number_or_after_a_colon_hides_nothing(text, marked):
    [mark] = find_identifiers(text, "PK")
    assert text[mark.start : mark.end] == marked


def test_what_stands_in_two_sentences_is_not_joined():
    assert find_identifiers("She did not say her name is. Sara came later", "PK") == []


def test_a_guard_forgets_what_the_note_no_longer_says():
    guard = Guard("PK")
    guard.look("\n".join(f"line {n} with some words" for n in range(2_000)))
    guard.look("short")
    assert len(guard._known) == 1


@pytest.mark.parametrize(
    "written", ["042-35761999", "+92 42 35761999", "(042) 35761999", "04235761999"]
)
def test_an_allowed_number_is_left_alone_however_it_is_written(written):
    assert find_identifiers(f"call {written} now", "PK", allowed=ALLOWED) == []
    assert [mark.kind for mark in find_identifiers(f"call {written} now", "PK")] == ["phone"]


def test_an_allowed_number_hides_no_other_beside_it():
    text = "042-35761999 or 0300-1234567"
    [mark] = find_identifiers(text, "PK", allowed=ALLOWED)
    assert text[mark.start :] == "0300-1234567"


@pytest.mark.parametrize("written", ["zubaida", "ZUBAIDA", "Anne  Lise", "anne lise", "Maite"])
def test_a_listed_name_is_found_whatever_its_case_and_accents(written):
    marks = find_identifiers(f"then {' '.join(written.split())} came", "NO", names=NAMES)
    assert [mark.kind for mark in marks] == ["name"]


def test_a_listed_name_is_a_whole_word():
    assert find_identifiers("zubaidas and maitéx", "PK", names=NAMES) == []


@pytest.mark.parametrize(
    "text",
    [
        "1 " * 25_000,
        "1-" * 25_000,
        "1" * 50_000,
        "a@" * 25_000,
        "a.a_" * 12_500,
        "my name is " * 4_500,
        "Anna " * 10_000,
        "one " * 12_500,
        "born 1/1 " * 5_000,
        "(" * 50_000,
    ],
    ids=lambda text: text[:8],
)
def test_a_hostile_note_is_read_to_its_end(text):
    guard = Guard("PK", names=NAMES)
    guard.look(text)
    end = find_identifiers(text + "\nmy name is Sara", "PK")[-1]
    assert (end.end - end.start, end.kind) == (4, "name")


@pytest.mark.parametrize("unseen", ["\u200b", "\u200e", "\u2060"])
def test_a_number_is_not_hidden_by_a_character_that_nobody_sees(unseen):
    [mark] = find_identifiers(f"call 0300{unseen}1234567 now", "PK")
    assert (mark.start, mark.end, mark.kind) == (5, 17, "phone")
