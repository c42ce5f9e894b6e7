"""Which language is spoken, and how it is chosen."""

from pathlib import Path

import pytest

from console import language, tui
from console.errors import BadUsage
from console.language import _, plural


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "nn_NO.UTF-8"}, "nb"),
        ({"LANG": "es_ES", "LC_MESSAGES": "nb_NO"}, "nb"),
        ({"LANG": "es_ES", "LC_ALL": "fr_CH.UTF-8", "LC_MESSAGES": "nb_NO"}, "fr"),
        ({"LANG": "ur_PK.UTF-8"}, "en"),
        ({"LANG": "", "LC_ALL": ""}, "en"),
    ],
)
def test_the_locale_of_the_workstation_is_asked(environment: dict[str, str], spoken: str) -> None:
    assert language.preferred(environment) == spoken


def test_a_language_that_there_is_none_of_reads_english() -> None:
    assert language.use("ur") == "en"
    assert _("Save") == "Save"


def test_every_language_has_words_of_its_own() -> None:
    said = [_("passphrase") for code in language.LANGUAGES if language.use(code)]
    assert len(set(said)) == len(language.LANGUAGES)


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_nothing_is_nothing_in_every_language(code: str) -> None:
    language.use(code)
    assert _("") == ""


def test_counts_follow_the_language() -> None:
    one, many = "{count} call", "{count} calls"
    said = {}
    for code in language.LANGUAGES:
        language.use(code)
        said[code] = [plural(one, many, count).format(count=count) for count in (0, 1, 2)]
    assert said["en"] == ["0 calls", "1 call", "2 calls"]
    assert said["fr"] == ["0 appel", "1 appel", "2 appels"]
    assert said["nb"] == ["0 samtaler", "1 samtale", "2 samtaler"]
    assert said["es"] == ["0 llamadas", "1 llamada", "2 llamadas"]


def test_a_choice_is_remembered_beside_the_vault(tmp_path: Path) -> None:
    assert language.remembered(tmp_path) is None
    language.remember(tmp_path, "nb")
    assert language.remembered(tmp_path) == "nb"
    (tmp_path / "language").write_bytes(b"\xff\x00")
    assert language.remembered(tmp_path) is None
    (tmp_path / "language").write_text("tlh\n")
    assert language.remembered(tmp_path) is None


def test_where_nothing_can_be_written_a_choice_is_for_now(tmp_path: Path) -> None:
    language.remember(tmp_path / "not there", "fr")
    assert language.remembered(tmp_path / "not there") is None


def test_the_console_starts_in_the_language_last_chosen_or_else_the_workstations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(BadUsage, match="fenêtre de terminal ordinaire"):
        tui.run(tmp_path)
    language.remember(tmp_path, "nb")
    with pytest.raises(BadUsage, match="vanlig terminalvindu"):
        tui.run(tmp_path)
