"""The consoles of the screens' tests, here in other languages."""

from tests.tui.conftest import clock as clock
from tests.tui.conftest import console as console
from tests.tui.conftest import home as home
from tests.tui.conftest import wait_for_all as wait_for_all
