import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.calls import find_identifiers, mask, masked

# Country, note with [[what must be marked]], kinds in order.
MARKED = [
    ("PK", "Called from [[0300-1234567]] at 10:30, aged 17", ["phone"]),
    ("PK", "his number is [[+92 300 1234567]] or [[+47 912 34 567]]", ["phone", "phone"]),
    ("PK", "CNIC [[34201-0891231-8]], paid 25000 rupees", ["national number"]),
    ("PK", "id card [[3420108912318]]", ["national number"]),
    ("PK", "mera naam [[ayesha]] hai", ["name"]),
    ("PK", "her name is [[Ayesha Khan]] and she is 19", ["name"]),
    ("PK", "insta: [[sara.khan1]] wrote", ["handle"]),
    ("PK", "follows [[@sara_k]] everywhere", ["handle"]),
    ("PK", "write to [[sara.k+1@mail.example.com]].", ["e-mail"]),
    ("PK", "sent it to [[sara at gmail dot com]] too", ["e-mail"]),
    ("PK", "posted on [[https://example.com/p/1?q=2]].", ["link"]),
    ("PK", "the group is [[t.me/joinchat]] and [[www.example.org]]", ["link", "link"]),
    ("NO", "hun heter [[Kari Nordmann]], født [[12.03.1998]]", ["name", "date of birth"]),
    ("NO", "ring [[22 22 22 22]] eller [[91 23 45 67]]", ["phone", "phone"]),
    ("NO", "fødselsnummer [[15108695088]]", ["national number"]),
    ("FR", "je m’appelle [[claire]], née le [[3 mars 1990]]", ["name", "date of birth"]),
    ("FR", "son numéro [[06 12 34 56 78]], il est 14h30", ["phone"]),
    ("FR", "sécu [[2 95 10 99 126 111 93]]", ["national number"]),
    ("ES", "me llamo [[Ana García]] y mi DNI [[12345678Z]]", ["name", "national number"]),
    (
        "ES",
        "NIE [[X2482300W]], nacida el [[5 de mayo de 2001]]",
        ["national number", "date of birth"],
    ),
    ("AR", "se llama [[Juan]], DNI [[30.123.456]]", ["name", "national number"]),
    ("AR", "CUIT [[20-05536168-2]]", ["national number"]),
    ("BR", "CPF [[390.533.447-05]]", ["national number"]),
]

HARMLESS = [
    ("PK", "between 5 and 7, at 10:30 and 22.15, on 12/03/2020, aged 17"),
    ("PK", "he took 25000 rupees, then rs 1,50,000, and $ 300"),
    ("PK", "she left.no one came, room 1204, case 45/2020, 3 times, 15 calls"),
    ("PK", "she called 15 and 1991; her name is not known"),
    ("PK", "she was born in Lahore and has 2 children aged 4 and 6"),
    ("NO", "han krevde 20 000 000 kr kl. 14.30, 3 ganger i 2019"),
    ("FR", "il a pris 1 200 euros à 14h30, le 12/03/2020"),
    ("ES", "a las 21:30 del 12/03/2020 pagó 1.500 euros, 3 veces"),
    ("AR", "pagó 2.500.000 pesos en 2020, a las 18.30"),
    ("", "nothing to see: 10 minutes, 50 %, 2nd floor, 24/7"),
]


def plain(marked: str) -> str:
    return marked.replace("[[", "").replace("]]", "")


@pytest.mark.parametrize(("country", "note", "kinds"), MARKED)
def test_an_identifier_is_marked_exactly_and_named(country, note, kinds):
    text = plain(note)
    marks = find_identifiers(text, country)
    assert [mark.kind for mark in marks] == kinds
    for mark in marks:
        assert f"[[{text[mark.start : mark.end]}]]" in note


@pytest.mark.parametrize(("country", "note"), HARMLESS)
def test_what_identifies_nobody_is_left_alone(country, note):
    assert find_identifiers(note, country) == []


def test_digits_of_other_scripts_are_digits():
    assert [mark.kind for mark in find_identifiers("نمبر ٠٣٠٠١٢٣٤٥٦٧", "PK")] == ["phone"]


def test_masking_leaves_the_rest_of_the_note():
    text = "call 0300-1234567\nor a@example.com now"
    marks = find_identifiers(text, "PK")
    assert masked(text, marks) == "call [phone]\nor [e-mail] now"


def test_a_mask_keeps_the_line_breaks():
    text = "0300\n1234567"
    assert mask(text, find_identifiers("a@example.com", "PK")[0]) == "[e-mail]\n"


@given(st.text(), st.sampled_from(["PK", "FR", "NO", "ES", "AR", "BR", "", "ZZ"]))
def test_no_text_breaks_the_guard(text, country):
    marks = find_identifiers(text, country)
    at = 0
    for mark in marks:
        assert at <= mark.start < mark.end <= len(text)
        at = mark.end


@given(st.lists(st.sampled_from([plain(note) for _, note, _ in MARKED])).map("\n".join))
def test_a_masked_note_has_nothing_left_to_mark(text):
    assert find_identifiers(masked(text, find_identifiers(text, "PK")), "PK") == []
