"""The vault: the encrypted database, its members and keys, the journal and the audit trail."""

from console.vault.database import trouble
from console.vault.model import (
    AuditLine,
    Cost,
    KeyStatus,
    Member,
    Role,
    RotationReport,
    VaultBusy,
)
from console.vault.opening import change_passphrase, create, exists, roster, unlock
from console.vault.passphrase import judge_passphrase
from console.vault.session import Vault
from console.vault.thread import DatabaseThread

__all__ = [
    "AuditLine",
    "Cost",
    "DatabaseThread",
    "KeyStatus",
    "Member",
    "Role",
    "RotationReport",
    "Vault",
    "VaultBusy",
    "change_passphrase",
    "create",
    "exists",
    "judge_passphrase",
    "roster",
    "trouble",
    "unlock",
]
