"""Partners: the referral directory, matching with reasons, and what becomes of a referral."""

from console.partners.match import STALE_AFTER_DAYS, Need
from console.partners.room import (
    DirectoryLine,
    ImportReport,
    Match,
    Miss,
    ReferralLine,
    directory,
    find,
    import_hsds,
    match,
    published_numbers,
    refer,
    referrals,
    set_status,
    size,
    stale,
)

__all__ = [
    "STALE_AFTER_DAYS",
    "DirectoryLine",
    "ImportReport",
    "Match",
    "Miss",
    "Need",
    "ReferralLine",
    "directory",
    "find",
    "import_hsds",
    "match",
    "published_numbers",
    "refer",
    "referrals",
    "set_status",
    "size",
    "stale",
]
