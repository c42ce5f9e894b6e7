"""Cards: what is shipped, which fit a call, and the site's own words."""

import tomllib
import unicodedata
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import calls, codebook
from console.calls.cards import LINES, WIDTH
from console.errors import BadUsage, Refused
from console.vault import Vault
from tests.vaults import NOW, open_as

FOLDER = files("console.calls").joinpath("cards")
RULES = tomllib.loads(FOLDER.joinpath("rules.toml").read_text("utf-8"))
NAMES = tuple(RULES)
BOOK = codebook.load(None, "PK")
SAFE = {"safe": ("yes",)}


@pytest.fixture
def vault(home: Path) -> Iterator[Vault]:
    with open_as(home, "carla") as opened:
        yield opened


def card(vault: Vault | None, name: str, language: str = "en") -> calls.Card:
    return next(each for each in calls.cards(vault, language) if each.name == name)


def headings(body: str) -> int:
    return sum(not line.startswith(" ") for line in body.splitlines())


# What is shipped ------------------------------------------------------------------------------


def test_every_card_has_a_rule_and_every_rule_a_card() -> None:
    written = {path.name for path in FOLDER.iterdir()} - {"rules.toml"}
    assert written == {f"{name}.toml" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_card_fits_the_screen_in_four_languages_and_names_its_sources(name: str) -> None:
    text = FOLDER.joinpath(f"{name}.toml").read_text("utf-8")
    assert text.startswith("# ")
    words = tomllib.loads(text)
    assert tuple(words) == codebook.LANGUAGES
    for each in words.values():
        body = each["body"].removesuffix("\n")
        assert calls.checked_words(each["title"], body) == (each["title"], body)
        # The same parts in every language: none was forgotten in translation.
        assert headings(body) == headings(words["en"]["body"])


@pytest.mark.parametrize("language", codebook.LANGUAGES)
def test_titles_tell_cards_apart_and_what_is_said_aloud_is_quoted(language: str) -> None:
    cards = calls.cards(None, language)
    assert len({each.title for each in cards}) == len(NAMES)
    quote = '"' if language == "en" else "«"
    assert all(quote in each.body for each in cards)


def test_what_every_caller_should_hear_is_there_in_every_language() -> None:
    said = {
        "en": "It is never your fault, it is never too late, there is always help.",
        "fr": "Ce n'est jamais votre faute, il n'est jamais trop tard, il y a toujours de l'aide.",
        "nb": "Det er aldri din skyld, det er aldri for sent, det finnes alltid hjelp.",
        "es": "Nunca es su culpa, nunca es tarde, siempre hay ayuda.",
    }
    for language, words in said.items():
        assert words in " ".join(card(None, "first_disclosure", language).body.split())


def test_rules_name_codes_that_exist() -> None:
    for table in RULES.values():
        for condition in table["when"]:
            for dimension, codes in condition.items():
                known = {code.code for code in BOOK.codes(dimension)}
                assert set(codes) - {"*"} <= known


# Which fit ------------------------------------------------------------------------------------


def test_safety_comes_first_until_the_caller_is_safe_to_talk() -> None:
    danger = {"urgency": ("immediate",)}
    for safe in ({}, {"safe": ("unknown",)}, {"safe": ("no",)}):
        assert calls.fitting(danger | safe, NAMES) == ("safety", "danger")
    assert calls.fitting(danger | SAFE, NAMES) == ("danger",)


@pytest.mark.parametrize(
    ("coded", "cards"),
    [
        ({}, ()),
        ({"issue": ("self_harm_risk",)}, ("self_harm",)),
        ({"age": ("0-11",), "issue": ("rape",)}, ("after_rape", "minor")),
        ({"age": ("18-25",)}, ()),
        ({"first_disclosure": ("yes",)}, ("first_disclosure",)),
        ({"first_disclosure": ("no",)}, ()),
        ({"issue": ("sextortion",), "age": ("12-17",)}, ("minor", "sextortion", "images_shared")),
        ({"issue": ("images_shared", "threats")}, ("images_shared",)),
        ({"issue": ("account_hacked",)}, ()),
        (
            {"issue": ("account_hacked",), "perpetrator": ("former_partner",)},
            ("watched_phone",),
        ),
        ({"caller": ("on_behalf",)}, ("for_another",)),
        ({"caller": ("self",)}, ()),
        ({"caller": ("witness",)}, ("witness",)),
        ({"issue": ("forced_marriage",)}, ("forced_marriage",)),
        ({"want": ("report",)}, ("complaint",)),
        ({"outcome": ("unknown",)}, ()),
        ({"outcome": ("referred",)}, ("closing",)),
    ],
)
def test_a_card_fits_what_is_coded(
    coded: dict[str, tuple[str, ...]], cards: tuple[str, ...]
) -> None:
    assert calls.fitting(coded | SAFE, NAMES) == cards


CODED = st.dictionaries(
    st.sampled_from([dimension.name for dimension in BOOK.dimensions()]), st.just(()), max_size=6
).flatmap(
    lambda names: st.fixed_dictionaries(
        {
            name: st.lists(
                st.sampled_from([code.code for code in BOOK.codes(name)]), max_size=3, unique=True
            ).map(tuple)
            for name in names
        }
    )
)


@given(CODED, st.sets(st.sampled_from([*NAMES, "our_own"])))
def test_what_fits_is_asked_for_once_and_in_the_order_of_urgency(
    coded: dict[str, tuple[str, ...]], names: set[str]
) -> None:
    fits = calls.fitting(coded, names)
    assert set(fits) <= names
    assert list(fits) == [name for name in NAMES if name in fits]
    safe = coded.get("safe", ())
    unsafe = not safe or not {"no", "unknown"}.isdisjoint(safe)
    assert ("safety" in fits) == ("safety" in names and unsafe)


# The site's words -----------------------------------------------------------------------------


def test_the_words_of_the_site_stand_in_for_the_shipped_ones_in_their_language_alone(
    vault: Vault,
) -> None:
    calls.write_card(vault, "complaint", "en", " Our office ", "\n  Room 4, 9 to 5\n\n", now=NOW)
    ours = card(vault, "complaint")
    assert (ours.title, ours.body, ours.own) == ("Our office", "  Room 4, 9 to 5", True)
    assert card(vault, "complaint", "fr") == card(None, "complaint", "fr")
    assert [each.name for each in calls.cards(vault, "en")] == list(NAMES)

    calls.write_card(vault, "complaint", "en", "Our office", "moved", now=NOW)
    assert card(vault, "complaint").body == "moved"
    calls.reset_card(vault, "complaint", "en", now=NOW)
    assert calls.cards(vault, "en") == calls.cards(None, "en")


def test_a_card_of_the_site_is_in_every_list_until_it_is_taken_back(vault: Vault) -> None:
    calls.write_card(vault, "floods", "ur", "سیلاب", "  کیا آپ محفوظ ہیں؟", now=NOW)
    assert calls.card_languages(vault) == ("en", "fr", "nb", "es", "ur")
    for language in ("en", "ur"):
        last = calls.cards(vault, language)[-1]
        assert (last.name, last.language, last.own) == ("floods", "ur", True)
    # What has no words in Urdu is better read in English than not at all.
    assert card(vault, "danger", "ur") == card(None, "danger", "en")
    assert "floods" not in calls.fitting({}, [each.name for each in calls.cards(vault, "ur")])

    calls.reset_card(vault, "floods", "ur", now=NOW)
    assert calls.card_languages(vault) == codebook.LANGUAGES
    assert [each.name for each in calls.cards(vault, "ur")] == list(NAMES)


def test_both_codes_of_norwegian_are_one_language(vault: Vault) -> None:
    calls.write_card(vault, "danger", "no", "Fare", "  «Er du i fare?»", now=NOW)
    assert card(vault, "danger", "nb") == card(vault, "danger", "no")
    assert card(vault, "danger", "nb").title == "Fare"


def test_the_trail_names_the_card_and_none_of_its_words(vault: Vault) -> None:
    calls.write_card(vault, "danger", "en", "quietriver", "quietriver", now=NOW)
    calls.reset_card(vault, "danger", "en", now=NOW)
    lines = [(line.actor, line.action, line.subject) for line in vault.audit_lines()][-2:]
    assert lines == [
        ("carla", "card.changed", "danger/en"),
        ("carla", "card.reset", "danger/en"),
    ]


@pytest.mark.parametrize("member", ["amina", "ines"])
def test_only_the_coordinator_writes_cards(home: Path, member: str) -> None:
    with open_as(home, member) as vault:
        with pytest.raises(Refused):
            calls.write_card(vault, "danger", "en", "Title", "Text", now=NOW)
        with pytest.raises(Refused):
            calls.reset_card(vault, "danger", "en", now=NOW)
        with pytest.raises(Refused):
            calls.keep_card_draft(vault, calls.CardDraft("danger", "en", "Title", "Text"))
        assert calls.cards(vault, "en") == calls.cards(None, "en")


@pytest.mark.parametrize(
    ("name", "language", "title", "body", "said"),
    [
        ("Danger", "en", "Title", "text", "Danger"),
        ("", "en", "Title", "text", "name"),
        ("danger", "english", "Title", "text", "english"),
        ("danger", "en", " \n ", "text", "title"),
        ("danger", "en", "Title", " \n\x1b\n", "text"),
        ("danger", "en", "T" * 31, "text", "31"),
        ("danger", "en", "Title", "x\n" * (LINES + 1), "19"),
        ("danger", "en", "Title", "ok\n" + "x" * (WIDTH + 1), "line 2"),
        # Two columns each.
        ("danger", "en", "Title", "危" * (WIDTH // 2 + 1), "76"),
    ],
)
def test_what_does_not_fit_a_card_is_refused(
    vault: Vault, name: str, language: str, title: str, body: str, said: str
) -> None:
    with pytest.raises(BadUsage, match=said):
        calls.write_card(vault, name, language, title, body, now=NOW)
    assert calls.cards(vault, "en") == calls.cards(None, "en")


def test_a_card_that_has_its_shipped_words_is_not_reset(vault: Vault) -> None:
    with pytest.raises(BadUsage, match="danger"):
        calls.reset_card(vault, "danger", "en", now=NOW)


@given(st.text(max_size=60), st.text(max_size=200))
def test_words_are_kept_without_what_could_make_a_terminal_act(title: str, body: str) -> None:
    try:
        kept = calls.checked_words(title, body)
    except BadUsage:
        return
    assert calls.checked_words(*kept) == kept
    for text in kept:
        assert all(unicodedata.category(char) != "Cc" for char in text if char != "\n")
    assert "\n" not in kept[0]
    assert len(kept[1].splitlines()) <= LINES


# Words that are not saved yet -----------------------------------------------------------------


def test_words_that_are_not_saved_wait_until_they_are(home: Path) -> None:
    draft = calls.CardDraft("danger", "en", "", "half a \ud800line\n" * 40)
    with open_as(home, "carla") as vault:
        calls.keep_card_draft(vault, draft)
    with open_as(home, "carla") as vault:
        kept = calls.card_draft(vault)
        assert kept == calls.CardDraft("danger", "en", "", "half a line\n" * 40)
        assert calls.cards(vault, "en") == calls.cards(None, "en")
        calls.write_card(vault, "minor", "en", "Title", "text", now=NOW)
        calls.write_card(vault, "danger", "fr", "Title", "text", now=NOW)
        assert calls.card_draft(vault) == kept
        calls.write_card(vault, "danger", "en", "Title", "text", now=NOW)
        assert calls.card_draft(vault) is None


def test_words_that_are_not_wanted_are_forgotten(vault: Vault) -> None:
    calls.keep_card_draft(vault, calls.CardDraft("danger", "en", "Title", "text"))
    calls.drop_card_draft(vault)
    assert calls.card_draft(vault) is None
