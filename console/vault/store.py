"""Every SQL statement of the vault's own tables."""

GET_SETTING = "SELECT value FROM setting WHERE name = ?"
PUT_SETTING = """
INSERT INTO setting (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""

MEMBERS = """
SELECT name, role, hpke_public, sign_public, removed_on IS NULL FROM member ORDER BY name
"""
ADD_MEMBER = """
INSERT INTO member (name, role, hpke_public, sign_public, added_on) VALUES (?, ?, ?, ?, ?)
"""
HOLDERS = "SELECT DISTINCT member FROM note_key ORDER BY member"
MY_NOTE_KEYS = "SELECT generation, sealed FROM note_key WHERE member = ? ORDER BY generation"
NOTE_GENERATION = "SELECT coalesce(max(generation), 0) FROM note_key"
ADD_NOTE_KEY = "INSERT OR REPLACE INTO note_key (generation, member, sealed) VALUES (?, ?, ?)"

DAY_KEY = "SELECT generation, sealed FROM day_key WHERE day = ?"
ADD_DAY_KEY = "INSERT INTO day_key (day, generation, sealed) VALUES (?, ?, ?)"
NEXT_REVISION = "SELECT coalesce(max(revision), 0) + 1 FROM note WHERE call = ?"
ADD_NOTE = "INSERT INTO note (call, revision, day, sealed) VALUES (?, ?, ?, ?)"
LATEST_NOTE = """
SELECT revision, day, sealed FROM note WHERE call = ? ORDER BY revision DESC LIMIT 1
"""

PUT_DRAFT = """
INSERT INTO draft (call, generation, sealed, saved_at) VALUES (?, ?, ?, ?)
ON CONFLICT (call) DO UPDATE SET
    generation = excluded.generation, sealed = excluded.sealed, saved_at = excluded.saved_at
"""
DRAFTS = "SELECT call, generation, sealed, saved_at FROM draft ORDER BY call"
DROP_DRAFT = "DELETE FROM draft WHERE call = ?"

LAST_AUDIT = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"
ADD_AUDIT = "INSERT INTO audit (seq, hour, actor, action, subject, hash) VALUES (?, ?, ?, ?, ?, ?)"
AUDIT = "SELECT seq, hour, actor, action, subject, hash FROM audit ORDER BY seq"

BEGIN = "BEGIN IMMEDIATE"
COMMIT = "COMMIT"
ROLLBACK = "ROLLBACK"
CHECKPOINT = "PRAGMA wal_checkpoint(TRUNCATE)"

ATTACH = "ATTACH DATABASE ? AS rotating KEY ?"
# The new file is made durable as a whole once it is proven; nobody reads it before.
ATTACHED = ("PRAGMA rotating.journal_mode = OFF", "PRAGMA rotating.synchronous = OFF")
EXPORT = "SELECT sqlcipher_export('rotating')"
STAMPED = ("PRAGMA rotating.application_id = 0x484C5056", "PRAGMA rotating.user_version = 2")
DETACH = "DETACH DATABASE rotating"
# 256 MiB of pages, so that the proofs of a usual vault read and decrypt each page once.
LARGE_CACHE = "PRAGMA cache_size = -262144"
LEAVE_WAL = "PRAGMA journal_mode = DELETE"
CHECK_PAGES = "PRAGMA cipher_integrity_check"
CHECK_TREES = "PRAGMA integrity_check"
CHECK_KEYS = "PRAGMA foreign_key_check"
SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
VIEWS = "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name"
TABLES = """
SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^'
ORDER BY name
"""


def scan(table: str) -> str:
    """Return the statement that reads all of a table in the order it is stored.

    A table's name is no parameter in SQL, so it is quoted; it comes from the schema itself.
    """
    return _SCAN.replace("?", _quoted(table))


def drop_view(name: str) -> str:
    """Return the statement that drops a view; its name comes from the schema itself."""
    return _DROP_VIEW.replace("?", _quoted(name))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_SCAN = "SELECT * FROM ? NOT INDEXED"
_DROP_VIEW = "DROP VIEW ?"
