"""docs/commands.md names every command, with an example, and every exit code."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from console import errors
from console.cli import helpline

TEXT = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()


def commands(
    group: click.Command = helpline, path: str = "helpline"
) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(group, click.Group):
        yield path, group
        return
    for name, command in group.commands.items():
        yield from commands(command, f"{path} {name}")


def section(path: str) -> str:
    found = re.search(rf"^## `{path}`\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)
    assert found, f"docs/commands.md says nothing of {path}"
    return found[1]


def examples(text: str) -> list[list[str]]:
    lines = text.replace("\\\n", " ").splitlines()
    return [shlex.split(line[2:]) for line in lines if line.startswith("$ ")]


@pytest.mark.parametrize(("path", "command"), list(commands()))
def test_every_command_has_an_example_of_itself(path: str, command: click.Command) -> None:
    words = path.split()[1:]
    assert any(
        words == [word for word in example if word in words][: len(words)]
        for example in examples(section(path))
    )


@pytest.mark.parametrize("path", re.findall(r"^## `(helpline [a-z ]+)`", TEXT, re.MULTILINE))
def test_every_documented_command_exists(path: str) -> None:
    assert path in dict(commands())


@pytest.mark.parametrize(
    "example", [words for path, _ in commands() for words in examples(section(path))], ids=" ".join
)
def test_every_example_parses(example: list[str], tmp_path: Path) -> None:
    """The words of an example are options and commands that there are."""
    context: click.Context = helpline.make_context("helpline", [], resilient_parsing=True)
    words, group = example[1:], helpline
    while isinstance(group, click.Group):
        parser = group.make_parser(context)
        _, words, _ = parser.parse_args(words)
        name, group = words[0], group.commands[words[0]]
        words = words[1:]
        context = click.Context(group, parent=context, info_name=name)
    group.make_parser(context).parse_args(words)


def test_every_exit_code_is_documented() -> None:
    kinds = (kind for kind in vars(errors).values() if isinstance(kind, type))
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.ConsoleError)}
    assert codes == {1, 2, 3, 4, 5}
    for code in codes:
        assert f"\n| {code} | " in TEXT
