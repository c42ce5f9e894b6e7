"""An older vault, brought to the schema of this version before anybody works in it.

Each step is plain SQL, and the number of steps taken is the file's `user_version`, so that a
second implementation sees what it has before it. Views hold nothing: they are made anew from
schema.sql whenever a step was taken.
"""

import re
from typing import Any

from console.vault import store

STEPS: dict[int, tuple[str, ...]] = {
    2: (
        """CREATE TABLE code_change (
            version   INTEGER PRIMARY KEY,
            day       TEXT NOT NULL,
            dimension TEXT NOT NULL,
            code      TEXT NOT NULL,
            change    TEXT NOT NULL CHECK (change IN (
                'added', 'renamed', 'merged', 'split', 'retired', 'restored')),
            detail    TEXT NOT NULL DEFAULT '{}'
        )""",
        """CREATE TABLE code_merge (
            dimension TEXT NOT NULL,
            code      TEXT NOT NULL,
            successor TEXT NOT NULL,
            PRIMARY KEY (dimension, code)
        ) WITHOUT ROWID""",
        """CREATE TABLE card (
            name       TEXT NOT NULL,
            language   TEXT NOT NULL,
            title      TEXT NOT NULL,
            body       TEXT NOT NULL,
            changed_on TEXT NOT NULL,
            PRIMARY KEY (name, language)
        ) WITHOUT ROWID""",
        "ALTER TABLE call ADD COLUMN relation TEXT NOT NULL DEFAULT 'unknown'",
        # Who calls and what they are to the person concerned were one list in version 1.
        """UPDATE call SET relation = caller, caller = 'on_behalf'
           WHERE caller IN ('parent', 'family', 'partner', 'friend', 'colleague')""",
        """CREATE TABLE amendment (
            call       INTEGER NOT NULL REFERENCES call (id) ON DELETE CASCADE,
            revision   INTEGER NOT NULL,
            day        TEXT NOT NULL,
            amended_on TEXT NOT NULL,
            member     TEXT NOT NULL REFERENCES member (name),
            sealed     BLOB NOT NULL,
            PRIMARY KEY (call, revision)
        ) WITHOUT ROWID""",
        """CREATE TABLE return_key (
            generation INTEGER PRIMARY KEY,
            sealed     BLOB NOT NULL
        )""",
        """CREATE TABLE return_code (
            id      INTEGER PRIMARY KEY,
            digest  BLOB NOT NULL UNIQUE,
            made_on TEXT NOT NULL
        )""",
        """CREATE TABLE return_call (
            return_code INTEGER NOT NULL REFERENCES return_code (id) ON DELETE CASCADE,
            call        INTEGER NOT NULL REFERENCES call (id) ON DELETE CASCADE,
            PRIMARY KEY (return_code, call)
        ) WITHOUT ROWID""",
        "CREATE INDEX return_call_by_call ON return_call (call)",
        """CREATE TABLE contact (
            call       INTEGER PRIMARY KEY REFERENCES call (id) ON DELETE CASCADE,
            generation INTEGER NOT NULL,
            sealed_key BLOB NOT NULL,
            sealed     BLOB NOT NULL,
            consent_on TEXT NOT NULL,
            expires_on TEXT NOT NULL
        )""",
        "CREATE INDEX contact_by_expiry ON contact (expires_on)",
        """CREATE TABLE kit (
            number      INTEGER PRIMARY KEY,
            shares      INTEGER NOT NULL,
            threshold   INTEGER NOT NULL,
            hpke_public BLOB NOT NULL,
            sign_public BLOB NOT NULL,
            made_on     TEXT NOT NULL,
            made_by     TEXT NOT NULL REFERENCES member (name),
            proven_on   TEXT
        )""",
        """CREATE TABLE kit_note_key (
            kit        INTEGER NOT NULL REFERENCES kit (number) ON DELETE CASCADE,
            generation INTEGER NOT NULL,
            sealed     BLOB NOT NULL,
            PRIMARY KEY (kit, generation)
        ) WITHOUT ROWID""",
        """CREATE TABLE folded_referral (
            service TEXT NOT NULL REFERENCES service (id),
            status  TEXT NOT NULL,
            count   INTEGER NOT NULL CHECK (count > 0),
            PRIMARY KEY (service, status)
        ) WITHOUT ROWID""",
        """CREATE TABLE folded (
            period     TEXT NOT NULL,
            dimensions TEXT NOT NULL,
            cell       TEXT NOT NULL,
            count      INTEGER NOT NULL CHECK (count > 0),
            PRIMARY KEY (period, dimensions, cell)
        ) WITHOUT ROWID""",
        "PRAGMA user_version = 2",
    ),
    3: (
        """CREATE TABLE closing (
            period    TEXT PRIMARY KEY,
            closed_on TEXT NOT NULL,
            closed_by TEXT NOT NULL REFERENCES member (name)
        ) WITHOUT ROWID""",
        """CREATE TABLE workstation (
            id            TEXT PRIMARY KEY,
            name          TEXT NOT NULL UNIQUE,
            sign_public   BLOB NOT NULL,
            since         TEXT NOT NULL,
            until         TEXT,
            registered_on TEXT NOT NULL,
            registered_by TEXT NOT NULL REFERENCES member (name)
        ) WITHOUT ROWID""",
        """CREATE TABLE absence (
            period      TEXT NOT NULL,
            workstation TEXT NOT NULL REFERENCES workstation (id),
            declared_on TEXT NOT NULL,
            declared_by TEXT NOT NULL REFERENCES member (name),
            PRIMARY KEY (period, workstation)
        ) WITHOUT ROWID""",
        """CREATE TABLE bundle (
            period      TEXT NOT NULL,
            workstation TEXT NOT NULL REFERENCES workstation (id),
            batch       TEXT NOT NULL UNIQUE,
            number      INTEGER NOT NULL,
            calls       INTEGER NOT NULL,
            merged_on   TEXT NOT NULL,
            merged_by   TEXT NOT NULL REFERENCES member (name),
            PRIMARY KEY (period, workstation)
        ) WITHOUT ROWID""",
        """CREATE TABLE reported (
            period      TEXT NOT NULL,
            workstation TEXT NOT NULL,
            dimensions  TEXT NOT NULL,
            cells       TEXT NOT NULL,
            PRIMARY KEY (period, workstation, dimensions),
            FOREIGN KEY (period, workstation) REFERENCES bundle (period, workstation)
                ON DELETE CASCADE
        ) WITHOUT ROWID""",
        """CREATE TABLE handed_over (
            period  TEXT PRIMARY KEY,
            batch   TEXT NOT NULL,
            number  INTEGER NOT NULL,
            made_on TEXT NOT NULL,
            made_by TEXT NOT NULL REFERENCES member (name)
        ) WITHOUT ROWID""",
        """CREATE TABLE restatement (
            period  TEXT NOT NULL,
            vintage INTEGER NOT NULL,
            reason  TEXT NOT NULL,
            PRIMARY KEY (period, vintage),
            FOREIGN KEY (period, vintage) REFERENCES release (period, vintage)
        ) WITHOUT ROWID""",
        "PRAGMA user_version = 3",
    ),
}
"""By the version that a step leads to; the last is the version of schema.sql."""

_VIEW = re.compile(r"^CREATE VIEW (\w+) AS.*?;", re.MULTILINE | re.DOTALL)


def migrate(connection: Any, version: int, schema: str) -> None:
    """Bring a database of ``version`` to that of ``schema``, whole or not at all.

    ``connection`` is in no transaction. Raises the driver's errors; then nothing has changed.
    """
    pending = [step for number, step in sorted(STEPS.items()) if number > version]
    if not pending:
        return
    connection.execute(store.BEGIN)
    try:
        for view in connection.execute(store.VIEWS).fetchall():
            connection.execute(store.drop_view(*view))
        for step in pending:
            for statement in step:
                connection.execute(statement)
        for view in _VIEW.finditer(schema):
            connection.execute(view[0])
        connection.execute(store.COMMIT)
    finally:
        if connection.in_transaction:
            connection.execute(store.ROLLBACK)
