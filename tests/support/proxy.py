"""Stands between a client that is not ours and the sandbox, and holds what they say to the spec."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from support.contract import HeldToSpec

# Headers of one connection, not of what goes through it.
HOP_BY_HOP = {"connection", "content-length", "host", "http2-settings", "transfer-encoding", "upgrade"}


class Proxy:
    """An HTTP server on a loopback port that passes POST requests on to the host of ``base_url``.

    Client and service do not notice it, except where one of them breaks the spec: then the client
    gets a 502 that says so. ``exchanges`` are path and status of what went through, in order.
    """

    def __init__(self, base_url: str) -> None:
        target = urlsplit(base_url)
        self.contract = HeldToSpec(httpx.HTTPTransport())
        self.exchanges: list[tuple[str, int]] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Without it each answer, sent as head and body, takes 40 ms.
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                request = httpx.Request(
                    "POST",
                    f"http://{target.netloc}{self.path}",
                    headers=_end_to_end(self.headers.items()),
                    content=body,
                )
                status, headers, answer = proxy._passed_on(request)
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.base_url = f"http://127.0.0.1:{self._server.server_port}{target.path}"

    def _passed_on(self, request: httpx.Request) -> tuple[int, list[tuple[str, str]], bytes]:
        try:
            response = self.contract.handle_request(request)
        except AssertionError as error:
            self.exchanges.append((request.url.path, 502))
            return 502, [("content-type", "text/plain; charset=utf-8")], str(error).encode()
        self.exchanges.append((request.url.path, response.status_code))
        return response.status_code, _end_to_end(response.headers.multi_items()), response.read()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.contract.close()


def _end_to_end(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP]
