"""A server that answers as it is told, byte for byte: what a real one does only on a bad day."""

from __future__ import annotations

import select
import signal
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import NamedTuple, Self

PATIENCE = 20.0
"""Seconds that something which has to happen may take: many, since machines stall."""

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


@contextmanager
def nobody_listens() -> Iterator[int]:
    """A port that is taken, so that nobody else begins to listen there.

    A server that is told to can: the systems allow it where both say that they share the address.
    """
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@contextmanager
def nobody_accepts() -> Iterator[int]:
    """A port whose queue is full: the system leaves whoever connects waiting."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting: list[socket.socket] = []
        is_full = False
        try:
            # How many it takes is the system's business, and the last one may be taken a moment later.
            while not is_full:
                waiting.append(socket.socket())
                waiting[-1].setblocking(False)
                waiting[-1].connect_ex(full.getsockname())
                is_full = not select.select([], waiting[-1:], [], 0.5)[1]
            yield full.getsockname()[1]
        finally:
            for sock in waiting:
                sock.close()


def type_ctrl_c() -> None:
    """What the system does when somebody types Ctrl-C: the main thread is interrupted, wherever it waits."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def wait_until_delivered(server: int, client: int) -> None:
    """Wait until all that a server has sent, an end or a reset included, is at the client's socket.

    It is the system that brings it there, and on a busy machine not at once. Both are ports of 127.0.0.1.
    """
    until = time.monotonic() + PATIENCE
    try:
        # A client whose connection is not established any more has the end, and all that came before.
        while _socket_state(client, server)[0] == _ESTABLISHED:
            if _socket_state(server, client) == (_ESTABLISHED, 0):
                return
            assert time.monotonic() < until, "what was sent does not arrive"
            time.sleep(0.001)
    except (OSError, AttributeError):
        # A system that does not tell.
        time.sleep(0.5)


_ESTABLISHED = 1


def _socket_state(own: int, other: int) -> tuple[int, int]:
    """What Linux says of a socket with these two ports: its state, and the bytes that have not arrived.

    Asked for by sock_diag(7), since /proc/net/tcp lists all that was closed in the last minute, too.
    """
    host = socket.inet_aton("127.0.0.1").ljust(16, b"\0")
    place = struct.pack("!HH16s16s12s", own, other, host, host, b"\0\0\0\0" + b"\xff" * 8)
    question = struct.pack("=BBBxI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0xFFFFFFFF) + place
    by_family, request, protocol = 20, 1, 4
    header = struct.pack("=IHHII", 16 + len(question), by_family, request, 0, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) as kernel:
        kernel.send(header + question)
        answer = kernel.recv(4096)
    is_found = int.from_bytes(answer[4:6], sys.byteorder) == by_family
    return (answer[17], int.from_bytes(answer[76:80], sys.byteorder)) if is_found else (0, 0)


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
    pause = 0.05

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def drip(self, data: bytes, step: int = 1) -> None:
        """Send one byte, or `step` of them, every `pause` seconds, until the client has had enough."""
        for start in range(0, len(data), step):
            self.send(data[start : start + step])
            # All that a client has to say by now is that it hangs up.
            if select.select([self._sock], [], [], self.pause)[0]:
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

    def tunnel(self, port: int) -> None:
        """Be a tunnel to the server at `port`, until one of both sides ends."""
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as server:
            self.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            ways = {self._sock: server, server: self._sock}
            while True:
                for sock in select.select(list(ways), [], [], PATIENCE)[0]:
                    data = sock.recv(65536)
                    if not data:
                        return self.hang_up()
                    ways[sock].sendall(data)

    def read_request(self) -> Request | None:
        """The next request; None if the connection ends before it is whole."""
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
            chunk = self._sock.recv(65536)
            if not chunk:
                return None
            body += chunk
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
        self._last_client = 0
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._starting = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port = self._listener.getsockname()[1]
        self._tls = tls
        scheme = "https" if tls else "http"
        self.base_url = f"{scheme}://127.0.0.1:{self._port}/v2"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        # A shutdown wakes the thread that waits in accept(); a close alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        # Otherwise a connection could be taken that is not shut down below.
        self._threads[0].join()
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
        """Wait until the script of the last request has ended, and what it sent is at the client's socket."""
        assert self._idle.wait(PATIENCE)
        wait_until_delivered(self._port, self._last_client)

    def wait_until_all_closed(self) -> None:
        """Wait until the clients have closed every connection."""
        with self._starting:
            threads = self._threads[1:]
        for thread in threads:
            thread.join(PATIENCE)
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
                sock, (_, client) = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            # Who has hung up already is not worth a thread.
            with suppress(OSError):
                if self._tls:
                    sock = self._tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
                self._open.append(sock)
                self._start(self._serve, sock, client)

    def _serve(self, sock: socket.socket, client: int) -> None:
        with suppress(OSError), sock:
            if self._greeting:
                with suppress(OSError):
                    self._greeting(Connection(sock))
            if isinstance(sock, ssl.SSLSocket):
                sock.do_handshake()
            connection = Connection(sock)
            while request := connection.read_request():
                self._idle.clear()
                self._last_client = client
                connection.asked = request
                self.requests.append(request)
                try:
                    self._script(connection)
                finally:
                    self._idle.set()
