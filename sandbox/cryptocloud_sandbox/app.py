"""The HTTP face of the sandbox: paths, credentials, bodies and answers over a `State`."""

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from . import tokens
from .state import RefusedError, State

MAX_BODY = 1024 * 1024
"""The largest request body that is read, in bytes."""

DECISIONS = (
    "Checks come in this order: path, method, credentials, size of the body, body, invoice.",
    "Unknown path, a trailing slash included: 404 with an HTML page, as a proxy gives.",
    "Any method but POST: 405 with `Allow: POST` and {'detail': 'Method \"GET\" not allowed.'}.",
    "Authorization header absent, repeated, without a key, or with another word than `Token` (case matters): "
    "400 `authorization`.",
    "A key that does not decode as a JSON web token: 403 `Invalid header padding`, whatever ails it.",
    "A key that decodes and is not the project's: 403 `Signature verification failed`. Never 401.",
    "A body larger than 1 MiB: 413 with a `detail`.",
    "The body is read as JSON in UTF-8 whatever Content-Type says; an empty one counts as {}.",
    "A body that is not JSON, or not an object: 400 `validate_error`, `Body is not a JSON object`.",
    "`uuid` null or empty counts as missing. Neither text nor null: 400 `validate_error`, "
    "`uuid is not a string`.",
    "An unknown id, or a text that is no id: 400 `validate_error`, `Invoice is not created`.",
    "Unknown members of the body and the query string are ignored.",
    "What is not HTTP at all is answered by the server: 400 with plain text, and the connection is closed.",
)
"""What the public documentation leaves open, and what the sandbox does."""

Handler = Callable[[State, Mapping[str, Any]], object]
"""One operation: from the state and the request's JSON object to the answer's `result`, or `RefusedError`."""


def cancel_invoice(state: State, document: Mapping[str, Any]) -> object:
    uuid = document.get("uuid")
    if uuid is None or uuid == "":
        raise RefusedError("validate_error", "uuid is required")
    if not isinstance(uuid, str):
        raise RefusedError("validate_error", "uuid is not a string")
    state.cancel(uuid)
    return ["ok"]


OPERATIONS: Mapping[str, Handler] = {
    "/v2/invoice/merchant/canceled": cancel_invoice,
}


def create_app(state: State) -> Starlette:
    """The ASGI application that answers for ``state``."""
    app = Starlette(
        routes=[
            Route(path, _endpoint(state, handler), methods=["POST"]) for path, handler in OPERATIONS.items()
        ],
        exception_handlers={404: _not_found, 405: _wrong_method},
    )
    app.router.redirect_slashes = False
    return app


def _endpoint(state: State, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if request.scope["path"] not in OPERATIONS:
            raise HTTPException(404)  # Starlette's patterns overlook a line break at the end.
        refusal = _check_credentials(request, state.api_key)
        if refusal is not None:
            return refusal
        try:
            body = await _read(request)
        except ClientDisconnect:
            return Response()  # Nobody is there to get it.
        if body is None:
            return JSONResponse({"detail": f"Request body is larger than {MAX_BODY} bytes."}, 413)
        try:
            return JSONResponse({"status": "success", "result": handler(state, _parse(body))})
        except RefusedError as exc:
            return _error(exc.code, exc.text)

    return answer


def _check_credentials(request: Request, api_key: str) -> Response | None:
    headers = request.headers.getlist("authorization")
    word, _, key = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    if word != "Token" or not key:
        return _error("authorization", "Unauthorized request.")
    if not tokens.is_token(key):
        return JSONResponse({"detail": "Invalid header padding"}, 403)
    if key != api_key:
        return JSONResponse({"detail": "Signature verification failed"}, 403)
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
        document = json.loads(body.decode() or "{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise RefusedError("validate_error", "Body is not a JSON object")
    return document


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _error(code: str, text: str) -> Response:
    return JSONResponse({"status": "error", "result": {code: text}}, 400)


async def _not_found(_request: Request, _exc: Exception) -> Response:
    return HTMLResponse("<html><body><h1>404 Not Found</h1></body></html>", 404)


async def _wrong_method(request: Request, _exc: Exception) -> Response:
    return JSONResponse({"detail": f'Method "{request.method}" not allowed.'}, 405, {"Allow": "POST"})
