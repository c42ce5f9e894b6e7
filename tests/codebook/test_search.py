import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import codebook
from console.codebook import LANGUAGES, normalise

BOOK = codebook.load(None, "PK")

FIRST = [
    ("insta", "platform", "instagram"),
    ("INSTA", "platform", "instagram"),
    ("my ex", "perpetrator", "former_partner"),
    ("17", "age", "12-17"),
    ("1", "age", "0-11"),
    ("110", "age", "60+"),
    ("keeps texting", "issue", "stalking"),
    ("won’t stop calling", "issue", "stalking"),
    ("w", "gender", "woman"),
    ("m", "gender", "man"),
    ("myself", "caller", "self"),
    ("punjab", "region", "PK-PB"),
    ("PK-SD", "region", "PK-SD"),
    ("photos shared", "issue", "images_shared"),
    ("urgent", "urgency", "urgent"),
    ("mi ex", "perpetrator", "former_partner"),
    ("mon ex", "perpetrator", "former_partner"),
    ("eksen min", "perpetrator", "former_partner"),
    ("voldtatt", "issue", "rape"),
    ("menace", "issue", "threats"),
    ("dhamki", "issue", "threats"),
    ("shohar", "perpetrator", "partner"),
    ("mere", "relation", "parent"),
]


@pytest.mark.parametrize(("query", "dimension", "code"), FIRST)
def test_the_code_line_finds_first(query, dimension, code):
    hit = BOOK.search(query)[0]
    assert (hit.dimension, hit.code) == (dimension, code)


@pytest.mark.parametrize(
    ("slip", "code"),
    [
        ("instagrm", "instagram"),
        ("isntagram", "instagram"),
        ("keps texting", "stalking"),
        ("blakmail", "blackmail"),
        ("baluchistan", "PK-BA"),
        ("whatsap", "whatsapp"),
        ("psycological", "psychological_abuse"),
    ],
)
def test_a_slip_of_the_finger_is_forgiven(slip, code):
    assert BOOK.search(slip)[0].code == code


@pytest.mark.parametrize(("query", "code"), [("cordoba", "AR-X"), ("TUCUMAN", "AR-T")])
def test_accents_make_no_difference(query, code):
    assert codebook.load(None, "AR").search(query)[0].code == code


def test_an_exact_beginning_comes_before_a_likeness():
    hits = BOOK.search("teach")
    assert hits[0].matched.casefold().startswith("teach")


def test_several_dimensions_are_in_one_answer():
    assert len({hit.dimension for hit in BOOK.search("friend")}) > 1


def test_every_label_is_found_by_itself_in_every_language():
    for language in LANGUAGES:
        book = codebook.load(None, "PK", language)
        for dimension in book.dimensions():
            for code in book.codes(dimension.name):
                if code.code != "unknown":
                    hits = book.search(code.label, limit=30)
                    found = {(hit.dimension, hit.code) for hit in hits}
                    assert (code.dimension, code.code) in found, (language, code)


@pytest.mark.parametrize("query", ["", " ", "\x00", "¿?", "111", "0" * 400, "🙂"])
def test_a_query_without_meaning_finds_nothing(query):
    assert BOOK.search(query) == []


@given(st.text(), st.integers(-1, 20))
def test_no_text_breaks_the_search(query, limit):
    hits = BOOK.search(query, limit)
    assert len(hits) <= max(0, limit)
    assert len({(hit.dimension, hit.code) for hit in hits}) == len(hits)
    assert all(BOOK.known(hit.dimension, hit.code) for hit in hits)


@given(st.text())
def test_no_text_breaks_the_suggestions(note):
    hits = BOOK.suggest(note, {})
    assert len(hits) <= 3
    assert all(BOOK.known(hit.dimension, hit.code) for hit in hits)


@given(st.text())
def test_normalising_twice_is_normalising_once(text):
    assert normalise(normalise(text)) == normalise(text)


def suggested(note, coded=None, limit=3):
    return [(hit.dimension, hit.code) for hit in BOOK.suggest(note, coded or {}, limit)]


def test_words_of_a_note_offer_codes_the_latest_first():
    note = "my ex keeps texting me on instagram"
    assert suggested(note) == [
        ("platform", "instagram"),
        ("issue", "stalking"),
        ("perpetrator", "former_partner"),
    ]


def test_what_is_coded_is_not_offered_again():
    note = "my ex keeps texting me on instagram"
    coded = {"platform": ("instagram",), "perpetrator": ("stranger",)}
    assert suggested(note, coded) == [("issue", "stalking")]


def test_a_number_is_an_age_beside_a_word_for_years_alone():
    assert ("age", "12-17") in suggested("she is 16 years old")
    assert ("age", "12-17") in suggested("elle a 16 ans")
    assert suggested("it happened 16 times") == []


def test_a_longer_phrase_hides_the_shorter_one_in_it():
    assert suggested("it was her ex husband") == [("perpetrator", "former_partner")]


def test_unknown_is_never_offered():
    assert all(code != "unknown" for _, code in suggested("unknown undisclosed inconnu", limit=9))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("harassed at work", "sexual_harassment"),
        ("reads my whatsapp", "spyware"),
        ("somebody reads all my messages", "spyware"),
    ],
)
def test_a_phrase_that_nobody_foresaw_is_found_by_its_rare_words(query, code):
    assert code in [hit.code for hit in BOOK.search(query, 6)]
