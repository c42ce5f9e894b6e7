from hypothesis import given
from hypothesis import strategies as st

from console import codebook
from console.codebook import shipped

BOOK = codebook.load(None, "PK")
NAMES = [dimension.name for dimension in BOOK.dimensions()]
CODED = st.dictionaries(
    st.sampled_from(NAMES), st.lists(st.sampled_from(["unknown", "other", "yes"])).map(tuple)
)


def test_a_fresh_call_misses_the_required_dimensions():
    assert BOOK.missing({}) == ("caller", "gender", "age", "region", "issue", "urgency")


def test_unknown_counts_as_coded():
    assert BOOK.missing(dict.fromkeys(shipped.rules().required, ("unknown",))) == ()


def test_a_contact_that_is_no_data_call_asks_nothing_further():
    assert BOOK.missing({"kind": ("silent",)}) == ()
    assert BOOK.shown({"kind": ("silent",), "gender": ("woman",)}) == ("kind",)


def test_platform_shows_for_an_issue_online_alone():
    assert "platform" not in BOOK.shown({"issue": ("physical_assault",)})
    assert "platform" in BOOK.shown({"issue": ("physical_assault", "images_shared")})


def test_perpetrator_shows_for_violence_alone():
    assert "perpetrator" not in BOOK.shown({"issue": ("information",)})
    assert "perpetrator" in BOOK.shown({"issue": ("rape",)})


def test_setting_shows_with_any_issue_and_for_minors():
    assert "setting" not in BOOK.shown({"issue": ("unknown",)})
    assert "setting" in BOOK.shown({"issue": ("information",)})
    assert "setting" in BOOK.shown({"age": ("12-17",)})


def test_campaign_and_campus_show_by_the_source():
    assert not {"campaign", "campus"} & set(BOOK.shown({"source": ("media",)}))
    assert "campaign" in BOOK.shown({"source": ("campaign",)})
    assert "campus" in BOOK.shown({"source": ("workshop",)})


@given(CODED)
def test_what_is_shown_is_in_form_order_and_holds_all_that_is_coded_or_required(coded):
    shown = BOOK.shown(coded)
    if coded.get("kind") in (None, (), ("data",)):
        assert list(shown) == [name for name in NAMES if name in shown]
        assert {name for name, codes in coded.items() if codes and name != "kind"} <= set(shown)
        assert set(BOOK.missing(coded)) <= set(shown)
    else:
        assert shown == ("kind",)


@given(CODED)
def test_missing_are_the_required_ones_without_a_code(coded):
    coded.pop("kind", None)
    missing = set(BOOK.missing(coded))
    assert missing == {name for name in shipped.rules().required if not coded.get(name)}


def test_who_calls_as_a_mother_calls_for_somebody_else():
    assert BOOK.implied({"relation": ("parent",)})["caller"] == ("on_behalf",)
    assert BOOK.implied({"relation": ("parent",), "caller": ("witness",)})["caller"] == ("witness",)
    assert "caller" not in BOOK.implied({"relation": ("unknown",)})


def test_a_relation_is_asked_of_who_calls_for_somebody_else_alone():
    assert "relation" in BOOK.shown({"caller": ("on_behalf",)})
    assert "relation" not in BOOK.shown({"caller": ("self",)})


def test_what_was_said_last_of_who_calls_counts():
    about_self = {"caller": ("self",), "relation": ("parent",)}
    assert BOOK.implied(about_self, "relation")["caller"] == ("on_behalf",)
    assert BOOK.implied(about_self, "caller") == {"caller": ("self",)}
    witness = {"caller": ("witness",), "relation": ("parent",)}
    assert BOOK.implied(witness, "relation") == witness
