import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import codebook
from console.codebook import LANGUAGES, mappings

BOOK = codebook.load(None, "PK")
ISSUES = [code.code for code in BOOK.codes("issue")]
GBVIMS = tomllib.loads(
    files("console.codebook").joinpath("data", "mappings", "gbvims.toml").read_text("utf-8")
)
# The list of GBVIMS+, as a reader of its exports knows it.
RELATIONSHIPS = {
    "intimate_partner_former_partner",
    "primary_caregiver",
    "family_other_than_spouse_or_caregiver",
    "supervisor_employer",
    "schoolmate",
    "teacher_school_official",
    "service_provider",
    "cotenant_housemate",
    "family_friend_neighbor",
    "other_refugee_idp_returnee",
    "other_resident_community_member",
    "other",
    "no_relation",
    "unknown",
}


def test_gbvims_asks_in_its_order():
    assert mappings.gbvims_types() == (
        "rape",
        "sexual_assault",
        "physical_assault",
        "forced_marriage",
        "denial_of_resources",
        "psychological_abuse",
    )


@pytest.mark.parametrize(
    ("issues", "main"),
    [
        (["psychological_abuse", "rape", "physical_assault"], "rape"),
        (["sexual_assault", "rape"], "rape"),
        (["physical_assault", "sexual_assault"], "sexual_assault"),
        (["forced_marriage", "physical_assault"], "physical_assault"),
        (["denial_of_resources", "forced_marriage"], "forced_marriage"),
        (["threats", "denial_of_resources"], "denial_of_resources"),
        (["genital_cutting", "physical_assault"], "sexual_assault"),
        (["images_shared", "information"], "psychological_abuse"),
        (["information", "fraud"], None),
        (["a_code_of_the_site"], None),
        ([], None),
    ],
)
def test_the_first_type_that_applies_is_the_main_one(issues, main):
    assert mappings.gbvims(issues) == main


def test_a_type_counts_as_itself():
    assert [mappings.gbvims([each]) for each in mappings.gbvims_types()] == [
        *mappings.gbvims_types()
    ]


@given(st.lists(st.sampled_from(ISSUES), unique=True), st.randoms())
def test_the_order_in_which_issues_were_coded_makes_no_difference(issues, random):
    shuffled = [*issues]
    random.shuffle(shuffled)
    assert mappings.gbvims(shuffled) == mappings.gbvims(issues)


@given(st.lists(st.sampled_from(ISSUES)), st.sampled_from(ISSUES))
def test_a_further_issue_never_makes_the_type_a_later_one(issues, further):
    ranks = {**{each: rank for rank, each in enumerate(mappings.gbvims_types())}, None: 6}
    assert ranks[mappings.gbvims([*issues, further])] <= ranks[mappings.gbvims(issues)]


def test_gbvims_is_told_of_codes_that_exist_alone():
    for dimension in ("issue", "age", "perpetrator"):
        assert set(GBVIMS[dimension]) <= set(BOOK.grid(dimension)), dimension
    assert set(GBVIMS["issue"].values()) == set(mappings.gbvims_types())


@pytest.mark.parametrize("years", range(111))
def test_an_age_falls_into_the_group_of_gbvims(years):
    group = "0-11" if years <= 11 else "12-17" if years <= 17 else "18+"
    assert mappings.gbvims_age(BOOK.age_band(years)) == group


def test_every_age_and_perpetrator_is_known_to_gbvims():
    assert set(GBVIMS["age"]) == set(BOOK.grid("age"))
    assert set(GBVIMS["perpetrator"]) == set(BOOK.grid("perpetrator"))
    assert set(GBVIMS["perpetrator"].values()) <= RELATIONSHIPS


def test_what_gbvims_is_not_told_of_is_other_or_unknown():
    assert mappings.gbvims_relationship("a_code_of_the_site") == "other"
    assert mappings.gbvims_relationship("former_partner") == "intimate_partner_former_partner"
    assert mappings.gbvims_age("a_band_of_the_site") == "unknown"


def test_child_helpline_international_has_ten_categories():
    assert set(mappings.child_helpline_categories()) == {
        "violence",
        "mental_health",
        "physical_health",
        "family_relationships",
        "peer_relationships",
        "education_and_occupation",
        "sexuality",
        "discrimination_and_exclusion",
        "accessibility",
        "missing_children",
    }


def test_every_issue_has_one_category_and_every_category_an_issue():
    mapping = tomllib.loads(
        files("console.codebook")
        .joinpath("data", "mappings", "child_helpline.toml")
        .read_text("utf-8")
    )["category"]
    named = [issue for table in mapping.values() for issue in table["issues"]]
    assert sorted(named) == sorted(ISSUES)
    assert {mappings.child_helpline(issue) for issue in ISSUES} == set(mapping)


@pytest.mark.parametrize(
    ("issue", "category"),
    [
        ("sextortion", "violence"),
        ("bullying", "violence"),
        ("self_harm_risk", "mental_health"),
        ("discrimination", "discrimination_and_exclusion"),
        ("missing_person", "missing_children"),
        ("information", "non_counselling"),
        ("unknown", "uncategorised"),
        ("a_code_of_the_site", "uncategorised"),
    ],
)
def test_an_issue_counts_in_its_category(issue, category):
    assert mappings.child_helpline(issue) == category


def test_categories_have_labels_of_their_own_in_every_language():
    for language in LANGUAGES:
        labels = [
            mappings.child_helpline_label(category, language)
            for category in (*mappings.child_helpline_categories(), "uncategorised")
        ]
        assert all(label.strip() for label in labels)
        assert len(set(labels)) == len(labels)
    assert mappings.child_helpline_label("violence", "nb") == "Vold"
    assert mappings.child_helpline_label("violence", "ur") == "Violence"
