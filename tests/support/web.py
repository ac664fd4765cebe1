"""Web applications on real sockets, each served from a thread, and a client that sends what it is told."""

import asyncio
import contextlib
import functools
import http.client
import select
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import uvicorn
from aiohttp import web
from werkzeug.serving import WSGIRequestHandler, make_server

BACKLOG = 2_048
"""So many connections may wait to be accepted. Behind a queue of 128, Linux resets some of a crowd."""


@contextlib.contextmanager
def serving_asgi(app: Any) -> Iterator[int]:
    """The port of an ASGI application."""
    with socket.create_server(("127.0.0.1", 0), backlog=BACKLOG) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_keep_alive=60))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: Any, **__: Any) -> None:
        pass


@contextlib.contextmanager
def serving_wsgi(app: Any) -> Iterator[int]:
    """The port of a WSGI application. Its server takes chunked bodies."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@contextlib.contextmanager
def serving_aiohttp(make_app: Callable[[], web.Application]) -> Iterator[int]:
    """The port of an application of aiohttp."""
    ready = threading.Event()
    stop: Callable[[], object] = ready.set
    port = 0

    async def serve() -> None:
        nonlocal stop, port
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop = functools.partial(loop.call_soon_threadsafe, stopping.set)
        runner = web.AppRunner(make_app(), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=BACKLOG)
        await site.start()
        port = runner.addresses[0][1]
        ready.set()
        await stopping.wait()
        await runner.cleanup()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield port
    finally:
        stop()
        thread.join(10)


class Reply(NamedTuple):
    """What a server answers. Names of headers are lower-case."""

    status: int
    headers: dict[str, str]
    body: bytes


def send(
    port: int,
    body: bytes | Iterable[bytes] = b"",
    content_type: str | None = None,
    *,
    path: str = "/postback",
    method: str = "POST",
) -> Reply:
    """One request. A body in pieces is sent chunked, until the server has answered."""
    lines = [f"{method} {path} HTTP/1.1", "Host: shop", "Connection: close"]
    lines += [f"Content-Type: {content_type}"] if content_type else []
    lines += [f"Content-Length: {len(body)}"] if isinstance(body, bytes) else ["Transfer-Encoding: chunked"]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as sock:
        sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        if isinstance(body, bytes):
            sock.sendall(body)
        else:
            for piece in [*body, b""]:
                if select.select([sock], [], [], 0)[0]:
                    break
                sock.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        with contextlib.closing(http.client.HTTPResponse(sock, method=method)) as response:
            response.begin()
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status, headers, response.read())
