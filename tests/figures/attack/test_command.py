"""``helpline figures attack``: no vault, no passphrase; JSON for programs; exit code 5."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.figures.attack.folders import Made, T, files, hide, with_margins, write

SAFE = Made("t", ("g",), {("w",): 5, ("m",): 10, (T,): 15})


def run(*arguments: object, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "console", "figures", "attack", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HELPLINE_HOME": str(home), "COLUMNS": "80"},
    )


def test_safe_releases_without_a_vault(tmp_path: Path) -> None:
    told = {"rounding": {"base": 5, "max_change": 4}}
    write(tmp_path / "2026-01", files([SAFE], "2026-01", **told))
    write(tmp_path / "2026-02", files([SAFE], "2026-02", **told))
    done = run(tmp_path, home=tmp_path / "none")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Verdict: safe." in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert not (tmp_path / "none").exists()


def test_json_and_the_exit_code_of_an_unsafe_release(tmp_path: Path) -> None:
    true = with_margins({("a", "w"): 2, ("a", "m"): 9, ("b", "w"): 6, ("b", "m"): 7})
    shown = hide(true, lambda _cell, count: "<5" if count < 5 else None)
    table = Made("t", ("r", "g"), shown)
    write(tmp_path / "one", files([table], hidden={"<5": [0, 4]}))
    done = run(tmp_path / "one", "--json", home=tmp_path)
    answer = json.loads(done.stdout)
    assert done.returncode == 5
    assert done.stderr.startswith("helpline: unsafe")
    assert done.stderr.count("\n") == 1
    assert answer["releases"] == ["2026-03"]
    assert answer["cells"][0] == {
        "release": "2026-03",
        "table": "t",
        "cell": {"r": "a", "g": "w"},
        "published": "<5",
        "low": 2,
        "high": 2,
    }
    assert len(answer["cells"]) == 9
    assert (answer["exact"], answer["proven_small"], answer["narrowed"]) == (1, 1, 1)
    assert answer["verdict"] == "unsafe"
    assert list(answer["scenarios"]) == ["single", "linked", "over_time", "legend_known", "insider"]
    assert answer["scenarios"]["single"] == {"exact": 1, "proven_small": 1, "narrowed": 1}
    text = run(tmp_path / "one", home=tmp_path)
    assert "r=a g=w" in text.stdout
    assert "exact, proven small, narrowed" in text.stdout


def test_an_insider_from_a_file(tmp_path: Path) -> None:
    shown = {("w",): "x", ("m",): "x", (T,): 15}
    write(tmp_path / "one", files([Made("t", ("g",), shown)], hidden={"x": [0, None]}))
    known = tmp_path / "known.toml"
    known.write_text('table = "t"\ncell = {g = "w"}\ncount = 4\n')
    done = run(tmp_path / "one", "--insider", known, "--json", home=tmp_path)
    assert json.loads(done.stdout)["scenarios"]["insider"]["exact"] == 1
    assert done.returncode == 0
    known.write_text("nothing = 1")
    done = run(tmp_path / "one", "--insider", known, home=tmp_path)
    assert done.returncode == 2
    assert "does not say" in done.stderr


def test_a_hostile_label_reaches_the_terminal_as_plain_text(tmp_path: Path) -> None:
    shown = {("w\x1b[31m",): 5, ("m",): 10, (T,): 40}
    table = Made("t", ("g",), shown)
    write(tmp_path, files([table], rounding={"base": 5, "max_change": 9}))
    done = run(tmp_path, home=tmp_path)
    assert done.returncode == 5
    assert "\x1b" not in done.stdout + done.stderr
