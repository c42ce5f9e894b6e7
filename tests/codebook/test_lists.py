from itertools import chain

import pytest

from console import codebook
from console.codebook import LANGUAGES, normalise, shipped
from console.codebook.regions import entries as regions
from console.errors import BadUsage

# Codes that vaults hold, releases print and other rooms name: none may go missing.
CONTRACT = {
    "kind": "data silent hang_up wrong_number prank abusive test",
    "gender": "woman man trans_woman trans_man non_binary other",
    "age": "0-11 12-17 18-25 26-39 40-59 60+",
    "safe": "yes short no",
    "first_disclosure": "yes no",
    "prior_contact": "yes no",
    "caller": "self on_behalf witness secondary_victim professional other",
    "relation": "parent child family in_law partner former_partner friend neighbour teacher carer "
    "colleague acquaintance online_contact stranger other",
    "perpetrator": "partner former_partner parent other_relative in_law own_child friend "
    "housemate colleague superior teacher schoolmate neighbour acquaintance online_contact "
    "service_provider religious_leader authority stranger group other",
    "issue": "rape sexual_assault physical_assault forced_marriage denial_of_resources "
    "psychological_abuse honour_violence genital_cutting exploitation neglect images_shared "
    "voyeurism sextortion deepfake child_abuse_material grooming account_hacked spyware "
    "impersonation doxing stalking threats blackmail denigration fraud hate_speech "
    "unwanted_contact cyberflashing sexual_harassment bullying discrimination symbolic_violence "
    "reproductive_coercion obstetric_violence self_harm_risk mental_health physical_health "
    "family_conflict relationship_trouble sexuality missing_person basic_needs school_or_work "
    "information other",
    "setting": "home work school university online public sport religious care institutional "
    "media health other",
    "platform": "facebook instagram whatsapp tiktok snapchat telegram x youtube discord "
    "other_messenger video_chat gaming dating_app marketplace porn_site forum ai_app cloud "
    "email phone_sms website other",
    "source": "campaign social_media web_search media workshop campus word_of_mouth "
    "former_caller school health_service authority partner_organization national_number other",
    "campaign": "film in_app poster social_media sms event broadcast other",
    "urgency": "immediate urgent routine",
    "want": "listening information legal_advice report removal account_recovery shelter "
    "counselling medical emergency_help financial_help child_protection safety_plan "
    "advice_for_helper other",
    "outcome": "listened informed referred declined no_service already_helped content_reported "
    "duty_reported safety_planned emergency_called will_call_again broken_off other",
}
LONGEST_LABEL = 40


@pytest.mark.parametrize(("dimension", "codes"), CONTRACT.items())
def test_what_other_rooms_count_on_is_shipped(dimension, codes):
    book = codebook.load(None, "PK")
    assert set(book.grid(dimension)) >= {*codes.split(), "unknown"}


def test_every_code_has_a_label_in_every_language():
    for entry in (*shipped.entries(), *regions("PK"), *regions("FR")):
        assert set(entry.labels) == set(LANGUAGES), entry.code
        assert all(text.strip() for text in entry.labels.values()), entry.code
        assert set(entry.words) <= {*LANGUAGES, "ur"}, entry.code


def test_labels_of_one_dimension_differ_within_a_language():
    for language in LANGUAGES:
        book = codebook.load(None, "PK", language)
        for dimension in book.dimensions():
            labels = [code.label for code in book.codes(dimension.name)]
            assert len(labels) == len(set(labels)), (language, dimension.name)


@pytest.mark.parametrize(
    ("language", "dimension", "code", "label"),
    [
        ("fr", "issue", "self_harm_risk", "Automutilation ou risque suicidaire"),
        ("fr", "perpetrator", "other_relative", "Autre membre de la famille"),
        ("nb", "source", "word_of_mouth", "Muntlig anbefaling"),
    ],
)
def test_a_label_says_as_much_as_the_english_one(language, dimension, code, label):
    assert codebook.load(None, "PK", language).label(dimension, code) == label


