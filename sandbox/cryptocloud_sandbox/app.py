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

DECISIONS = (
    "Checks come in this order: path, method, credentials, size of the body, body, invoice.",
    "Unknown path, a trailing slash included: 404 with an HTML page, as a proxy gives.",
    "Any method but POST: 405 with `Allow: POST` and {'detail': 'Method \"GET\" not allowed.'}.",
    "Authorization header absent, repeated, without a key, or with another word than `Token` (case "
    "matters): 400 `authorization`.",
    "A key that does not decode as a JSON web token: 403 `Invalid header padding`, whatever ails it.",
    "A key that decodes and is not the one for this operation: 403 `Signature verification failed`. "
    "Never 401. Withdrawals take the withdrawal key and no other; everything else takes the project's.",
    "A body larger than 1 MiB: 413 with a `detail`.",
    "The body is read as JSON in UTF-8 whatever Content-Type says; an empty one counts as {}.",
    "A body that is not JSON, or not an object: 400 `validate_error`, `Body is not a JSON object`.",
    "A member that is null or empty counts as missing. Unknown members and the query string are ignored.",
    "cancel: `uuid` not a text: 400 `validate_error`, `uuid is not a string`. An unknown id, or a text "
    "that is no id: 400 `validate_error`, `Invoice is not created`.",
    "create: a wrong value is refused as `amount` is: {name: 'Invalid value name.'}. Another `shop_id`, "
    "an unknown coin, a lifetime that is not between 1 minute and 365 days are wrong values. All wrong "
    "ones are told at once.",
    "create: an amount is a number or a text with one, positive, at most 10^12, with at most 18 decimals.",
    "create: a lifetime is 24 hours unless told otherwise. `order_id` can be any text, and be used again.",
    "`amount` is the price until a coin is chosen, then the amount in that coin. `amount_in_fiat` is "
    "the price, with the digits that were sent, except in postbacks and withdrawals, where it is 0 as "
    "in the samples.",
    "Prices of coins and currencies and fees are made up and fixed. The buyer pays the transfer, the "
    "merchant the service (1.9 %).",
    "A buyer without a wish pays in the first of `available_currencies`, else in USDT_TRC20, which is "
    "also the `currency` that is shown before.",
    "An invoice expires by itself when its time is over: `created` becomes `canceled`. `partial` stays "
    "`partial`.",
    "A partial payment is not credited, and not announced, before the rest has come.",
    "info: answers in the order of the request, each invoice once; unknown ids are left out. A text "
    "that is no id, or more than 100: 400 `validate_error`. Withdrawals are not known here, nor in "
    "lists and statistics.",
    "list: newest first. Days are in UTC, and `end` belongs to the period, which may be as long as you like.",
    "list: `limit` is the size of a page, 1 to 100, unless the sandbox is told that it is the number of "
    "the last record. Then 10 is the default, too, what lies before `offset` is an empty page, and more "
    "than 100 are refused.",
    "list: {'start': 'start not passed.'} and the like for a missing date, 'Invalid value start.' for "
    "one that is none; `validate_error` for the rest. statistics: `validate_error` for everything.",
    "balances: the whole is available at once.",
    "static wallets: errors have the key `validation_error`. The same `identify` and coin give the same "
    "wallet. They work in test mode.",
    "withdrawals: checked in this order: rate_limit, required_parameter, currency_code, network, "
    "uncorrected_amount, validate_error (the balance). All are 400.",
    "withdrawals: the 12 seconds are counted from the last one that was carried out. The fee is taken "
    "from the amount, which has to be larger. No postback is sent.",
    "postbacks: the merchant has accepted if the answer is 200 and comes within 10 seconds. One is "
    "sent, and no more by itself. If it is not accepted, an invoice in test mode is `created` again, as "
    "if nothing was paid.",
    "Test mode is on unless told otherwise, as in a new project. Balances do not change then.",
    "What is not HTTP at all is answered by the server: 400 with plain text, and the connection is closed.",
)
"""What the public documentation leaves open, and what the sandbox does."""


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
