"""Make a virtual environment that has pip, on a machine that may have neither venv nor pip.

Debian and Ubuntu split ``ensurepip`` off python3. There the pip wheel of the distribution is
fetched beside the environment, verified by apt as any package is, and never installed: the
system stays as it was, and no rights are needed. Standard library only, and no annotation that an
older Python would stumble over before it is told that it is too old.

Usage: python3 tools/bootstrap.py FOLDER
"""

import importlib.util
import shutil
import subprocess
import sys
import venv
from pathlib import Path

LEAST = (3, 11)
PACKAGE = "python3-pip-whl"
SYSTEM_WHEELS = Path("/usr/share/python-wheels")


def main() -> None:
    """Make the environment named on the command line, or say in one line why not."""
    if sys.version_info < LEAST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        sys.exit(
            f"{sys.executable} is Python {found}; this needs 3.11 or newer. "
            "Name one: make PYTHON=python3.12"
        )
    if len(sys.argv) != 2:
        sys.exit("usage: bootstrap.py FOLDER")
    folder = Path(sys.argv[1])
    if has_pip(folder):
        return
    shutil.rmtree(folder, ignore_errors=True)
    if importlib.util.find_spec("ensurepip"):
        venv.create(folder, with_pip=True, symlinks=True)
    else:
        venv.create(folder, with_pip=False, symlinks=True)
        install_pip(folder, pip_wheel(folder / "pip-wheel"))
        shutil.rmtree(folder / "pip-wheel", ignore_errors=True)
    if not has_pip(folder):
        sys.exit(f"{folder} was made without pip; install python3-venv and try again.")


def has_pip(folder: Path) -> bool:
    """Tell whether the environment exists and its own pip answers."""
    python = folder / "bin" / "python"
    return python.exists() and run([str(python), "-m", "pip", "--version"])


def install_pip(folder: Path, wheel: Path) -> None:
    """Install ``wheel``, which is pip itself, into the environment by running it from the file."""
    command = [str(folder / "bin" / "python"), str(wheel / "pip"), "install", "--quiet"]
    subprocess.run([*command, "--no-index", "--no-deps", str(wheel)], check=True)


def pip_wheel(folder: Path) -> Path:
    """Return the distribution's pip wheel: the installed one, else one fetched into ``folder``."""
    wheels = sorted(SYSTEM_WHEELS.glob("pip-*.whl"))
    if not wheels:
        if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
            sys.exit("This Python has no ensurepip: install your system's venv package, try again.")
        wheels = fetch(folder)
    if not wheels:
        sys.exit("pip could not be fetched: install python3-venv (or go online), then try again.")
    return wheels[-1].resolve()


def fetch(folder: Path) -> "list[Path]":
    """Download and unpack the pip package; return the wheels in it, none if that failed."""
    lists, archives = folder / "lists", folder / "archives"
    for each in (lists / "partial", archives / "partial"):
        each.mkdir(parents=True)
    # Lists of our own, so that neither rights nor an earlier `apt-get update` are needed.
    own = [f"Dir::State::Lists={lists.resolve()}", f"Dir::Cache={archives.resolve()}"]
    options = [word for option in [*own, "APT::Sandbox::User=root"] for word in ("-o", option)]
    print("This Python comes without pip: fetching the distribution's.", flush=True)
    for attempt in ([], options):
        if attempt and not run(["apt-get", *attempt, "update"]):
            break
        if run(["apt-get", *attempt, "download", PACKAGE], cwd=folder):
            break
    for package in folder.glob("*.deb"):
        run(["dpkg-deb", "-x", str(package), str(folder)])
    return sorted(folder.glob("usr/share/python-wheels/pip-*.whl"))


def run(command: "list[str]", cwd: "Path | None" = None) -> bool:
    """Run a command quietly; tell whether it succeeded."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    main()
