"""Settings on a stick: what a coordinator's vault tells its workstations, and whom these trust."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from console.codebook import carried
from console.errors import BadUsage, Refused
from console.figures import counting, tables
from console.figures.dimensions import Dimensions
from console.text import plain
from console.vault import Vault, bundles
from console.vault.bundles import Bundle, Receiver, Signer
from console.vault.files import canonical, to_text

HEADQUARTERS = "bundle.headquarters"
"""The setting that holds whom a workstation's counts are for: see ``Headquarters``."""

SENT = "bundle.settings"
"""The setting that holds number and digest of the settings that were made last."""

Trust = Callable[[Signer, str], bool]
"""Asked whether a signer that was not met before is who she should be; and what for, in words."""


@dataclass(frozen=True)
class Headquarters:
    """Whom a workstation's counts are for, as its last settings said; ``name`` signed them."""

    vault: str
    site: str
    name: str
    sign_public: bytes
    number: int
    keys: tuple[bytes, ...]

    @property
    def receiver(self) -> Receiver:
        """The vault and its coordinators' keys, to seal to."""
        return bundles.receiver(self.vault, self.keys)


@dataclass(frozen=True)
class MadeSettings:
    """A bundle of settings, its number, how many can open counts, and its maker's words."""

    file: Path
    number: int
    coordinators: int
    fingerprint: str


@dataclass(frozen=True)
class TakenSettings:
    """What settings changed here; ``left`` names codes (dimension/code) that could not follow."""

    site: str
    number: int
    already: bool
    changes: int
    left: tuple[str, ...]


def make(vault: Vault, path: Path, *, now: datetime) -> MadeSettings:
    """Write the settings of this vault for its workstations, signed by the coordinator.

    Raises ``Refused`` for anyone but a coordinator, ``BadUsage`` for a file that is there already.
    """
    vault.require("coordinator")
    codes, merges = carried.carry(vault)
    keys = bundles.coordinators(vault)
    content: dict[str, Any] = {
        "site": str(vault.setting("site", "")),
        "country": str(vault.setting("country", "")),
        "codes": codes,
        "merges": merges,
        "tables": str(vault.setting(counting.POLICY, "")),
        "coordinators": [to_text(key) for key in keys],
    }
    digest = hashlib.sha256(canonical(content)).hexdigest()
    sent = vault.setting(SENT, {"number": 0, "digest": ""})
    number = int(sent["number"]) + (sent["digest"] != digest)
    with vault.transaction():
        vault.set_setting(SENT, {"number": number, "digest": digest})
        vault.audit("settings.made", f"{number}", now=now)
        bundles.write(path, bundles.spell_settings(vault, {**content, "number": number}))
    return MadeSettings(path, number, len(keys), bundles.signer(vault).fingerprint)


def of(vault: Vault) -> Headquarters | None:
    """Return whom this vault's counts are for, None before it took any settings."""
    kept = vault.setting(HEADQUARTERS)
    if kept is None:
        return None
    return Headquarters(
        kept["vault"],
        kept["site"],
        kept["name"],
        base64.b64decode(kept["sign_public"]),
        kept["number"],
        tuple(base64.b64decode(key) for key in kept["keys"]),
    )


def take(vault: Vault, bundle: Bundle, trust: Trust, *, now: datetime) -> TakenSettings:
    """Take settings over, in the caller's transaction; their signer is remembered.

    Raises ``Refused`` for anyone but a coordinator, for a signer who is not trusted, for older
    settings than those here, for settings of this vault itself or of another country; ``BadUsage``
    for settings that make no sense to this version.
    """
    vault.require("coordinator")
    new = _read(bundle)
    before = of(vault)
    if new.vault == vault.id:
        raise Refused("these are the settings of this vault; they are for its workstations")
    if bundle.content["country"] != vault.setting("country"):
        raise Refused("the settings are for another country than this vault's; nothing was taken")
    known = before is not None and (before.vault, before.sign_public) == (
        new.vault,
        new.sign_public,
    )
    if not known and not trust(bundle.signer, f"the settings of {new.site}"):
        raise untrusted(bundle.signer)
    if before is not None and before.vault == new.vault and new.number < before.number:
        raise Refused("the settings are older than those that are here; nothing was taken")
    already = before == new
    taken = carried.take_over(vault, bundle.content["codes"], bundle.content["merges"], now=now)
    vault.set_setting(counting.POLICY, bundle.content["tables"])
    vault.set_setting(
        HEADQUARTERS,
        {
            "vault": new.vault,
            "site": new.site,
            "name": new.name,
            "sign_public": to_text(new.sign_public),
            "number": new.number,
            "keys": [to_text(key) for key in new.keys],
        },
    )
    if not already:
        vault.audit("settings.merged", f"{new.vault[:8]} {new.number}", now=now)
    return TakenSettings(new.site, new.number, already, taken.changes, taken.left)


def untrusted(signer: Signer) -> Refused:
    """Return the error that says that a signer was not met before, and what to do."""
    return Refused(
        f"{plain(signer.name, lines=False)}, who signed it, is not known here: have the six words "
        "read out and compare them, or give them with --fingerprint"
    )


def _read(bundle: Bundle) -> Headquarters:
    content: Mapping[str, Any] = bundle.content
    try:
        keys = tuple(base64.b64decode(key, validate=True) for key in content["coordinators"])
        number, site, text = content["number"], content["site"], content["tables"]
        if type(number) is not int or not isinstance(site, str) or not isinstance(text, str):
            raise TypeError
        for row in content["codes"]:
            _check_row(row)
        for merge in content["merges"]:
            _texts(*merge)
    except (KeyError, TypeError, ValueError) as error:
        raise BadUsage("the settings make no sense to this version of the program") from error
    bundles.receiver(bundle.signer.vault, keys)
    name = plain(site, lines=False)
    return Headquarters(
        bundle.signer.vault, name, bundle.signer.name, bundle.signer.sign_public, number, keys
    )


def check_tables(vault: Vault, bundle: Bundle) -> None:
    """Raise ``BadUsage`` for table definitions that this version cannot read."""
    text = bundle.content["tables"]
    if text:
        tables.parse(text, Dimensions(vault).many_valued)


def _check_row(row: Mapping[str, Any]) -> None:
    _texts(row["dimension"], row["code"], row["parent"] or "", *row["labels"].values())
    for said in row["words"].values():
        _texts(*said)
    if not isinstance(row["retired"], bool):
        raise TypeError


def _texts(*values: object) -> None:
    if not all(isinstance(value, str) for value in values):
        raise TypeError
