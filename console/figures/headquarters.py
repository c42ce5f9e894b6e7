"""Settings on a stick: what a coordinator's vault tells its workstations, and whom these trust."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from console.codebook import carried
from console.errors import BadUsage, Refused
from console.figures import bundle_store, clock, counting, ledger_store, tables
from console.figures.dimensions import Dimensions
from console.figures.spans import listed, require_month
from console.text import plain
from console.vault import Vault, bundles
from console.vault.bundles import Bundle, Receiver, Signer
from console.vault.files import canonical, to_text

HEADQUARTERS = "bundle.headquarters"
"""The setting that holds whom a workstation's counts are for: see ``Headquarters``."""

SENT = "bundle.settings"
"""The setting that holds number and digest of the settings that were made last."""

ELSEWHERE = "bundle.elsewhere"
"""The setting that holds, by month, the earlier headquarters (vault) that it was handed over to."""

NAME = "bundle.workstation"
"""The setting that holds what this workstation calls itself in its bundles."""

LONGEST_NAME = 60
_NUMBERS = 2**31
_PARTS_OF_MERGE = 3

_T = TypeVar("_T")

Trust = Callable[[Signer, str], bool]
"""Asked whether a signer is who she should be, and what for, in words.

That is, one who was not met before, or whose bundle does not follow on those that are here.
"""


@dataclass(frozen=True)
class Headquarters:
    """Whom a workstation's counts are for, as its last settings said; ``name`` signed them.

    ``until`` is the first month that this vault publishes itself, once it is to leave.
    """

    vault: str
    site: str
    name: str
    sign_public: bytes
    number: int
    keys: tuple[bytes, ...]
    until: str | None = None

    def has(self, month: str) -> bool:
        """Say whether a month's counts are for it."""
        return self.until is None or month < self.until

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

    Raises ``Refused`` for anyone but a coordinator and for a vault that is a workstation itself,
    ``BadUsage`` for a file that is there already.
    """
    vault.require("coordinator")
    require_none(vault)
    bundles.require_free(path)
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
        kept.get("until"),
    )


def _keep(vault: Vault, found: Headquarters) -> None:
    vault.set_setting(
        HEADQUARTERS,
        {
            "vault": found.vault,
            "site": found.site,
            "name": found.name,
            "sign_public": to_text(found.sign_public),
            "number": found.number,
            "keys": [to_text(key) for key in found.keys],
            "until": found.until,
        },
    )


def leave(vault: Vault, name: str, period: str, *, now: datetime) -> None:
    """Have this workstation, called ``name``, publish by itself from a month on.

    The months before stay its headquarters', handed over or not: what was handed over is not
    always known here, for the vault may be a restored one. For a coordinator. Raises ``Refused``
    for anyone else, for a month that is over or later than the one that it left from before, for a
    vault that is nobody's workstation, and for a clock that cannot be right; ``BadUsage`` for what
    is no month, and for any other name.
    """
    vault.require("coordinator")
    require_month(period)
    found = of(vault)
    if found is None:
        raise Refused("this vault is nobody's workstation: it publishes its months itself")
    called = short(str(vault.setting(NAME) or vault.setting("site", "")))
    if name != called:
        raise BadUsage(
            f"this workstation is called {called}; with --here it is the one that leaves"
        )
    if period < now.date().isoformat()[: len(period)]:
        raise Refused(
            f"the month {period} is over, and for {found.site} to publish, handed over or not: "
            "leave from this month on, or from a later one"
        )
    if found.until is not None and found.until < period:
        raise Refused(f"{called} publishes by itself from {found.until} on: it leaves no later")
    with vault.transaction():
        clock.require(vault, now)
        _keep(vault, replace(found, until=period))
        vault.audit("headquarters.left", f"{found.vault[:8]} {period}", now=now)


def require_none(vault: Vault) -> None:
    """Raise ``Refused`` in a workstation: what it counts is another vault's to publish."""
    found = of(vault)
    if found is not None:
        raise Refused(
            f"this vault is a workstation of {found.site}: let its own workstations report there"
        )


def require_ours(vault: Vault, months: Iterable[str]) -> None:
    """Raise ``Refused`` for months that headquarters publishes: two sums of a call prove counts.

    A workstation keeps the months that it had published before it became one, and has those from
    which on it left.
    """
    found = of(vault)
    for month in months:
        if bundle_store.handed_over(vault, month) is not None or (
            found is not None and found.has(month) and ledger_store.latest(vault, month) is None
        ):
            raise Refused(
                f"headquarters publishes the counts of {month}: hand them over with "
                f"'helpline bundle make counts FILE --month {month}'"
            )


