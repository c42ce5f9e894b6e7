"""Code lists change by command, and say how they stand."""

import json

import pytest

from tests.cli.conftest import Command, refused


def codes(helpline: Command, dimension: str) -> dict[str, dict[str, object]]:
    listed = helpline.as_("carla", "code", "list", dimension, "--json")
    return {each["code"]: each for each in json.loads(listed.out)}


def done(helpline: Command, *arguments: str) -> str:
    answer = helpline.as_("carla", "code", *arguments)
    assert answer.code == 0, answer.err
    return answer.out


def test_a_code_lives_through_every_change_and_its_history_says_so(helpline: Command) -> None:
    done(helpline, "add", "source", "radio", "--label", "en=Radio", "--word", "en=fm")
    done(helpline, "rename", "source", "radio", "--label", "en=Wireless", "--label", "fr=TSF")
    done(helpline, "retire", "source", "radio")
    assert codes(helpline, "source")["radio"] == {
        "dimension": "source",
        "code": "radio",
        "label": "Wireless",
        "parent": None,
        "own": True,
        "retired": True,
        "successor": None,
    }
    done(helpline, "restore", "source", "radio")
    assert "media" in done(helpline, "retire", "source", "radio", "--into", "media")
    [line] = [
        line
        for line in done(helpline, "list", "source", "--language", "fr").splitlines()
        if line.split()[:2] == ["source", "radio"]
    ]
    assert "TSF" in line
    assert "own, counts as media" in line
    done(helpline, "retire", "platform", "discord")
    history = json.loads(done(helpline, "list", "source", "--history", "--json"))
    assert [(each["version"], each["change"]) for each in history] == [
        (1, "added"),
        (2, "renamed"),
        (3, "retired"),
        (4, "restored"),
        (5, "merged"),
    ]
    assert history[-1]["detail"] == {"into": "media"}
    shown = done(helpline, "list", "--history").splitlines()
    assert len(shown) == 1 + 6
    assert "Wireless" in shown[2]


def test_a_code_is_split_with_labels_in_several_languages(helpline: Command) -> None:
    parts = ("--into", "direct:en=Face to face: direct", "--into", "direct:fr=En face", "--into")
    said = done(helpline, "split", "issue", "threats", *parts, "distant:en=From afar")
    assert "direct, distant" in said
    now = codes(helpline, "issue")
    assert now["threats"]["retired"]
    assert {now["direct"]["parent"], now["distant"]["parent"]} == {"threats"}
    assert now["direct"]["label"] == "Face to face: direct"
    assert "part of threats" in done(helpline, "list", "issue")
    assert "En face" in done(helpline, "list", "issue", "--language", "fr")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "source", "ra\x1bdio", "--label", "en=Radio"), ("lowercase",)),
        (("rename", "platform", "discord", "--label", "en"), ("LANG=TEXT",)),
        (("rename", "platform", "nonsense", "--label", "en=Fine"), ("code list platform",)),
        (("retire", "safe", "yes"), ("has to stay",)),
        (("split", "issue", "threats", "--into", "one=One"), ("NEW:LANG=TEXT",)),
    ],
)
def test_what_makes_no_sense_is_one_line(
    helpline: Command, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    answer = helpline.as_("carla", "code", *arguments)
    refused(answer, 2, *words)
    assert "\x1b" not in answer.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("rename", "platform", "discord", "--label", "en=Guilds"),
        ("retire", "platform", "discord"),
        ("retire", "platform", "discord", "--into", "gaming"),
    ],
)
def test_an_operator_changes_no_code(helpline: Command, arguments: tuple[str, ...]) -> None:
    refused(helpline.as_("amina", "code", *arguments), 5, "coordinator")
