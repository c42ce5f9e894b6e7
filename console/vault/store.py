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
REMOVE_MEMBER = "UPDATE member SET removed_on = ? WHERE name = ?"
REMOVED = "SELECT name FROM member WHERE removed_on IS NOT NULL ORDER BY name"
HOLDERS = "SELECT DISTINCT member FROM note_key ORDER BY member"
NOTE_GENERATION = "SELECT coalesce(max(generation), 0) FROM note_key"
NOTES_MADE_ON = """
SELECT coalesce(
    (SELECT substr(max(hour), 1, 10) FROM audit WHERE action = 'notes.rekeyed'),
    (SELECT min(added_on) FROM member WHERE role = 'operator'), '')
"""
ADD_NOTE_KEY = "INSERT OR REPLACE INTO note_key (generation, member, sealed) VALUES (?, ?, ?)"

ROLE = "SELECT role FROM member WHERE name = ? AND sign_public = ? AND removed_on IS NULL"

LAST_KIT = "SELECT coalesce(max(number), 0) FROM kit"
KITS = "SELECT number, hpke_public, sign_public FROM kit ORDER BY number"
# `left`: whether who made it was removed since, or a generation of the notes' key has no slot.
KIT = """
SELECT shares, threshold, made_on, made_by, proven_on,
    EXISTS (SELECT 1 FROM member WHERE name = made_by AND removed_on IS NOT NULL)
    OR EXISTS (
        SELECT generation FROM note_key EXCEPT SELECT generation FROM kit_note_key WHERE kit = ?1)
FROM kit WHERE number = ?1 AND hpke_public = ?2
"""
ADD_KIT = """
INSERT OR REPLACE INTO kit (number, shares, threshold, hpke_public, sign_public, made_on, made_by)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
DAY_KEYS = "SELECT day, generation, sealed FROM day_key ORDER BY day"
NEW_KEYS = "UPDATE member SET hpke_public = ?, sign_public = ? WHERE name = ?"
DROP_NOTE_KEYS_OF = "DELETE FROM note_key WHERE member = ?"
PROVE_KIT = "UPDATE kit SET proven_on = ? WHERE number = ?"
DROP_OTHER_KITS = "DELETE FROM kit WHERE number <> ?"
KIT_NOTE_KEYS = "SELECT generation, sealed FROM kit_note_key WHERE kit = ? ORDER BY generation"
ADD_KIT_NOTE_KEY = "INSERT INTO kit_note_key (kit, generation, sealed) VALUES (?, ?, ?)"
DROP_KIT_NOTE_KEYS = "DELETE FROM kit_note_key WHERE kit = ?"
# Kits, and whether their slots are not of the very generations that a note holder has.
KITS_BEHIND = """
SELECT number,
    EXISTS (SELECT generation FROM note_key WHERE member = ?1
        EXCEPT SELECT generation FROM kit_note_key WHERE kit = number)
    OR EXISTS (SELECT generation FROM kit_note_key WHERE kit = number
        EXCEPT SELECT generation FROM note_key WHERE member = ?1)
FROM kit ORDER BY number
"""

DAY_KEY = "SELECT generation, sealed FROM day_key WHERE day = ?"
ADD_DAY_KEY = "INSERT INTO day_key (day, generation, sealed) VALUES (?, ?, ?)"
NEXT_REVISION = "SELECT coalesce(max(revision), 0) + 1 FROM note WHERE call = ?"
ADD_NOTE = "INSERT INTO note (call, revision, day, sealed) VALUES (?, ?, ?, ?)"
# Without a revision (NULL) the latest.
NOTE = """
SELECT revision, day, sealed FROM note
WHERE call = ?1 AND revision = coalesce(?2, (SELECT max(revision) FROM note WHERE call = ?1))
"""
LAST_REVISION = "SELECT coalesce(max(revision), 0) FROM note WHERE call = ?"
SEALED_ON = """
SELECT EXISTS (SELECT 1 FROM note WHERE day = ?1) OR EXISTS (SELECT 1 FROM amendment WHERE day = ?1)
"""

NEXT_AMENDMENT = "SELECT coalesce(max(revision), 0) + 1 FROM amendment WHERE call = ?"
ADD_AMENDMENT = """
INSERT INTO amendment (call, revision, day, amended_on, member, sealed) VALUES (?, ?, ?, ?, ?, ?)
"""
AMENDMENTS = """
SELECT revision, day, amended_on, member, sealed FROM amendment WHERE call = ? ORDER BY revision
"""

RETURN_KEY = "SELECT generation, sealed FROM return_key ORDER BY generation DESC LIMIT 1"
ADD_RETURN_KEY = "INSERT INTO return_key (generation, sealed) VALUES (?, ?)"

ADD_CONTACT = """
INSERT INTO contact (call, generation, sealed_key, sealed, consent_on, expires_on)
VALUES (?, ?, ?, ?, ?, ?)
"""
CONTACT = """
SELECT generation, sealed_key, sealed, consent_on, expires_on FROM contact WHERE call = ?
"""
HAS_CONTACT = "SELECT EXISTS (SELECT 1 FROM contact WHERE call = ?)"
CONTACTS = "SELECT call, consent_on, expires_on FROM contact ORDER BY expires_on, call"
DROP_CONTACT = "DELETE FROM contact WHERE call = ?"
DROP_EXPIRED = "DELETE FROM contact WHERE expires_on <= ? RETURNING call"

PUT_DRAFT = """
INSERT INTO draft (call, generation, sealed, saved_at) VALUES (?, ?, ?, ?)
ON CONFLICT (call) DO UPDATE SET
    generation = excluded.generation, sealed = excluded.sealed, saved_at = excluded.saved_at
"""
DRAFTS = "SELECT call, generation, sealed, saved_at FROM draft ORDER BY call"
DROP_DRAFT = "DELETE FROM draft WHERE call = ?"

COUNT_AUDIT = "SELECT count(*) FROM audit WHERE action = ? AND subject = ?"
# A line may have been tampered with, so that what is of another type, or is no UTF-8, is read too.
LAST_AUDIT = """
SELECT seq, iif(typeof(hash) = 'blob', hash, x'') FROM audit ORDER BY seq DESC LIMIT 1
"""
ADD_AUDIT = "INSERT INTO audit (seq, hour, actor, action, subject, hash) VALUES (?, ?, ?, ?, ?, ?)"
AUDIT = """
SELECT seq,
    iif(typeof(hour) = 'text', CAST(hour AS BLOB), x'ff'),
    iif(typeof(actor) = 'text', CAST(actor AS BLOB), x'ff'),
    iif(typeof(action) = 'text', CAST(action AS BLOB), x'ff'),
    iif(typeof(subject) = 'text', CAST(subject AS BLOB), x'ff'),
    iif(typeof(hash) = 'blob', hash, x'')
FROM audit ORDER BY seq
"""

BEGIN = "BEGIN IMMEDIATE"
COMMIT = "COMMIT"
ROLLBACK = "ROLLBACK"
NO_LOG = "PRAGMA journal_mode = DELETE"
CHECKPOINT = "PRAGMA wal_checkpoint(TRUNCATE)"

CHECK_PAGES = "PRAGMA cipher_integrity_check"
CHECK_TREES = "PRAGMA integrity_check"
CHECK_KEYS = "PRAGMA foreign_key_check"
VIEWS = "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name"


def drop_view(name: str) -> str:
    """Return the statement that drops a view; its name comes from the schema itself."""
    return _DROP_VIEW.replace("?", _quoted(name))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_DROP_VIEW = "DROP VIEW ?"
