"""``helpline card``."""

import json
from pathlib import Path

from tests.cli.conftest import Command, refused
from tests.vaults import passphrase


def test_a_card_is_printed_as_it_is_written(helpline: Command, tmp_path: Path) -> None:
    shown = helpline.as_("carla", "card", "show", "complaint", "--language", "es")
    assert shown.out.startswith("Qué pide una denuncia\n\nDecir\n  «")
    path = tmp_path / "card.txt"
    path.write_text(shown.out.replace("Qué pide una denuncia", "Nuestra oficina"), "utf-8")
    write = ("card", "edit", "complaint", "--language", "es", "--file", path)
    assert helpline.as_("carla", *write).code == 0
    as_json = json.loads(helpline.as_("amina", "card", "list", "--language", "es", "--json").out)
    ours = {card["name"]: card["title"] for card in as_json if card["own"]}
    assert ours == {"complaint": "Nuestra oficina"}
    again = helpline.as_("amina", "card", "show", "complaint", "--language", "es")
    assert again.out == path.read_text("utf-8")

    reset = ("card", "reset", "complaint", "--language", "es")
    assert helpline.as_("carla", *reset).code == 0
    assert helpline.as_("carla", "card", "show", "complaint", "--language", "es") == shown
    refused(helpline.as_("carla", *reset), 2, "complaint")


def test_a_card_comes_from_standard_input(helpline: Command) -> None:
    secret = helpline.secret("carla", passphrase("carla"))
    write = ("card", "edit", "floods", "--language", "en", "--file", "-")
    done = helpline.run(
        "--as", "carla", "--passphrase-file", secret, *write, given=b"Floods\n\n  Is it dry?\x1b\n"
    )
    assert done.code == 0, done.err
    assert helpline.as_("amina", "card", "show", "floods").out == "Floods\n\n  Is it dry?\n"
    listed = helpline.as_("amina", "card", "list").out.splitlines()
    assert listed[1].split() == ["safety", "Is", "it", "safe", "to", "talk?", "en", "shipped"]
    assert listed[-1].split() == ["floods", "Floods", "en", "own"]


def test_what_is_no_card_is_refused_in_one_line(helpline: Command, tmp_path: Path) -> None:
    path = tmp_path / "card.txt"
    write = ("card", "edit", "danger", "--language", "en", "--file", path)
    for content, said in (
        (b"", "title"),
        (b"Title alone\n", "text"),
        (b"Title\n\n" + b"x" * 75, "75"),
        (b"Title\n\nx\xff", "UTF-8"),
        (b"Title\n\n" + b"x" * 30_000, "no card"),
    ):
        path.write_bytes(content)
        refused(helpline.as_("carla", *write), 2, said)
    path.write_text("Title\n\ntext\n")
    refused(helpline.as_("amina", *write), 5, "coordinator")
    refused(helpline.as_("carla", "card", "show", "nothing"), 2, "nothing")
    path.unlink()
    refused(helpline.as_("carla", *write), 2, "card.txt")
