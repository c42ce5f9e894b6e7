"""What holds for every test: nothing opens a network connection."""

import sys


def _no_network(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"}:
        address = arguments[-1]
        if not isinstance(address, str | bytes):
            raise AssertionError(f"the console opened a network connection: {event}")


sys.addaudithook(_no_network)
