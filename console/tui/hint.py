"""A line under the note that is there only while it has something to say."""

from textual.content import Content
from textual.widgets import Static


class Hint(Static):
    """Says one thing and how to do it; a click does it. Redrawn only when it reads differently."""

    def __init__(self, action: str, *, id: str) -> None:
        super().__init__(id=id)
        self._does = action
        self._said = ""
        self.display = False

    def say(self, line: Content) -> None:
        """Show ``line``, or nothing when it is empty."""
        if line.plain != self._said:
            self._said = line.plain
            self.update(line)
            self.display = bool(line.plain)

    async def on_click(self) -> None:
        """Do what the line says."""
        await self.screen.run_action(self._does)
