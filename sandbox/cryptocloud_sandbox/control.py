"""The control API: what `Project` offers, for other processes and languages, as JSON under ``/_sandbox``.

``openapi.json`` describes it.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from .calls import Call
from .guard import refusal
from .operations import OPERATIONS
from .project import Project
from .reading import MAX_BODY, read_body
from .records import STATUSES, Delivery, Event
from .service import Service
from .state import WrongStatusError
from .threads import in_thread

PREFIX = "/_sandbox"

NAME = "cryptocloud-sandbox"
"""By which a program knows that it is not about to order something from a real host."""

Handler = Callable[[Request, "_Members"], Awaitable[object]]
"""From the request and its JSON object to the answer's body; `_NOTHING` for an answer without one."""

_NOTHING = object()

_AMOUNT = r"[0-9]{1,12}(\.[0-9]{1,18})?"


class _RefusedError(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class _Members:
    """The members of a JSON object, each taken out once."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def take(self, **readers: Callable[[Any], Any]) -> dict[str, Any]:
        """Those that are there, read. ``ValueError`` for any other, and for what cannot be read."""
        unknown = self._document.keys() - readers.keys()
        if unknown:
            known = f"one of {', '.join(readers)} is" if readers else "none is"
            raise ValueError(f"unknown member {min(unknown)!r}: {known} expected")
        values = {}
        for name, value in self._document.items():
            try:
                values[name] = readers[name](value)
            except (ValueError, OverflowError) as exc:
                raise ValueError(f"{name}: {exc}") from None
        return values

    def require(self, *names: str) -> None:
        for name in names:
            if name not in self._document:
                raise ValueError(f"{name} is missing")


class _Orders:
    """The handlers: each takes a request and the members of its body, and gives the answer's body."""

    def __init__(self, project: Project, service: Service) -> None:
        self._project = project
        self._service = service
        self._state = service.state

    async def look(self, _request: Request, members: _Members) -> object:
        members.take()
        return {
            "name": NAME,
            "base_url": self._state.pay_page.replace("/pay/", "/v2"),
            "api_key": self._project.api_key,
            "shop_id": self._project.shop_id,
            "secret_key": self._project.secret_key,
            "withdrawal_key": self._project.withdrawal_key,
            "postbacks": self._postbacks(),
            "now": _time(self._state.now()),
        }

    async def describe(self, _request: Request, members: _Members) -> object:
        members.take()
        document: dict[str, Any] = json.loads(files(__package__).joinpath("openapi.json").read_bytes())
        schemas = document["components"]["schemas"]
        schemas["OperationId"]["enum"] = [operation.id for operation in OPERATIONS.values()]
        schemas["Status"]["enum"] = [*STATUSES]
        return document

    async def add_invoice(self, _request: Request, members: _Members) -> object:
        wishes = members.take(
            status=_text,
            amount=_amount,
            currency=_text,
            order_id=_or_null(_text),
            age=_duration,
            lifetime=_duration,
        )
        return self._invoice(self._project.add_invoice(**wishes))

    async def look_at_invoice(self, request: Request, members: _Members) -> object:
        members.take()
        return self._invoice(request.path_params["id"])

    def _invoice(self, uuid: str) -> object:
        invoice = self._state.invoice(uuid)
        return {
            "uuid": invoice.uuid,
            "status": invoice.status,
            "order_id": invoice.order_id,
            "link": self._state.pay_page + invoice.key,
            "history": [_json_of(event) for event in self._state.history(uuid)],
        }

    def move(self, method: Callable[[str], Delivery | None]) -> Handler:
        async def handle(request: Request, members: _Members) -> object:
            members.take()
            return _json_of(await in_thread(request, method, request.path_params["id"]))

        return handle

    async def deposit(self, _request: Request, members: _Members) -> object:
        members.require("coin", "amount")
        self._project.deposit(**members.take(coin=_text, amount=_amount))
        return _NOTHING

    async def deposit_to(self, request: Request, members: _Members) -> object:
        members.require("amount")
        amount = members.take(amount=_amount)["amount"]
        wallet = request.path_params["id"]
        return _json_of(await in_thread(request, self._project.deposit_to, wallet, amount))

    async def send_postbacks_to(self, _request: Request, members: _Members) -> object:
        members.require("url")
        wishes = members.take(url=_or_null(_text), kind=_text)
        self._project.send_postbacks_to(wishes["url"], wishes.get("kind"))
        return self._postbacks()

    def _postbacks(self) -> object:
        target, kind = self._service.deliveries.destination
        return {"url": None if target is None else target.name, "kind": kind}

    async def fail_next(self, _request: Request, members: _Members) -> object:
        members.require("operation")
        wishes = members.take(
            operation=_text,
            status=_or_null(_integer),
            delay=_number,
            cut=_truth,
            drip=_number,
            reset=_truth,
            after=_truth,
            times=_integer,
            headers=_headers,
            body=_or_null(_text),
        )
        self._project.fail_next(**wishes)
        return _NOTHING

    async def limit_rate(self, _request: Request, members: _Members) -> object:
        members.require("operation", "per_second")
        wishes = members.take(operation=_text, per_second=_or_null(_number), retry_after=_number)
        self._project.limit_rate(**wishes)
        return _NOTHING

    async def advance(self, _request: Request, members: _Members) -> object:
        members.require("seconds")
        self._project.advance(members.take(seconds=_number)["seconds"])
        return {"now": _time(self._state.now())}

    async def list_deliveries(self, request: Request, members: _Members) -> object:
        members.take()
        return [_json_of(delivery) for delivery in self._state.deliveries.after(_after(request))]

    async def list_calls(self, request: Request, members: _Members) -> object:
        members.take()
        return [_json_of(call) for call in self._service.calls.after(_after(request))]

    async def reset(self, _request: Request, members: _Members) -> object:
        members.take()
        self._project.reset()
        return _NOTHING


def create_control(project: Project, service: Service) -> Starlette:
    """The ASGI application of the control API: orders for ``project``, which stands over ``service``."""
    orders = _Orders(project, service)
    table: list[tuple[str, str, int, Handler]] = [
        ("GET", "", 200, orders.look),
        ("GET", "/", 200, orders.look),
        ("GET", "/openapi.json", 200, orders.describe),
        ("POST", "/invoices", 201, orders.add_invoice),
        ("GET", "/invoices/{id}", 200, orders.look_at_invoice),
        ("POST", "/invoices/{id}/pay", 200, orders.move(project.pay)),
        ("POST", "/invoices/{id}/overpay", 200, orders.move(project.overpay)),
        ("POST", "/invoices/{id}/pay-part", 200, orders.move(project.pay_part)),
        ("POST", "/invoices/{id}/expire", 200, orders.move(project.expire)),
        ("POST", "/invoices/{id}/resend", 200, orders.move(project.resend_postback)),
        ("POST", "/wallets/{id}/deposit", 200, orders.deposit_to),
        ("POST", "/balances", 204, orders.deposit),
        ("PUT", "/postbacks", 200, orders.send_postbacks_to),
        ("POST", "/faults", 204, orders.fail_next),
        ("POST", "/rate", 204, orders.limit_rate),
        ("POST", "/clock", 200, orders.advance),
        ("GET", "/deliveries", 200, orders.list_deliveries),
        ("GET", "/calls", 200, orders.list_calls),
        ("POST", "/reset", 204, orders.reset),
    ]
    app = Starlette(
        routes=[
            Route(PREFIX + path, _endpoint(service.host, status, handler), methods=[method])
            for method, path, status, handler in table
        ],
        exception_handlers={404: _not_there(service.host), 405: _not_there(service.host)},
    )
    app.router.redirect_slashes = False
    return app


def _endpoint(host: str, status: int, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        refused = refusal(request.headers, host)
        if refused is not None:
            return _error(*refused)
        try:
            return _answer(status, await handler(request, _Members(await _document(request))))
        except ClientDisconnect:
            return Response()
        except _RefusedError as exc:
            return _error(exc.status, str(exc))
        except WrongStatusError as exc:
            return _error(409, str(exc))
        except ValueError as exc:
            return _error(400, str(exc))
        except KeyError as exc:
            return _error(404, exc.args[0])
        except OSError as exc:
            return _error(500, str(exc))

    return answer


def _not_there(host: str) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, exc: Exception) -> Response:
        refused = refusal(request.headers, host)
        if refused is not None:
            return _error(*refused)
        if not isinstance(exc, HTTPException) or exc.status_code == 404:
            return _error(404, "the control API has nothing of this name")
        return _error(exc.status_code, f"{request.method} is not for this", exc.headers)

    return answer


async def _document(request: Request) -> dict[str, Any]:
    body = await read_body(request)
    if body is None:
        raise _RefusedError(413, f"the body is larger than {MAX_BODY} bytes")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and (body or media_type):
        # A form of another site could send anything else without asking.
        raise _RefusedError(415, "the body is JSON, with the Content-Type application/json")
    try:
        document = json.loads(body or b"{}", parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError):
        raise ValueError("the body is not JSON") from None
    if not isinstance(document, dict):
        raise ValueError("the body is not a JSON object")
    return document


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _after(request: Request) -> int:
    unknown = request.query_params.keys() - {"after"}
    if unknown:
        raise ValueError(f"unknown parameter {min(unknown)!r}: after is expected")
    after = request.query_params.get("after", "0")
    if not re.fullmatch("[0-9]{1,15}", after):
        raise ValueError("after is a number")
    return int(after)


# Readers: from a JSON value to what the methods take, or ``ValueError``.


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is expected")
    value.encode()  # Half a surrogate pair is no text.
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false is expected")
    return value


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("a whole number is expected")
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise ValueError("a number is expected")
    return float(value)


def _duration(value: object) -> timedelta:
    return timedelta(seconds=_number(value))


def _amount(value: object) -> Decimal:
    if isinstance(value, str) and not re.fullmatch(_AMOUNT, value):
        raise ValueError("a text with a number is expected, as 12.50")
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("an amount is expected")
    return Decimal(value)


def _headers(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError("an object is expected, of names and values")
    return {name: _text(each) for name, each in value.items()}


def _or_null(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


# Answers


def _json_of(record: Delivery | Event | Call | None) -> object:
    if record is None:
        return None
    values = record._asdict() if isinstance(record, Call) else asdict(record)
    if isinstance(record, Delivery):
        values["accepted"] = record.accepted
    return {name: _value(value) for name, value in values.items()}


def _value(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return _time(value) if isinstance(value, datetime) else value


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _error(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return _answer(status, {"error": text}, headers)


def _answer(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    if body is _NOTHING:
        return Response(status_code=status, headers={"Cache-Control": "no-store"})
    content = json.dumps(body).encode()
    headers = {"Cache-Control": "no-store", **(headers or {})}
    return Response(content, status, headers, media_type="application/json")
