"""Files of a partner package, read: a folder, a zip of one, or a single JSON document.

Nothing is unpacked to disk and nothing outside the package is opened, whatever its
``datapackage.json`` or the names in the zip say.
"""

import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from console.errors import BadUsage
from console.partners import hsds

# A national directory of 100,000 services is about 150 MB of text.
_MOST_BYTES = 512 * 1024 * 1024
_DESCRIPTOR = "datapackage.json"


def read(path: Path) -> hsds.Batch:
    """Return everything the package at ``path`` says, as flat records.

    ``path`` is a folder of CSV files, with or without a datapackage.json; that
    datapackage.json itself; a .zip of such a folder; or an HSDS JSON document. Raises
    BadUsage, in one line, for whatever cannot be read whole.
    """
    try:
        batch = _read(path)
    except RecursionError as error:
        raise BadUsage(f"{path.name} is nested too deeply to be an HSDS document") from error
    except OSError as error:
        raise BadUsage(f"{path.name} cannot be read: {error.strerror or error}") from error
    if not batch.records:
        raise BadUsage(f"{path.name} holds no organisation, service or location; nothing to import")
    return batch


def _read(path: Path) -> hsds.Batch:
    if path.is_dir():
        return _folder(path)
    if not path.exists():
        raise BadUsage(f"{path} does not exist: give a folder, a .zip or a .json file")
    if path.name == _DESCRIPTOR and "resources" in _described(_bytes(path), path.name):
        return _folder(path.parent)
    if zipfile.is_zipfile(path):
        return _zip(path)
    if path.suffix.lower() == ".csv":
        raise BadUsage(f"{path.name} is one table: give the folder that holds all of them")
    batch = hsds.Batch()
    hsds.read_json(batch, _json(_bytes(path), path.name), path.name)
    return batch


def _folder(folder: Path) -> hsds.Batch:
    names = sorted(each.name for each in folder.iterdir() if each.is_file())
    return _package(names, lambda name: _bytes(folder / name), folder.name)


def _zip(path: Path) -> hsds.Batch:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            for info in members:
                if _hostile(info.filename):
                    raise BadUsage(
                        f"{path.name} holds a file that points outside of it; nothing was imported"
                    )
                if info.flag_bits & 1:
                    raise BadUsage(f"{path.name} is protected by a password: unpack it first")
            if sum(info.file_size for info in members) > _MOST_BYTES:
                raise BadUsage(
                    f"{path.name} unpacks to more than {_MOST_BYTES >> 20} MB: too large"
                )
            names = [info.filename for info in members]
            if len(set(names)) != len(names):
                raise BadUsage(f"{path.name} holds two files of one name; nothing was imported")
            inside = _innermost(names, path.name)
            return _package(sorted(inside), lambda name: archive.read(inside[name]), path.name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise BadUsage(f"{path.name} is damaged or of an unknown kind of zip: {error}") from error


def _hostile(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name


def _innermost(names: list[str], package: str) -> dict[str, str]:
    """Map file names to names in the zip, of the one folder in it that holds the tables."""
    visible = [name for name in names if not name.startswith("__MACOSX/")]
    folders = {str(PurePosixPath(name).parent) for name in visible if _is_table(name)}
    if len(folders) > 1:
        raise BadUsage(f"{package} holds tables in {len(folders)} folders: put them in one")
    folder = folders.pop() if folders else "."
    return {
        PurePosixPath(name).name: name
        for name in visible
        if str(PurePosixPath(name).parent) == folder
    }


def _is_table(name: str) -> bool:
    return name.lower().endswith(".csv") and hsds.table_of(name) is not None


def _package(names: list[str], content: Callable[[str], bytes], package: str) -> hsds.Batch:
    batch = hsds.Batch()
    tables = {name: hsds.table_of(name) for name in names if name.lower().endswith(".csv")}
    if _DESCRIPTOR in names:
        described = _described(content(_DESCRIPTOR), _DESCRIPTOR)
        tables |= _resources(batch, described, frozenset(names))
    known = {name: table for name, table in tables.items() if table is not None}
    for name, table in known.items():
        hsds.read_csv(batch, table, name, _text(content(name), name))
    if not {"organization", "service", "location"} & batch.columns.keys():
        raise BadUsage(
            f"{package} has none of organizations.csv, services.csv and locations.csv:"
            " it is not an HSDS 3.0 package"
        )
    return batch


def _described(content: bytes, name: str) -> Mapping[str, object]:
    data = _json(content, name)
    if not isinstance(data, dict):
        raise BadUsage(f"{name} is not an object: it does not describe a package")
    return data


def _resources(
    batch: hsds.Batch, described: Mapping[str, object], names: frozenset[str]
) -> dict[str, str | None]:
    """Return the tables of the files that a datapackage.json names; read those it contains."""
    tables: dict[str, str | None] = {}
    resources = described.get("resources")
    for resource in resources if isinstance(resources, list) else []:
        if not isinstance(resource, dict):
            raise BadUsage(f"{_DESCRIPTOR}: a resource is not an object; nothing was imported")
        table = hsds.table_of(str(resource.get("name", "")))
        if table is None:
            continue
        if isinstance(resource.get("data"), list):
            hsds.read_json(batch, {table: resource["data"]}, _DESCRIPTOR)
        elif isinstance(path := resource.get("path"), str):
            if _hostile(path) or "/" in path:
                raise BadUsage(f"{_DESCRIPTOR} points outside its folder; nothing was imported")
            if path in names:
                tables[path] = table
            else:
                batch.warnings.append(f"{_DESCRIPTOR} names {path}, which is not in the package")
    return tables


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > _MOST_BYTES:
        raise BadUsage(f"{path.name} is larger than {_MOST_BYTES >> 20} MB: too large")
    return path.read_bytes()


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadUsage(
            f"{name} is not UTF-8 (byte {error.start}): save it as UTF-8 and import it again"
        ) from error


def _json(content: bytes, name: str) -> object:
    try:
        data: object = json.loads(_text(content, name))
    except json.JSONDecodeError as error:
        raise BadUsage(f"{name} is not JSON: {error.msg} in line {error.lineno}") from error
    except ValueError as error:  # a number of thousands of digits
        raise BadUsage(f"{name} holds a number that is none; nothing was imported") from error
    return data