def is_number(value: object) -> bool:
    """Say whether a bundle can have this number, so that later ones can follow it."""
    return type(value) is int and 0 <= value < _NUMBERS


def short(text: str) -> str:
    """Return a name in one line without gaps, so that it cannot look like several."""
    return " ".join(plain(text, lines=False).split())


def take(vault: Vault, bundle: Bundle, trust: Trust, *, now: datetime) -> TakenSettings:
    """Take settings over, in the caller's transaction; their signer is remembered.

    ``trust`` is asked about a signer who was not met before, and about older settings than those
    here, such as a restored vault makes. Raises ``Refused`` for anyone but a coordinator, where
    there is no trust, for a vault that has workstations, for settings of this vault itself or of
    another country; ``BadUsage`` for settings that make no sense to this version.
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
    _require_no_workstations(vault)
    same = before is not None and before.vault == new.vault
    if before is not None and same:
        # The last months of whoever leaves may need new settings, too.
        new = replace(new, until=before.until)
    older = before is not None and same and new.number < before.number
    what = f"the settings of {new.site}" + (", older than those that are here" if older else "")
    if (older or not known) and not trust(bundle.signer, what):
        raise _outdated() if known else untrusted(bundle.signer)
    _check_tables(vault, bundle.content["tables"])
    already = before == new
    if before is not None and not same:
        _leave(vault, before.vault)
    taken = carried.take_over(vault, bundle.content["codes"], bundle.content["merges"], now=now)
    vault.set_setting(counting.POLICY, bundle.content["tables"])
    _keep(vault, new)
    if not already:
        vault.audit("settings.merged", f"{new.vault[:8]} {new.number}", now=now)
    return TakenSettings(new.site, new.number, already, taken.changes, taken.left)


def _require_no_workstations(vault: Vault) -> None:
    names = [each.name for each in bundle_store.workstations(vault)]
    if names:
        raise Refused(
            f"this vault has workstations of its own: {listed(names)}; it cannot be another's"
        )


def _leave(vault: Vault, before: str) -> None:
    """Keep what was handed over to one headquarters from the next: two sums must not overlap."""
    months = dict.fromkeys(bundle_store.months_handed_over(vault), before)
    vault.set_setting(ELSEWHERE, {**months, **vault.setting(ELSEWHERE, {})})


def _outdated() -> Refused:
    return Refused(
        "the settings are older than those that are here; nothing was taken. If they were made in "
        "a vault that was restored from a backup, compare the six words, or give --fingerprint"
    )


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
        number, site = content["number"], content["site"]
        if not is_number(number):
            raise ValueError
        _texts(site, content["country"], content["tables"])
        for row in content["codes"]:
            _check_row(row)
        for merge in content["merges"]:
            _texts(*_typed(merge, list))
            if len(merge) != _PARTS_OF_MERGE:
                raise ValueError
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise _senseless() from error
    bundles.receiver(bundle.signer.vault, keys)
    name = short(site)[:LONGEST_NAME]
    return Headquarters(
        bundle.signer.vault, name, bundle.signer.name, bundle.signer.sign_public, number, keys
    )


def _senseless() -> BadUsage:
    return BadUsage("the settings make no sense to this version of the program")


def _check_tables(vault: Vault, text: str) -> None:
    if not text:
        return
    try:
        tables.parse(text, Dimensions(vault).many_valued)
    except (ValueError, RecursionError) as error:
        raise _senseless() from error


def _check_row(row: object) -> None:
    fields = _typed(row, dict)
    labels, words = _typed(fields["labels"], dict), _typed(fields["words"], dict)
    _texts(fields["dimension"], fields["code"], fields["parent"] or "", *labels.values())
    for said in words.values():
        _texts(*_typed(said, list))
    _typed(fields["retired"], bool)


def _texts(*values: object) -> None:
    """Raise ``TypeError`` for what is no text, ``ValueError`` for one that no file can hold."""
    for value in values:
        _typed(value, str).encode()


def _typed(value: object, kind: type[_T]) -> _T:
    if not isinstance(value, kind):
        raise TypeError
    return value
