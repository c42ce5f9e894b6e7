"""Any folder in the release format is read, whoever wrote it; anything else is said in one line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from console.errors import BadUsage
from console.figures.attack import read_files, read_folder, read_folders, read_known
from console.figures.attack.read import months
from tests.figures.attack.folders import Made, T, files, write

TABLE = Made("t", ("g",), {("w",): 5, ("m",): 10, (T,): 15})
Files = dict[str, bytes]


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2026-01", (2026, 1), (2026, 1)),
        ("2026", (2026, 1), (2026, 12)),
        ("2026-Q2", (2026, 4), (2026, 6)),
        ("2025-11/2026-02", (2025, 11), (2026, 2)),
    ],
)
def test_periods(period: str, first: tuple[int, int], last: tuple[int, int]) -> None:
    assert months(period) == tuple(year * 12 + month - 1 for year, month in (first, last))


@pytest.mark.parametrize("period", ["", "2026-13", "2026-00", "2026-Q5", "2026-03/2026-01", "26"])
def test_what_is_no_period(period: str) -> None:
    with pytest.raises(ValueError):
        months(period)
    with pytest.raises(BadUsage, match="no period"):
        read_files(files([TABLE], period))


def test_what_a_release_says_is_read() -> None:
    made = files(
        [TABLE],
        vintage=3,
        hidden={"<3": [0, 2], "x": [3, None]},
        restates={"vintage": 2, "late": True},
        levels=[{"dimension": "region", "coarser": "area", "codes": {"r": "a"}}],
    )
    found = read_files(made)
    assert (found.name, found.restates, found.small) == ("2026-03 vintage 3", 2, 2)
    assert found.hidden == {"<3": (0, 2), "x": (3, None)}
    assert found.levels[0].codes == {"r": "a"}
    assert found.tables[0].cells == TABLE.cells
    assert found.stated("x") == (3, None)
    assert found.stated("x", legend=False) == found.stated("unheard of") == (0, None)
    assert read_files(files([TABLE], restates={"vintage": 1, "late": False})).restates is None


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffperiod,g,count\r\n2026-03,w,5\r\n2026-03,m,10\r\n2026-03,_T,15\r\n",
        "period,g,count\n#date,#indicator,#value\n2026-03,w,5\n2026-03,m,10\n2026-03,_T,15\n",
        "count;g\n5;w\n10;m\n15;_T\n\n",
        'g,note,count\nw,"a\nb",5\n m ,, 10\n_T,,15\n',
    ],
)
def test_the_ways_of_other_programs(text: str) -> None:
    found = read_files({**files([TABLE]), "t.csv": text.encode()})
    assert found.tables[0].cells == TABLE.cells


def test_a_guarded_code_is_the_code() -> None:
    text = b"period,g,count\n2026-03,'-1,5\n2026-03,'s,10\n2026-03,_T,15\n"
    assert list(read_files({**files([TABLE]), "t.csv": text}).tables[0].cells) == [
        ("-1",),
        ("'s",),
        (T,),
    ]


def without(name: str) -> Callable[[Files], Files]:
    return lambda made: {key: content for key, content in made.items() if key != name}


def told(**changes: object) -> Callable[[Files], Files]:
    def change(made: Files) -> Files:
        description = json.loads(made["release.json"]) | changes
        return {**made, "release.json": json.dumps(description).encode()}

    return change


def table(text: bytes) -> Callable[[Files], Files]:
    return lambda made: {**made, "t.csv": text}


@pytest.mark.parametrize(
    "spoil",
    [
        without("t.csv"),
        without("release.json"),
        lambda made: {**made, "release.json": b"{"},
        lambda made: {**made, "release.json": b"[]"},
        lambda made: {**made, "release.json": b"[" * 100_000},
        told(format=2),
        told(tables=None),
        told(tables=[{"name": "t"}]),
        told(tables=[{"name": "t", "dimensions": ["g", "g"]}]),
        told(tables=[{"name": "t", "dimensions": []}]),
        told(rounding={"max_change": -1}),
        told(rounding={"max_change": "4"}),
        told(hidden={"x": [0]}),
        told(levels=[{"dimension": "g"}]),
        told(vintage="first"),
        table(b"\xff\xfe"),
        table(b"period,age,count\n2026-03,w,5\n"),
        table(b"period,g,count\n2026-04,w,5\n"),
        table(b"period,g,count\n2026-03,w\n"),
        table(b"period,g,count\n2026-03,w,5\n2026-03,w,10\n"),
        table(b""),
    ],
)
def test_anything_else_is_bad_usage_in_one_line(spoil: Callable[[Files], Files]) -> None:
    with pytest.raises(BadUsage) as caught:
        read_files(spoil(files([TABLE])), "here")
    assert str(caught.value).startswith("here")
    assert "\n" not in str(caught.value)


def test_a_folder_of_folders_is_read_by_name(tmp_path: Path) -> None:
    write(tmp_path / "2026-02", files([TABLE], "2026-02"))
    write(tmp_path / "2026-01", files([TABLE], "2026-01"))
    write(tmp_path / ".2026-03-half", files([TABLE], "2026-03"))
    assert [each.name for each in read_folders(tmp_path)] == ["2026-01", "2026-02"]
    assert [each.name for each in read_folders(tmp_path / "2026-02")] == ["2026-02"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadUsage, match="no release"):
        read_folders(tmp_path / "empty")
    with pytest.raises(BadUsage, match="cannot be read"):
        read_folder(tmp_path / "nowhere")


def test_a_table_is_looked_for_in_its_folder_only(tmp_path: Path) -> None:
    made = told(tables=[{"name": "t", "file": "../t.csv", "dimensions": ["g"]}])(files([TABLE]))
    write(tmp_path, {"t.csv": made["t.csv"]})
    with pytest.raises(BadUsage, match="missing"):
        read_folder(write(tmp_path / "release", made))


def test_what_an_insider_knows_is_read(tmp_path: Path) -> None:
    toml = tmp_path / "known.toml"
    toml.write_text('[[known]]\ntable = "t"\ncell = {g = "w"}\ncount = 3\nrelease = "2026-03"\n')
    [known] = read_known(toml)
    assert (known.table, known.cell, known.count, known.release) == ("t", {"g": "w"}, 3, "2026-03")
    other = tmp_path / "known.json"
    other.write_text('{"table": "t", "cell": {"g": "w"}}')
    assert read_known(other)[0].count is None


@pytest.mark.parametrize(
    "text", ["", "known = 3", 'table = "t"', 'table = "t"\ncell = 3', "[[known]]\ncount = 1", "="]
)
def test_what_says_nothing_is_bad_usage(tmp_path: Path, text: str) -> None:
    path = tmp_path / "known.toml"
    path.write_text(text)
    with pytest.raises(BadUsage, match="does not say"):
        read_known(path)
