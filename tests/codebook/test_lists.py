import pytest

from console import codebook
from console.codebook import LANGUAGES, shipped
from console.codebook.regions import entries as regions
from console.errors import BadUsage

CONTRACT = {
    "kind": "data silent hang_up wrong_number prank abusive test",
    "gender": "woman man trans_woman trans_man non_binary other",
    "age": "0-11 12-17 18-25 26-39 40-59 60+",
    "safe": "yes no",
    "first_disclosure": "yes no",
    "prior_contact": "yes no",
    "perpetrator": "partner former_partner parent other_relative friend colleague superior teacher "
    "schoolmate neighbour acquaintance online_contact authority stranger group other",
    "issue": "rape sexual_assault physical_assault forced_marriage denial_of_resources "
    "psychological_abuse images_shared sextortion deepfake account_hacked impersonation doxing "
    "stalking threats blackmail denigration grooming fraud hate_speech unwanted_contact "
    "sexual_harassment bullying discrimination symbolic_violence reproductive_coercion "
    "obstetric_violence self_harm_risk information other",
    "setting": "home work school university online public institutional media health other",
    "platform": "facebook instagram whatsapp tiktok snapchat telegram x youtube discord gaming "
    "email phone_sms dating_app website other",
}


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
