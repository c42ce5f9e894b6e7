"""How text reaches the screen: stripped of control characters, and never read as markup."""

from textual.content import Content

from console.text import plain


def shown(text: str, style: str = "", *, lines: bool = False) -> Content:
    """Return ``text`` as content that is safe to display, on one line unless ``lines``."""
    return Content.styled(plain(text, lines=lines), style)


def joined(*parts: Content | str, by: str = "  ") -> Content:
    """Return the non-empty ``parts`` with ``by`` between them."""
    contents = [part if isinstance(part, Content) else shown(part) for part in parts]
    return Content(by).join([part for part in contents if part.plain])


def clock(seconds: int) -> str:
    """Return ``seconds`` as ``HH:MM:SS``; never negative."""
    seconds = max(0, seconds)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
