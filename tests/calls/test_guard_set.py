"""The guard on labelled note sentences (tests/calls/guard): what it finds, what it leaves alone."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from console.calls import Mark, find_identifiers
from console.calls.guard import KINDS

FOLDER = Path(__file__).parent / "guard"
SITE = tomllib.loads((FOLDER / "site.toml").read_text("utf-8"))
FILES = sorted(path for path in FOLDER.glob("*.toml") if path.stem != "site")
LABEL = re.compile(r"\{([a-z -]+):([^}]*)\}")


@dataclass(frozen=True)
class Sentence:
    country: str
    text: str
    labels: tuple[Mark, ...]


def sentences(path: Path) -> Iterator[Sentence]:
    for country, table in tomllib.loads(path.read_text("utf-8")).items():
        for note in table["notes"]:
            text, labels, at = "", [], 0
            for match in LABEL.finditer(note):
                text += note[at : match.start()]
                labels.append(Mark(len(text), len(text) + len(match[2]), match[1]))
                text, at = text + match[2], match.end()
            yield Sentence(country, text + note[at:], tuple(labels))


@dataclass(frozen=True)
class Score:
    labels: int
    found: int
    marks: int
    right: int


def score(these: list[Sentence]) -> Score:
    labels = found = marks = right = 0
    for each in these:
        seen = find_identifiers(
            each.text,
            each.country,
            allowed=frozenset(SITE["allowed"]),
            names=tuple(SITE["names"]),
        )
        labels += len(each.labels)
        marks += len(seen)
        for label in each.labels:
            letters = {at for at in range(label.start, label.end) if each.text[at].isalnum()}
            found += any(
                mark.kind == label.kind and letters <= set(range(mark.start, mark.end))
                for mark in seen
            )
        right += sum(
            any(
                mark.kind == label.kind and mark.start < label.end and label.start < mark.end
                for label in each.labels
            )
            for mark in seen
        )
    return Score(labels, found, marks, right)


TUNED = [each for path in FILES if "heldout" not in path.stem for each in sentences(path)]
HELD_OUT = [each for path in FILES if "heldout" in path.stem for each in sentences(path)]


@pytest.mark.parametrize("these", [TUNED, HELD_OUT], ids=["tuned", "held out"])
def test_recall_and_precision(these):
    got = score(these)
    assert got.found / got.labels >= 0.98, f"{got.found} of {got.labels} identifiers found"
    assert got.right / got.marks >= 0.95, f"{got.right} of {got.marks} marks are right"


def test_the_set_is_large_and_covers_every_kind():
    everything = [*TUNED, *HELD_OUT]
    assert len({each.text for each in everything}) == len(everything) >= 400
    assert sum(not each.labels for each in everything) >= 200
    for these in (TUNED, HELD_OUT):
        assert {label.kind for each in these for label in each.labels} == set(KINDS)
