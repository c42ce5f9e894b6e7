"""What a command says after it has set a passphrase, where the machine affords it too little."""

from console.cli.answer import say
from console.cli.session import Session


def say_guarding(session: Session, name: str) -> None:
    """Print what guards the passphrase of ``name`` if it is less than usual, else nothing."""
    from console.vault import guarding

    line = guarding(session.home, name)
    if line is not None:
        say(line)
