"""A server that answers as it is told, byte for byte: what a real one does only on a bad day."""

from __future__ import annotations

import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple, Self

Script = Callable[["Connection"], None]
"""What the server does on a connection after it has read a whole request."""


def http(status: int, body: bytes = b"", *headers: str) -> bytes:
    """A whole answer. A JSON body is the rule, so that is what it says it is."""
    lines = [
        f"HTTP/1.1 {status} Whatever",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


DONE = http(200, b'{"status":"success","result":["ok"]}')
"""The answer to a cancel that worked."""


def sends(data: bytes) -> Script:
    """A script that sends `data` and keeps the connection."""
    return lambda connection: connection.send(data)


def sends_and_hangs_up(data: bytes) -> Script:
    """A script that sends `data` and closes the connection."""

    def script(connection: Connection) -> None:
        connection.send(data)
        connection.hang_up()

    return script


class Request(NamedTuple):
    """A request as it arrived."""

    line: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def word(self) -> str:
        """What is asked for: the last word of the path."""
        return self.line.split(" ")[1].rpartition("/")[2]


class Connection:
    """One connection to the server; `asked` is the request that the script is to answer.

    `other` is the base URL of another server, for scripts that send the client away.
    """

    asked: Request
    other: str

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def drip(self, data: bytes, step: int = 1) -> None:
        """Send one byte, or `step` of them, every 50 ms, until the client has had enough."""
        for start in range(0, len(data), step):
            self.send(data[start : start + step])
            # All that a client has to say by now is that it hangs up.
            if select.select([self._sock], [], [], 0.05)[0]:
                return

    def hang_up(self) -> None:
        """Close in the polite way."""
        self._sock.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        """Close in the hard way, so that the other side reads an error and not an end."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def keep_silent(self) -> None:
        """Say nothing until the client hangs up; one that never would is hung up on after 10 s."""
        self._sock.settimeout(10)
        while self._sock.recv(65536):
            pass

    def read_request(self) -> Request | None:
        """The next request; None at the end of the connection."""
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = self._sock.recv(65536)
            if not chunk:
                return None
            data += chunk
        head, _, body = data.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (text.partition(": ") for text in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            body += self._sock.recv(65536)
        return Request(line, headers, body)


class Stub:
    """The running server: `base_url`, the `requests` it read and how many `connections` it took.

    A `greeting` is what it does on a new connection, before it has read or encrypted anything.
    """

    def __init__(
        self, script: Script, tls: ssl.SSLContext | None = None, greeting: Script | None = None
    ) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._script = script
        self._greeting = greeting
        self._idle = threading.Event()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._starting = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._tls = tls
        scheme = "https" if tls else "http"
        self.base_url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}/v2"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        # A shutdown wakes the thread that waits in accept(); a close alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    @property
    def asked(self) -> list[str]:
        """What it was asked for, by the last word of the path."""
        return [request.word for request in self.requests]

    def wait_until_sent(self) -> None:
        """Wait until the script of the last request has ended."""
        assert self._idle.wait(10)

    def wait_until_all_closed(self) -> None:
        """Wait until the clients have closed every connection."""
        with self._starting:
            threads = self._threads[1:]
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive(), "a connection is still open"

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        # One that does not run yet cannot be waited for.
        with self._starting:
            self._threads.append(thread)
            thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        if self._greeting:
            with suppress(OSError):
                self._greeting(Connection(sock))
        with (
            suppress(OSError),
            self._tls.wrap_socket(sock, server_side=True) if self._tls else sock as stream,
        ):
            self._open.append(stream)
            connection = Connection(stream)
            while request := connection.read_request():
                self._idle.clear()
                connection.asked = request
                self.requests.append(request)
                try:
                    self._script(connection)
                finally:
                    self._idle.set()
