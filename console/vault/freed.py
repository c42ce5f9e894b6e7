"""Writing over what libraries free: OpenSSL leaves the passphrase that Argon2id was given.

Only the thread that freed a block is sure to be given it again.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

# glibc keeps up to seven free blocks of a size for a thread, in steps of 16 bytes.
_SIZES, _EACH = range(24, 1025, 16), 8


@contextmanager
def written_over() -> Iterator[None]:
    """Write over the small blocks that the block of the with statement has freed."""
    try:
        yield
    finally:
        _write_over()


def _write_over() -> None:
    allocate, free = ctypes.pythonapi.PyMem_RawMalloc, ctypes.pythonapi.PyMem_RawFree
    allocate.restype, allocate.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
    free.restype, free.argtypes = None, (ctypes.c_void_p,)
    blocks = [(allocate(size), size) for size in _SIZES for _ in range(_EACH)]
    for at, size in blocks:
        if at is not None:
            ctypes.memset(at, 0, size)
    for at, _ in blocks:
        free(at)
