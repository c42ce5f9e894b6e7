"""What can go wrong, in the words that the user reads.

Every error that a person may meet is one of these: its message is one line that says what
happened and what to do, and its class fixes the exit code of a command.
"""


class ConsoleError(Exception):
    """Something failed; nothing was lost. Exit code 1."""

    exit_code = 1


class BadUsage(ConsoleError):
    """A command or a file that it was given makes no sense. Exit code 2."""

    exit_code = 2


class CannotUnlock(ConsoleError):
    """The vault could not be unlocked: passphrase, key file, or somebody else holds it. Code 3."""

    exit_code = 3


class VaultDamaged(ConsoleError):
    """The vault or one of its key files is not what it should be. Exit code 4."""

    exit_code = 4


class Refused(ConsoleError):
    """Policy says no: the role, the retention, or what a figure would disclose. Exit code 5."""

    exit_code = 5
