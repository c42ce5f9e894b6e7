"""The pages of a database file, decrypted without SQLCipher: a second opinion on what it wrote.

A page of SQLCipher 4 is ciphertext (AES-256-CBC), its IV (16 bytes) and an HMAC (64); the first
page begins with the salt instead of SQLite's first 16 bytes. HMACs are not looked at here: what
SQLCipher says of them is the other half of a proof. Sources: zetetic.net/sqlcipher/design, the file
format at sqlite.org/fileformat.html.
"""

from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from console.vault.files import file_trouble
from console.vault.keyring import RawKey

SIZE = 4096
LOCK_PAGE = (1 << 30) // SIZE + 1
"""The page that SQLite locks bytes of and never writes; it is in no file below a gigabyte."""

_BODY, _IV = 4016, 16
_FRAME = _IV + _BODY
# Larger pieces come as fresh memory from the system every time, which costs more than decrypting.
_PIECE = 16 * SIZE
# What a connection writes by itself in the header on the first page: whether there is a log, how
# often the file was changed (twice) and its schema, by which version of SQLite.
_BOOKKEEPING = (slice(18, 20), slice(24, 28), slice(40, 44), slice(92, 100))


def same_content(
    old: tuple[Path, RawKey], new: tuple[Path, RawKey], told: Callable[[float], None]
) -> bool:
    """Return whether two files, each with its key, hold the same pages, free ones too.

    What SQLite keeps in the header about the file itself may differ. ``told`` gets the share done,
    0 to 1. Raises ConsoleError for what the disk says.
    """
    (left, left_key), (right, right_key) = old, new
    with file_trouble(left), left.open("rb") as a, file_trouble(right), right.open("rb") as b:
        size = left.stat().st_size
        if size != right.stat().st_size or size % SIZE:
            return False
        for at in range(0, size, _PIECE):
            first = at // SIZE + 1
            if not _same(a.read(_PIECE), left_key, b.read(_PIECE), right_key, first):
                return False
            told(min(1.0, (at + _PIECE) / size))
    return True


def _same(left: bytes, left_key: RawKey, right: bytes, right_key: RawKey, first: int) -> bool:
    if len(left) != len(right):
        return False
    mine, other = _bodies(left, left_key, first), _bodies(right, right_key, first)
    for number, (one, two) in enumerate(zip(mine, other, strict=True), first):
        if number == LOCK_PAGE:
            start = (number - first) * SIZE
            if left[start : start + SIZE] != right[start : start + SIZE]:
                return False
        elif one != two:
            return False
    return True


def _bodies(pages: bytes, key: RawKey, first: int) -> list[bytes]:
    """Return what whole pages hold, from page number ``first`` on, 4016 bytes each.

    In CBC a block needs the one before it and no other. So each page goes behind its own IV, and
    all of them are decrypted in one go; what the IVs themselves decrypt to means nothing.
    """
    framed = []
    for at in range(0, len(pages), SIZE):
        iv = pages[at + _BODY : at + _FRAME]
        framed.append(iv)
        # The salt stands where the first page's first block would.
        framed.append(iv + pages[_IV:_BODY] if first == 1 and at == 0 else pages[at : at + _BODY])
    aes = Cipher(algorithms.AES(key.key), modes.CBC(bytes(_IV))).decryptor()
    plain = aes.update(b"".join(framed))
    bodies = [plain[at + _IV : at + _FRAME] for at in range(0, len(plain), _FRAME)]
    if first == 1 and bodies:
        header = bytearray(bodies[0])
        header[:_IV] = bytes(_IV)
        for place in _BOOKKEEPING:
            header[place] = bytes(place.stop - place.start)
        bodies[0] = bytes(header)
    return bodies
