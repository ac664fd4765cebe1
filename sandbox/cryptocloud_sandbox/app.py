"""The HTTP face of the sandbox: paths, credentials, bodies and answers over a `State`."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import jwt
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from . import pages, shapes
from .faults import Faults, play
from .operations import OPERATIONS, Operation
from .postbacks import Postbacks
from .state import RefusedError, State

MAX_BODY = 1024 * 1024
"""The largest request body that is read, in bytes."""


class _Answer(JSONResponse):
    def render(self, content: object) -> bytes:
        return shapes.dumps(content).encode()


def create_app(state: State, postbacks: Postbacks, faults: Faults) -> Starlette:
    """The ASGI application that answers for ``state``."""
    app = Starlette(
        routes=[
            *(
                Route(path, _endpoint(state, faults, path, operation), methods=["POST"])
                for path, operation in OPERATIONS.items()
            ),
            Route("/pay/{key}", _pay_page(state, postbacks), methods=["GET", "POST"]),
        ],
        exception_handlers={404: _not_found, 405: _wrong_method},
    )
    app.router.redirect_slashes = False
    return app


def _endpoint(
    state: State, faults: Faults, path: str, operation: Operation
) -> Callable[[Request], Awaitable[Response]]:
    api_key = state.withdrawal_key if operation.needs_withdrawal_key else state.api_key

    async def respond(request: Request) -> Response:
        refusal = _check_credentials(request, api_key)
        if refusal is not None:
            return refusal
        body = await _read(request)
        if body is None:
            return _Answer({"detail": f"Request body is larger than {MAX_BODY} bytes."}, 413)
        try:
            return _Answer({"status": "success", **operation.handler(state, _parse(body))})
        except RefusedError as exc:
            return _error(exc.errors)

    async def answer(request: Request) -> Response:
        if request.scope["path"] != path:
            raise HTTPException(404)  # Starlette's patterns overlook a line break at the end.
        fault = faults.take(operation.id)
        try:
            return await (respond(request) if fault is None else play(fault, request, respond))
        except ClientDisconnect:
            return Response()  # Nobody is there to get it.

    return answer


def _check_credentials(request: Request, api_key: str) -> Response | None:
    headers = request.headers.getlist("authorization")
    word, _, key = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    if word != "Token" or not key:
        return _error({"authorization": "Unauthorized request."})
    try:
        jwt.decode(key, options={"verify_signature": False})
    except (jwt.InvalidTokenError, RecursionError):
        return _Answer({"detail": "Invalid header padding"}, 403)
    if key != api_key:
        return _Answer({"detail": "Signature verification failed"}, 403)
    return None


async def _read(request: Request) -> bytes | None:
    """The whole body, or None if it is too large; then uvicorn discards what is still to come."""
    body = bytearray()
    async with aclosing(request.stream()) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > MAX_BODY:
                return None
    return bytes(body)


def _parse(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body.decode() or "{}", parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise RefusedError({"validate_error": "Body is not a JSON object"})
    return document


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _error(errors: Mapping[str, str]) -> Response:
    return _Answer({"status": "error", "result": dict(errors)}, 400)


def _pay_page(state: State, postbacks: Postbacks) -> Callable[[Request], Awaitable[Response]]:
    def move(key: str, status: str) -> str:
        if status == "canceled":
            state.expire(key)
            return ""
        answered = postbacks.pay(key, status)
        return "" if answered is None else f"?answered={answered}"

    async def answer(request: Request) -> Response:
        key = request.path_params["key"]
        notice = None
        try:
            state.invoice(key)
            if request.method == "POST":
                form = parse_qs((await _read(request) or b"").decode())
                query = await asyncio.to_thread(move, key, form.get("status", [""])[0])
                return RedirectResponse(f"/pay/{key}{query}", 303)
            if "answered" in request.query_params:
                notice = f"The merchant's handler answered {request.query_params['answered']}."
            status = 200
        except ClientDisconnect:
            return Response()
        except KeyError:
            raise HTTPException(404) from None
        except ValueError as exc:
            notice, status = str(exc), 409  # From a window in which it looked different.
        return HTMLResponse(pages.render(state.invoice(key), notice), status, pages.HEADERS)

    return answer


async def _not_found(_request: Request, _exc: Exception) -> Response:
    return HTMLResponse("<html><body><h1>404 Not Found</h1></body></html>", 404)


async def _wrong_method(request: Request, exc: Exception) -> Response:
    headers = exc.headers if isinstance(exc, HTTPException) else None
    return _Answer({"detail": f'Method "{request.method}" not allowed.'}, 405, headers)
