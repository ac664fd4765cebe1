"""Answers that go wrong, as they do on the way to the real service."""

import asyncio
import socket
import struct
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from threading import Lock

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

Respond = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Fault:
    status: int | None
    delay: float
    cut: bool
    drip: float
    reset: bool
    after: bool


class Faults:
    """The faults that are still to come, for each operation in the order in which they were ordered."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def add(self, operation: str, fault: Fault) -> None:
        with self._lock:
            self._waiting[operation].append(fault)

    def take(self, operation: str) -> Fault | None:
        with self._lock:
            waiting = self._waiting[operation]
            return waiting.popleft() if waiting else None


async def play(fault: Fault, request: Request, respond: Respond) -> Response:
    """The answer that goes wrong; ``respond`` carries the operation out and gives the right one."""
    await request.body()
    answer = await respond(request) if fault.after else None
    if fault.delay and await _has_left(request.receive, fault.delay):
        return Response()
    if answer is None and fault.status is None and not (fault.cut or fault.drip or fault.reset):
        return await respond(request)
    if answer is None or fault.status is not None:
        status = fault.status or 502
        answer = HTMLResponse(f"<html><body><h1>{status}</h1></body></html>", status)
    return _Broken(answer, fault)


class _Broken(Response):
    """Another response, on its way to the client in a bad manner."""

    def __init__(self, answer: Response, fault: Fault) -> None:
        super().__init__(answer.body, answer.status_code)
        self.raw_headers = answer.raw_headers
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport: asyncio.Transport = scope["extensions"]["cryptocloud_sandbox.transport"]
        if self._fault.reset:
            sock: socket.socket = transport.get_extra_info("socket")
            # Unsent data and the usual farewell are dropped: the client's next read fails.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
            await _has_left(receive, None)
            return
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        body = bytes(self.body)
        if self._fault.cut:
            body = body[: len(body) // 2]
        step = 1 if self._fault.drip else len(body)
        for start in range(0, len(body), step):
            await send({"type": "http.response.body", "body": body[start : start + step], "more_body": True})
            if self._fault.drip and await _has_left(receive, self._fault.drip):
                return
        if self._fault.cut:
            transport.close()
            await _has_left(receive, None)
        else:
            await send({"type": "http.response.body", "body": b""})


async def _has_left(receive: Receive, seconds: float | None) -> bool:
    """Wait so long, or, if it happens before, until the connection is gone. The body was read before."""
    try:
        await asyncio.wait_for(receive(), seconds)
    except TimeoutError:
        return False
    return True
