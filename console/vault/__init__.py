"""The vault: the encrypted database, its members and keys, the journal and the audit trail."""

from console.vault.audit import CUT_OFF
from console.vault.audit import lacking as lacking_in_trail
from console.vault.backup import BackupReport, back_up
from console.vault.check import inspect as check_vault
from console.vault.database import trouble
from console.vault.findings import CheckReport, Finding
from console.vault.keystatus import own_words, rotate_days, set_rotate_days
from console.vault.kit import NewKit
from console.vault.model import (
    AuditLine,
    Cost,
    KeyStatus,
    KitProof,
    KitStatus,
    Member,
    Role,
    RotationReport,
    VaultBusy,
)
from console.vault.opening import (
    change_passphrase,
    create,
    demand_no_vault,
    exists,
    roster,
    seconds_to_wait,
    unlock,
)
from console.vault.passphrase import guarding, judge_passphrase
from console.vault.recovery import prove_kit, recover
from console.vault.restore import BackupFile, RestoreReport
from console.vault.restore import describe as describe_backup
from console.vault.restore import restore as restore_backup
from console.vault.session import Vault
from console.vault.shares import WORDS as SHARE_WORDS
from console.vault.shares import Share, read_share, share_lines
from console.vault.thread import DatabaseThread

__all__ = [
    "CUT_OFF",
    "SHARE_WORDS",
    "AuditLine",
    "BackupFile",
    "BackupReport",
    "CheckReport",
    "Cost",
    "DatabaseThread",
    "Finding",
    "KeyStatus",
    "KitProof",
    "KitStatus",
    "Member",
    "NewKit",
    "RestoreReport",
    "Role",
    "RotationReport",
    "Share",
    "Vault",
    "VaultBusy",
    "back_up",
    "change_passphrase",
    "check_vault",
    "create",
    "demand_no_vault",
    "describe_backup",
    "exists",
    "guarding",
    "judge_passphrase",
    "lacking_in_trail",
    "own_words",
    "prove_kit",
    "read_share",
    "recover",
    "restore_backup",
    "roster",
    "rotate_days",
    "seconds_to_wait",
    "set_rotate_days",
    "share_lines",
    "trouble",
    "unlock",
]