def test_labels_fit_the_form():
    for entry in shipped.entries():
        assert all(len(text) <= LONGEST_LABEL for text in entry.labels.values()), entry.code


def test_a_word_means_one_code_of_a_dimension():
    meant: dict[tuple[str, str], set[str]] = {}
    for entry in shipped.entries():
        for text in (*entry.labels.values(), *chain(*entry.words.values())):
            assert normalise(text), (entry.code, text)
            meant.setdefault((entry.dimension, normalise(text)), set()).add(entry.code)
    assert {word: codes for word, codes in meant.items() if len(codes) > 1} == {}


def test_every_dimension_has_unknown_and_it_comes_last():
    book = codebook.load(None, "NO")
    for dimension in book.dimensions():
        assert book.codes(dimension.name)[-1].code == "unknown"


def test_the_rules_name_what_exists():
    book, rules = codebook.load(None, "PK"), shipped.rules()
    names = {dimension.name for dimension in book.dimensions()}
    assert len(rules.required) <= 6
    assert {*rules.required, *rules.always, *rules.suggested} <= names
    for rule in rules.show:
        assert rule.dimension in names
        for dimension, codes in rule.when.items():
            assert codes == {"*"} or all(book.known(dimension, code) for code in codes)


def test_every_issue_is_tagged_and_every_tag_is_used_by_a_rule():
    tags = shipped.tags("issue")
    assert set(tags) == set(codebook.load(None, "PK").grid("issue"))
    used = {
        tag for rule in shipped.read("rules")["show"] for tag in rule["when"].get("issue_tag", ())
    }
    assert set(chain(*tags.values())) == used


@pytest.mark.parametrize(
    ("tag", "dimension"),
    [("online", "platform"), ("violence", "perpetrator"), ("disclosure", "first_disclosure")],
)
def test_an_issue_brings_up_what_its_tags_ask_for(tag, dimension):
    book = codebook.load(None, "PK")
    for issue, tags in shipped.tags("issue").items():
        assert (dimension in book.shown({"issue": (issue,)})) == (tag in tags), issue


def test_a_dimension_without_tags_has_none():
    assert shipped.tags("gender") == {}


@pytest.mark.parametrize(
    ("relation", "caller"), [("carer", "professional"), ("child", "on_behalf")]
)
def test_what_the_caller_is_to_the_person_says_in_which_role_they_call(relation, caller):
    book = codebook.load(None, "PK")
    assert book.implied({"relation": (relation,)})["caller"] == (caller,)


@pytest.mark.parametrize(
    ("country", "code", "label"),
    [("PK", "PK-PB", "Punjab"), ("NO", "NO-03", "Oslo"), ("AR", "AR-X", "Córdoba")],
)
def test_regions_are_those_of_the_country(country, code, label):
    book = codebook.load(None, country)
    assert book.label("region", code) == label
    assert {"abroad", "unknown"} <= set(book.grid("region"))


def test_a_department_has_its_region_for_a_parent():
    assert codebook.load(None, "FR").parent("region", "FR-75C") == "FR-IDF"


@pytest.mark.parametrize("country", ["", "ZZ", "Pakistan"])
def test_a_country_that_is_none_has_no_regions(country):
    assert codebook.load(None, country).grid("region") == ("abroad", "unknown")


def test_labels_come_in_the_language_asked_for():
    assert codebook.load(None, "PK", "fr").label("gender", "woman") == "Femme"
    assert codebook.load(None, "PK", "no").label("gender", "woman") == "Kvinne"
    assert codebook.load(None, "PK", "ur").label("gender", "woman") == "Woman"


def test_a_dimension_that_is_none_is_named():
    with pytest.raises(BadUsage, match="colour"):
        codebook.load(None, "PK").codes("colour")


@pytest.mark.parametrize(
    ("years", "band"),
    [(0, "0-11"), (11, "0-11"), (12, "12-17"), (25, "18-25"), (60, "60+"), (127, "60+")],
)
def test_ages_fall_into_bands(years, band):
    assert codebook.load(None, "PK").age_band(years) == band
