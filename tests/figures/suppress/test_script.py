"""``check_release.py`` as a reader runs it: alone, on a folder, with nothing installed."""

import ast
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from console.figures.protect import protect
from console.figures.published import Protected
from console.figures.release.about import Description, Level
from console.figures.release.files import digest_of, files_of
from console.figures.solve import minimise
from console.figures.suppression import SCRIPT, suppress
from console.figures.tables import Definition
from console.figures.tally import RawTable, tabulate
from tests.figures.rows import AREAS, GRIDS, long_tailed, tables_of

CALLS = long_tailed(1, 400)


def _tables() -> list[RawTable]:
    kinds = {("data",): len(CALLS), ("silent",): 3}
    contacts = tabulate(
        Definition("kind", ("kind",), "contacts"), lambda _: ("data", "silent"), kinds.items()
    )
    areas = [{**call, "area": AREAS[str(call["region"])]} for call in CALLS]
    grid = {**GRIDS, "area": tuple(dict.fromkeys(AREAS.values()))}
    counts: dict[tuple[str, ...], int] = {}
    for call in areas:
        key = (str(call["area"]), str(call["gender"]))
        counts[key] = counts.get(key, 0) + 1
    by_area = tabulate(
        Definition("area_gender", ("area", "gender"), "calls"), grid.__getitem__, counts.items()
    )
    return [contacts, *tables_of(CALLS), by_area]


def _files(result: Protected) -> dict[str, bytes]:
    about = Description(
        period="2020-03",
        labels=lambda language, dimension, code: code or dimension,
        levels=(Level("region", "area", AREAS),),
        checker=SCRIPT,
    )
    return files_of(about, result)[0]


@pytest.fixture(scope="module")
def suppressed() -> dict[str, bytes]:
    return _files(suppress(_tables(), areas=AREAS))


def _run(files: Mapping[str, bytes], folder: Path) -> tuple[int, str]:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    script = folder / "check_release.py"
    script.write_bytes(SCRIPT)
    done = subprocess.run(
        [sys.executable, "-I", "-S", script, folder], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def _resealed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    release = json.loads(files["release.json"])
    named = [table["file"] for table in release["tables"]]
    release["digest"] = digest_of({name: files[name] for name in named})
    return {**files, "release.json": json.dumps(release).encode()}


def test_the_script_is_a_hundred_lines_of_python_3_8_and_its_library() -> None:
    tree = ast.parse(SCRIPT, feature_version=(3, 8))
    assert len(SCRIPT.splitlines()) <= 100
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
        )
    }
    assert imported <= sys.stdlib_module_names


def test_a_folder_as_it_was_published_is_right(
    suppressed: dict[str, bytes], tmp_path: Path
) -> None:
    assert _run(suppressed, tmp_path) == (0, "OK\n")


def test_a_rounded_folder_is_right_and_a_changed_one_is_not(tmp_path: Path) -> None:
    result = protect(tables_of(CALLS), {}, b"a made-up secret of a test, 32 B", "2020-03", minimise)
    files = _files(result)
    assert _run(files, tmp_path) == (0, "OK\n")
    wrong = files["age_gender.csv"].replace(b",0\n", b",5\n", 1)
    assert _run(_resealed({**files, "age_gender.csv": wrong}), tmp_path)[0] == 1
    odd = files["age_gender.csv"].replace(b",0\n", b",1\n", 1)
    assert _run(_resealed({**files, "age_gender.csv": odd}), tmp_path) == (
        1,
        "a count is no multiple of the base\n",
    )


def test_a_changed_table_is_found_by_the_digest(
    suppressed: dict[str, bytes], tmp_path: Path
) -> None:
    changed = {**suppressed, "kind.csv": suppressed["kind.csv"].replace(b"400", b"401")}
    assert _run(changed, tmp_path) == (1, "a table was altered\n")


def test_a_total_that_another_table_contradicts_is_found(
    suppressed: dict[str, bytes], tmp_path: Path
) -> None:
    changed = {**suppressed, "kind.csv": suppressed["kind.csv"].replace(b"400", b"401")}
    code, said = _run(_resealed(changed), tmp_path)
    assert code == 1
    assert said.endswith("shows a count otherwise than another table\n")


def test_a_small_count_that_is_shown_is_found(suppressed: dict[str, bytes], tmp_path: Path) -> None:
    name = next(
        name for name, text in suppressed.items() if name.endswith("r.csv") and b"<5" in text
    )
    files = {
        key: text.replace(b"<5", b"2") if key == name else text for key, text in suppressed.items()
    }
    assert _run(_resealed(files), tmp_path)[0] == 1


def _with_proof(files: Mapping[str, bytes], proof: object) -> dict[str, bytes]:
    return {**files, "certificate.json": json.dumps(proof).encode()}


def test_every_witness_is_needed_or_at_least_right(
    suppressed: dict[str, bytes], tmp_path: Path
) -> None:
    proof = json.loads(suppressed["certificate.json"])
    first, *others = proof["witnesses"]
    none = {**proof, "witnesses": []}
    assert _run(_with_proof(suppressed, none), tmp_path) == (
        1,
        "a hidden count is not shown to be possibly 0 and 4\n",
    )
    moved = {**first, "small": str((int(first["small"][0]) + 1) % 5) + first["small"][1:]}
    assert _run(_with_proof(suppressed, {**proof, "witnesses": [moved, *others]}), tmp_path) == (
        1,
        "a witness does not add up\n",
    )
    large = {**first, "small": "9" + first["small"][1:]}
    assert _run(_with_proof(suppressed, {**proof, "witnesses": [large, *others]}), tmp_path) == (
        1,
        "a witness does not fit a label\n",
    )
    below = {**first, "other": [-1, *first["other"][1:]]}
    assert _run(_with_proof(suppressed, {**proof, "witnesses": [below, *others]}), tmp_path) == (
        1,
        "a witness does not fit a label\n",
    )
    long = {**first, "other": [*first["other"], 7]}
    assert _run(_with_proof(suppressed, {**proof, "witnesses": [long, *others]}), tmp_path) == (
        1,
        "a witness does not add up\n",
    )
    assert first["other"], "the example has hidden counts of both kinds"
    broken = {**first, "other": [float(n) for n in first["other"]]}
    assert (
        _run(_with_proof(suppressed, {**proof, "witnesses": [broken, *others]}), tmp_path)[0] == 1
    )


def test_what_is_no_release_is_said_to_be_none(tmp_path: Path) -> None:
    assert _run({"release.json": b"{}"}, tmp_path) == (1, "this cannot be read as a release\n")
