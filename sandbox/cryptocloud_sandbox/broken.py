"""Answers that go wrong, as they do on the way to the real service."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from .faults import Fault

Respond = Callable[[Request], Awaitable[Response]]
Report = Callable[[int | None, bool], None]
"""Hears the status that was sent, or None, and whether the whole answer was."""


def page(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """What a proxy gives in place of the answer."""
    return HTMLResponse(f"<html><body><h1>{status}</h1></body></html>", status, headers)


async def play(fault: Fault, request: Request, respond: Respond, report: Report) -> Response | None:
    """The answer that goes wrong, and reports itself; ``respond`` carries the operation out and gives the
    right one. None if the client has left.
    """
    # All of it, so that what comes next is the client's leaving.
    await request.body()
    answer = await respond(request) if fault.after else None
    if fault.delay and await has_left(request.receive, fault.delay):
        return None
    if answer is None and fault.is_mere_delay:
        answer = await respond(request)
    elif fault.body is not None:
        answer = HTMLResponse(fault.body, fault.status or 200)
    elif answer is None or fault.status is not None:
        answer = page(fault.status or 502)
    answer.headers.update(fault.headers)
    return _Broken(answer, fault, report)


class _Broken(Response):
    """Another response, on its way to the client in a bad manner."""

    def __init__(self, answer: Response, fault: Fault, report: Report) -> None:
        super().__init__(answer.body, answer.status_code)
        self.raw_headers = answer.raw_headers
        self._fault = fault
        self._report = report

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport: asyncio.Transport = scope["extensions"]["cryptocloud_sandbox.transport"]
        if self._fault.reset:
            self._report(None, False)
            sock: socket.socket = transport.get_extra_info("socket")
            # Unsent data and the usual farewell are dropped: the client's next read fails.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
            await has_left(receive, None)
            return
        body = b"" if self.status_code in {204, 304} else bytes(self.body)
        if self._fault.cut:
            body = body[: len(body) // 2]
        step = 1 if self._fault.drip else max(len(body), 1)
        *early, last = [body[start : start + step] for start in range(0, len(body), step)] or [b""]
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for piece in early:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if await has_left(receive, self._fault.drip):
                self._report(self.status_code, False)
                return
        # Before the client can ask for it.
        self._report(self.status_code, not self._fault.cut)
        await send({"type": "http.response.body", "body": last, "more_body": True})
        if self._fault.cut:
            transport.close()
            await has_left(receive, None)
        else:
            await send({"type": "http.response.body", "body": b""})


async def has_left(receive: Receive, seconds: float | None) -> bool:
    """Wait so long, or, if it happens before, until the connection is gone. The body was read before."""
    try:
        await asyncio.wait_for(receive(), seconds)
    except TimeoutError:
        return False
    return True
