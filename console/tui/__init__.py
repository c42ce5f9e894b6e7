"""The console: screens that show, ask, and call one function of a room."""

from pathlib import Path


def run(
    home: Path, *, member: str | None = None, passphrase: str | None = None, hint: str = ""
) -> int:
    """Open the console on the vault in ``home`` and return the exit code when it is left.

    With ``member`` and ``passphrase`` it is opened unlocked. ``hint`` is a line that the unlock
    screen shows, for a demonstration to say who may log in.
    """
    from console.tui.app import ConsoleApp

    app = ConsoleApp(home, member=member, passphrase=passphrase, hint=hint)
    app.run()
    if app.calm_line:
        # Printed after the terminal is back to normal, so that it is not lost with the screen.
        import sys

        sys.stderr.write(app.calm_line + "\n")
    return app.return_code or 0
