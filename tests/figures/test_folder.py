"""A release on disk: whole or absent, and never over anything else."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from console.errors import BadUsage, ConsoleError
from console.figures.folder import is_written, require_room, write

FILES = {"release.json": b"{}\n", "a.csv": b"period,count\n"}


def contents(folder: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in folder.iterdir()}


def test_the_folder_is_written_with_its_parents(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out" / "2020-03"
    write(target, FILES)
    assert contents(target) == FILES
    assert [entry.name for entry in target.parent.iterdir()] == ["2020-03"]


def test_writing_again_leaves_the_folder_as_it_is(tmp_path: Path) -> None:
    target = tmp_path / "2020-03"
    write(target, FILES)
    before = target.stat().st_ino
    write(target, FILES)
    assert target.stat().st_ino == before
    assert contents(target) == FILES


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    target = tmp_path / "2020-03"
    target.mkdir()
    write(target, FILES)
    assert contents(target) == FILES


@pytest.mark.parametrize(
    "there",
    [
        {"release.json": b"{}\n"},
        {**FILES, "a.csv": b"other\n"},
        {**FILES, "notes.txt": b"mine\n"},
    ],
)
def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path, there: dict[str, bytes]) -> None:
    target = tmp_path / "2020-03"
    target.mkdir()
    for name, content in there.items():
        (target / name).write_bytes(content)
    with pytest.raises(BadUsage, match="holds something else"):
        write(target, FILES)
    assert contents(target) == there
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_or_a_link_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("file", "link"):
        with pytest.raises(BadUsage):
            is_written(tmp_path / name, FILES)
    assert (tmp_path / "file").read_bytes() == b"mine"
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_disk_that_fills_up_half_way_leaves_no_half_folder(tmp_path: Path) -> None:
    # A real write error from the kernel: no file of the child may grow beyond 1,000 bytes.
    child = textwrap.dedent(
        """
        import resource, signal, sys
        from pathlib import Path
        from console.errors import ConsoleError
        from console.figures.folder import write
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write(Path(sys.argv[1]), {"a": b"x" * 900, "b": b"x" * 2000})
        except ConsoleError as error:
            sys.exit(str(error))
        """
    )
    command = [sys.executable, "-c", child, str(tmp_path / "2020-03")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert "export again" in done.stderr
    assert "make room" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConsoleError, match=r"could not be written|cannot be read") as caught:
        write(tmp_path / "file" / "2020-03", FILES)
    assert "\n" not in str(caught.value)


def test_trying_a_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    require_room(tmp_path / "deep" / "out")
    assert not list(tmp_path.iterdir())
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "probe").write_bytes(b"mine")
    require_room(tmp_path / "out")
    assert contents(tmp_path / "out") == {"probe": b"mine"}


@pytest.mark.parametrize("place", ["file", "file/out", "dangling"])
def test_a_place_where_no_folder_can_be_is_known_before(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere" / "at all")
    with pytest.raises(ConsoleError, match="name another folder") as caught:
        require_room(tmp_path / place)
    assert "\n" not in str(caught.value)
    assert "make room" not in str(caught.value)
    assert {each.name for each in tmp_path.iterdir()} == {"file", "dangling"}
