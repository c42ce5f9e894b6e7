"""Codes are renamed, retired, merged, split and restored; or that is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import codebook
from console.codebook import Codebook, CodeChange
from console.codebook.checks import code_for, flattened
from console.errors import BadUsage, Refused
from console.vault import Vault
from tests.vaults import NOW, make_vault, open_as


def book(vault: Vault, language: str = "en") -> Codebook:
    return codebook.load(vault, "PK", language)


def codeable(vault: Vault, dimension: str) -> list[str]:
    return [each.code for each in book(vault).codes(dimension)]


# Renaming -----------------------------------------------------------------------------------


def test_a_shipped_code_is_renamed_in_one_language_and_keeps_its_code(vault):
    codebook.rename_code(
        vault, "platform", "x", {"en": "The bird site"}, now=NOW, words={"en": ["birdsite"]}
    )
    assert book(vault).label("platform", "x") == "The bird site"
    assert book(vault, "fr").label("platform", "x") == codebook.load(None, "PK", "fr").label(
        "platform", "x"
    )
    [found] = [hit for hit in book(vault).search("birdsite") if hit.dimension == "platform"]
    assert (found.code, found.label) == ("x", "The bird site")
    assert book(vault).grid("platform") == codebook.load(None, "PK").grid("platform")


def test_a_code_of_the_site_is_renamed_again_and_again(vault):
    codebook.add_code(
        vault, "issue", "lockdown", {"en": "Lockdown"}, now=NOW, words={"en": ["curfew"]}
    )
    codebook.rename_code(vault, "issue", "lockdown", {"fr": "Confinement"}, now=NOW)
    codebook.rename_code(vault, "issue", "lockdown", {"en": "Stay at home"}, now=NOW)
    assert book(vault).label("issue", "lockdown") == "Stay at home"
    assert book(vault, "fr").label("issue", "lockdown") == "Confinement"
    assert book(vault).words("issue", "lockdown") == ("curfew",)


def test_a_code_of_a_closed_dimension_can_be_renamed(vault):
    codebook.rename_code(vault, "safe", "no", {"en": "Somebody listens"}, now=NOW)
    assert book(vault).label("safe", "no") == "Somebody listens"


@pytest.mark.parametrize(
    ("code", "labels"),
    [
        ("nonsense", {"en": "Fine"}),
        ("stalking", {}),
        ("stalking", {"en": " \x00\t"}),
        ("stalking", {"en": "x" * 41}),
        ("stalking", {"english": "Fine"}),
    ],
)
def test_a_name_that_makes_no_sense_is_refused_and_leaves_no_trace(vault, code, labels):
    version, label = codebook.version(vault), book(vault).label("issue", "stalking")
    with pytest.raises(BadUsage):
        codebook.rename_code(vault, "issue", code, labels, now=NOW)
    assert (codebook.version(vault), book(vault).label("issue", "stalking")) == (version, label)


def test_renaming_to_the_same_name_is_no_change(vault):
    label = book(vault).label("platform", "x")
    with pytest.raises(BadUsage):
        codebook.rename_code(vault, "platform", "x", {"en": label}, now=NOW)
    assert codebook.version(vault) == 0


@pytest.mark.parametrize("label", ["Discord", "dIsCoRd", " Discord ", "Ｄiscord"])
def test_a_label_stands_for_one_code_of_a_dimension_and_language(vault, label):
    codebook.retire_code(vault, "platform", "discord", now=NOW)
    with pytest.raises(BadUsage, match="discord"):
        codebook.add_code(vault, "platform", "guilds", {"en": label}, now=NOW)
    with pytest.raises(BadUsage, match="discord"):
        codebook.rename_code(vault, "platform", "x", {"en": label}, now=NOW)
    codebook.add_code(vault, "campaign", "guilds", {"en": label}, now=NOW)


def test_an_import_may_bring_longer_labels_than_a_coordinator(vault):
    long = "How they wrote it in their old spreadsheet, at length"
    with pytest.raises(BadUsage):
        codebook.add_code(vault, "source", "old", {"en": long}, now=NOW)
    codebook.adopt_code(vault, "source", "old", {"en": long}, now=NOW)
    assert book(vault).label("source", "old") == long


# Retiring and restoring ---------------------------------------------------------------------


def test_a_retired_code_can_not_be_coded_and_is_still_printed(vault):
    codebook.retire_code(vault, "platform", "discord", now=NOW)
    assert "discord" not in codeable(vault, "platform")
    assert "discord" in book(vault).grid("platform")
    assert all(hit.code != "discord" for hit in book(vault).search("discord"))
    codebook.restore_code(vault, "platform", "discord", now=NOW)
    assert "discord" in codeable(vault, "platform")
    assert book(vault).search("discord")[0].code == "discord"


@pytest.mark.parametrize(
    ("dimension", "code"),
    [
        ("issue", "unknown"),
        ("issue", "other"),
        ("kind", "data"),
        ("kind", "prank"),
        ("safe", "yes"),
        ("issue", "nonsense"),
        ("colour", "red"),
    ],
)
def test_what_the_console_gives_a_meaning_stays(vault, dimension, code):
    for change in (
        lambda: codebook.retire_code(vault, dimension, code, now=NOW),
        lambda: codebook.merge_code(vault, dimension, code, "stalking", now=NOW),
        lambda: codebook.split_code(
            vault, dimension, code, {"a": {"en": "Aa"}, "b": {"en": "Bb"}}, now=NOW
        ),
    ):
        with pytest.raises(BadUsage):
            change()
    assert codebook.version(vault) == 0


def test_a_required_dimension_keeps_a_code_besides_unknown(vault):
    *others, last = [code for code in codeable(vault, "urgency") if code != "unknown"]
    for code in others:
        codebook.retire_code(vault, "urgency", code, now=NOW)
    with pytest.raises(BadUsage, match="required"):
        codebook.retire_code(vault, "urgency", last, now=NOW)
    codebook.split_code(
        vault, "urgency", last, {"now": {"en": "Now"}, "later": {"en": "Later"}}, now=NOW
    )
    assert set(codeable(vault, "urgency")) == {"now", "later", "unknown"}


def test_a_code_is_retired_once_and_restored_once(vault):
    with pytest.raises(BadUsage, match="in use"):
        codebook.restore_code(vault, "platform", "discord", now=NOW)
    codebook.retire_code(vault, "platform", "discord", now=NOW)
    with pytest.raises(BadUsage, match="already"):
        codebook.retire_code(vault, "platform", "discord", now=NOW)


def test_a_retired_code_is_implied_no_more_and_a_merged_one_is_what_it_counts_as(vault):
    mother = {"relation": ("parent",)}
    assert book(vault).implied(mother)["caller"] == ("on_behalf",)
    codebook.retire_code(vault, "caller", "on_behalf", now=NOW)
    assert "caller" not in book(vault).implied(mother)
    codebook.add_code(vault, "caller", "for_another", {"en": "For another"}, now=NOW)
    codebook.merge_code(vault, "caller", "on_behalf", "for_another", now=NOW)
    assert book(vault).implied(mother)["caller"] == ("for_another",)


# Merging ------------------------------------------------------------------------------------


def test_a_merged_code_counts_as_its_successor_and_its_words_find_that(vault):
    codebook.merge_code(vault, "platform", "discord", "gaming", now=NOW)
    now = book(vault)
    assert now.successor("platform", "discord") == "gaming"
    assert now.successor("platform", "gaming") == "gaming"
    assert "discord" not in now.grid("platform")
    assert now.known("platform", "discord")
    assert "discord" not in codeable(vault, "platform")
    assert now.search("discord server")[0].code == "gaming"
    assert [hit.code for hit in now.search("gaming discord", limit=9)].count("gaming") <= 1
    assert now.suggest("he wrote on discord", {})[0].code == "gaming"
    assert now.suggest("he wrote on discord", {"platform": ("gaming",)}) == []


def test_chains_end_at_the_last_and_restoring_undoes_one_link(vault):
    codebook.merge_code(vault, "platform", "discord", "gaming", now=NOW)
    codebook.merge_code(vault, "platform", "gaming", "website", now=NOW)
    assert book(vault).successor("platform", "discord") == "website"
    codebook.restore_code(vault, "platform", "gaming", now=NOW)
    assert book(vault).successor("platform", "discord") == "gaming"
    assert book(vault).successor("platform", "gaming") == "gaming"
    codebook.restore_code(vault, "platform", "discord", now=NOW)
    assert book(vault).grid("platform") == codebook.load(None, "PK").grid("platform")


def test_a_merge_that_was_undone_and_made_anew_holds_as_made_last(vault):
    codebook.merge_code(vault, "platform", "discord", "gaming", now=NOW)
    codebook.restore_code(vault, "platform", "discord", now=NOW)
    codebook.merge_code(vault, "platform", "discord", "telegram", now=NOW)
    codebook.merge_code(vault, "platform", "gaming", "website", now=NOW)
    assert book(vault).successor("platform", "discord") == "telegram"


@pytest.mark.parametrize("into", ["discord", "unknown", "nonsense", "snapchat", "tiktok"])
def test_nothing_is_merged_into_itself_or_what_can_not_be_coded(vault, into):
    codebook.retire_code(vault, "platform", "snapchat", now=NOW)
    codebook.merge_code(vault, "platform", "tiktok", "discord", now=NOW)
    before = codebook.version(vault)
    with pytest.raises(BadUsage):
        codebook.merge_code(vault, "platform", "discord", into, now=NOW)
    assert codebook.version(vault) == before
    assert book(vault).successor("platform", "discord") == "discord"


def test_a_code_is_merged_once_until_it_is_restored(vault):
    codebook.retire_code(vault, "platform", "discord", now=NOW)
    codebook.merge_code(vault, "platform", "discord", "gaming", now=NOW)
    with pytest.raises(BadUsage, match="restore"):
        codebook.merge_code(vault, "platform", "discord", "telegram", now=NOW)


def test_a_merged_age_band_still_takes_its_years(vault):
    codebook.merge_code(vault, "age", "12-17", "18-25", now=NOW)
    assert book(vault).age_band(15) == "18-25"
    assert book(vault).search("15")[0].code == "18-25"
    codebook.retire_code(vault, "age", "60+", now=NOW)
    assert book(vault).age_band(70) is None


@given(
    st.dictionaries(
        st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), min_size=1, max_size=8
    )
)
def test_flattening_ends_at_a_code_that_stays_or_finds_the_circle(targets):
    def end(code: str) -> str | None:
        for _ in range(len(targets) + 1):
            if code not in targets:
                return code
            code = targets[code]
        return None

    expected = {code: end(code) for code in targets}
    if None in expected.values():
        with pytest.raises(BadUsage):
            flattened(targets)
    else:
        assert flattened(targets) == expected


# Splitting ----------------------------------------------------------------------------------

PARTS = {
    "threats_online": {"en": "Threats online", "nb": "Trusler på nett"},
    "threats_offline": {"en": "Threats face to face"},
}


def test_a_split_code_gives_way_to_parts_that_say_where_they_belong(vault):
    codebook.split_code(vault, "issue", "threats", PARTS, now=NOW)
    now = book(vault)
    assert {"threats_online", "threats_offline"} <= set(codeable(vault, "issue"))
    assert "threats" not in codeable(vault, "issue")
    assert {now.parent("issue", code) for code in PARTS} == {"threats"}
    assert {"threats", *PARTS} <= set(now.grid("issue"))
    assert book(vault, "nb").label("issue", "threats_online") == "Trusler på nett"


def test_the_rules_of_the_form_hold_for_the_parts_of_a_code_and_for_what_it_counts_as(vault):
    asked = set(book(vault).shown({"issue": ("threats",)}))
    assert "perpetrator" in asked
    codebook.split_code(vault, "issue", "threats", PARTS, now=NOW)
    assert set(book(vault).shown({"issue": ("threats_online",)})) == asked
    codebook.add_code(vault, "issue", "menace", {"en": "Menace"}, now=NOW)
    assert set(book(vault).shown({"issue": ("menace",)})) < asked
    codebook.merge_code(vault, "issue", "threats", "menace", now=NOW)
    assert set(book(vault).shown({"issue": ("menace",)})) == asked


@pytest.mark.parametrize(
    "into",
    [
        {},
        {"one": {"en": "One"}},
        {"one": {"en": "One"}, "stalking": {"en": "Two"}},
        {"one": {"en": "One"}, "Two": {"en": "Two"}},
        {"one": {"en": "One"}, "two": {"en": "ONE"}},
        {"one": {"en": "One"}, "two": {}},
        {"one": {"en": "One"}, "two": {"en": "x" * 41}},
    ],
)
def test_a_split_that_makes_no_sense_is_refused_whole(vault, into):
    before = set(codeable(vault, "issue"))
    with pytest.raises(BadUsage):
        codebook.split_code(vault, "issue", "threats", into, now=NOW)
    assert set(codeable(vault, "issue")) == before
    assert codebook.version(vault) == 0


# History ------------------------------------------------------------------------------------


def test_every_change_is_a_version_and_a_line_of_the_trail(vault):
    began = len(vault.audit_lines())
    day = NOW.date().isoformat()
    codebook.add_code(vault, "campus", "lums", {"en": "LUMS"}, now=NOW)
    codebook.rename_code(vault, "campus", "lums", {"en": "LUMS Lahore"}, now=NOW)
    codebook.merge_code(vault, "campus", "lums", "other", now=NOW)
    codebook.restore_code(vault, "campus", "lums", now=NOW)
    codebook.retire_code(vault, "campus", "lums", now=NOW)
    codebook.split_code(vault, "issue", "threats", PARTS, now=NOW)
    assert codebook.history(vault) == [
        CodeChange(1, day, "campus", "lums", "added", {"labels": {"en": "LUMS"}}),
        CodeChange(
            2,
            day,
            "campus",
            "lums",
            "renamed",
            {"before": {"en": "LUMS"}, "after": {"en": "LUMS Lahore"}},
        ),
        CodeChange(3, day, "campus", "lums", "merged", {"into": "other"}),
        CodeChange(4, day, "campus", "lums", "restored", {}),
        CodeChange(5, day, "campus", "lums", "retired", {}),
        CodeChange(6, day, "issue", "threats", "split", {"into": PARTS}),
    ]
    assert codebook.version(vault) == 6
    trail = [(line.action, line.subject) for line in vault.audit_lines()[began:]]
    assert trail == [
        ("code.added", "campus/lums"),
        ("code.renamed", "campus/lums"),
        ("code.merged", "campus/lums"),
        ("code.restored", "campus/lums"),
        ("code.retired", "campus/lums"),
        ("code.split", "issue/threats"),
    ]


@pytest.mark.parametrize("name", ["amina", "ines"])
def test_only_a_coordinator_changes_codes(tmp_path, name):
    make_vault(tmp_path)
    with open_as(tmp_path, name) as vault:
        for change in (
            lambda: codebook.rename_code(vault, "platform", "x", {"en": "Birds"}, now=NOW),
            lambda: codebook.retire_code(vault, "platform", "x", now=NOW),
            lambda: codebook.merge_code(vault, "platform", "x", "other", now=NOW),
            lambda: codebook.split_code(vault, "issue", "threats", PARTS, now=NOW),
            lambda: codebook.restore_code(vault, "platform", "x", now=NOW),
        ):
            with pytest.raises(Refused):
                change()
        assert codebook.version(vault) == 0


@given(st.text(max_size=60))
def test_a_suggested_code_can_be_added_or_is_empty(label):
    code = code_for(label)
    if code:
        codebook.check_code("issue", code)


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Stay-at-home order", "stay_at_home_order"),
        ("Précarité étudiante", "precarite_etudiante"),
        ("لاک ڈاؤن", ""),
        ("x" * 39 + " y", "x" * 39),
    ],
)
def test_a_code_is_suggested_from_its_label(label, code):
    assert code_for(label) == code
