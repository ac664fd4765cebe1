"""The pages on which a person sees the invoices, pays them, and reads what the shop made of it."""

import asyncio
import json
import re
import secrets
import shlex
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from math import ceil
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from . import shapes
from .coins import DEFAULT_COIN
from .guard import refusal
from .reading import read_body
from .records import Delivery, Invoice
from .service import Service
from .state import WrongStatusError
from .targets import TIMEOUT
from .threads import in_thread

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    # The page that a button leads back to shows what is true now.
    "Cache-Control": "no-store",
}

PAGE_SIZE = 50
"""Invoices on one page of the list."""

_STATIC = {"style.css": "text/css", "live.js": "text/javascript"}

_MEANINGS = {
    "created": "It waits for the buyer.",
    "partial": "A part was paid, the rest is missing.",
    "paid": "All of it was paid.",
    "overpaid": "More was paid than was asked. It counts as paid.",
    "canceled": "Its time ran out, or the shop cancelled it.",
}

_PAY = ("pay", "Pay exactly", "what is asked")
_OVERPAY = ("overpay", "Overpay", "a tenth more")
_PAY_PART = ("pay-part", "Pay part", "half of it")
_EXPIRE = ("expire", "Expire", "its time runs out")
_PAY_LATE = ("pay", "Pay too late", "changes nothing")

_STATUSES = {"pay": "paid", "overpay": "overpaid", "pay-part": "partial"}
"""What a payment leads to."""

_Page = Callable[[Request], Awaitable[Response]]

_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, those that turn the direction of writing, and halves of characters."""


def routes(service: Service) -> list[Route]:
    return _Pages(service).routes()


class _Pages:
    """What a browser sees of a sandbox."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._state = service.state
        self._deliveries = service.deliveries
        # A page that outlives its sandbox must not take the count of the next one for its own.
        self._name = secrets.token_hex(4)

    def routes(self) -> list[Route]:
        return [
            Route("/", self._guarded(self._index)),
            Route("/pay/{key}", self._guarded(self._invoice), methods=["GET", "POST"]),
            Route("/deliveries/{number:int}", self._guarded(self._delivery)),
            Route("/events", self._guarded(self._events)),
            Route("/static/{name}", self._guarded(self._static)),
        ]

    def _guarded(self, page: _Page) -> _Page:
        async def answer(request: Request) -> Response:
            refused = refusal(request.headers, self._service.host, is_link=request.method != "POST")
            if refused is not None:
                return PlainTextResponse(refused[1], refused[0])
            try:
                return await page(request)
            except OSError as exc:
                # The file: an invoice whose time is over cannot be kept.
                return PlainTextResponse(f"{exc}", 500)

        return answer

    # Pages

    async def _index(self, request: Request) -> Response:
        invoices = self._state.invoices(with_deposits=True)
        text = request.query_params.get("page", "1")
        page = int(text) if re.fullmatch(r"[1-9][0-9]{0,8}", text) else 1
        first = (page - 1) * PAGE_SIZE
        return self._page(
            "index.html",
            invoices=invoices[first : first + PAGE_SIZE],
            latest={delivery.uuid: delivery for delivery in self._state.deliveries.after(0)},
            total=len(invoices),
            first=first + 1,
            page=page,
            pages=ceil(len(invoices) / PAGE_SIZE),
        )

    async def _invoice(self, request: Request) -> Response:
        key = request.path_params["key"]
        try:
            invoice = self._state.invoice(key)
        except KeyError:
            return self._page("missing.html", 404, what=f"Invoice {key}")
        if request.method != "POST":
            return self._invoice_page(invoice)
        try:
            form = parse_qs((await read_body(request) or b"").decode(errors="replace"))
            await self._act(request, invoice, form.get("action", [""])[0])
        except ClientDisconnect:
            return Response()
        except WrongStatusError as exc:
            # From a window in which it looked different.
            return self._invoice_page(self._state.invoice(key), 409, f"Nothing was done: {exc}.")
        except OSError as exc:
            # The file: its disk is full, for example.
            return self._invoice_page(self._state.invoice(key), 500, f"{exc}.")
        return RedirectResponse(f"/pay/{key}", 303)

    def _invoice_page(self, invoice: Invoice, status: int = 200, notice: str | None = None) -> Response:
        now = self._state.now()
        is_late = invoice.expires <= now
        # As if the buyer had chosen a coin: who pays here without one pays in this.
        payable = invoice
        if invoice.coin_code is None:
            payable = replace(invoice, coin_code=next(iter(invoice.choices), DEFAULT_COIN))
        match invoice.status:
            case "created":
                actions = [_PAY, _OVERPAY, _PAY_PART, _EXPIRE]
            case "partial" if not is_late:
                actions = [_PAY, _OVERPAY, _EXPIRE]
            case "partial" | "canceled":
                actions = [_PAY_LATE]
            case _:
                actions = []
        deliveries = self._deliveries_of(invoice.uuid)
        return self._page(
            "pay.html",
            status,
            invoice=invoice,
            coin=payable.coin,
            due=payable.missing if invoice.status in {"created", "partial"} and not is_late else None,
            left=(invoice.expires - now).total_seconds()
            if invoice.status in {"created", "partial"} and not is_late
            else None,
            meaning="A deposit to a static wallet." if invoice.wallet else _MEANINGS[invoice.status],
            actions=actions,
            notice=notice,
            qr=_qr(self._state.pay_page + invoice.key),
            success_url=shapes.success_url(invoice),
            delivery=deliveries[-1] if deliveries else None,
            waiting=self._deliveries.is_on_its_way(invoice.uuid),
            history=self._state.history(invoice.uuid),
        )

    async def _act(self, request: Request, invoice: Invoice, action: str) -> None:
        """Do what a button says. The shop may think for seconds."""
        deliveries = self._deliveries
        match action:
            case "pay" | "overpay" | "pay-part":
                await in_thread(request, deliveries.pay, invoice.uuid, _STATUSES[action])
            case "expire":
                self._state.expire(invoice.uuid)
            case "resend":
                await in_thread(request, deliveries.resend, invoice.uuid)
            case "resend-twice":
                await in_thread(request, _at_once, deliveries.resend, invoice.uuid)
            case _:
                raise HTTPException(400, f"{action!r} is no button of this page")

    async def _delivery(self, request: Request) -> Response:
        number = request.path_params["number"]
        delivery = next(iter(self._state.deliveries.after(number - 1)), None)
        if delivery is None or delivery.number != number:
            return self._page("missing.html", 404, what=f"Postback {number}")
        others = [each for each in self._deliveries_of(delivery.uuid) if each.number != number]
        return self._page("delivery.html", delivery=delivery, others=others[::-1])

    def _deliveries_of(self, uuid: str) -> list[Delivery]:
        return [delivery for delivery in self._state.deliveries.after(0) if delivery.uuid == uuid]

    def _page(self, template: str, status: int = 200, **values: Any) -> Response:
        target, kind = self._deliveries.destination
        page = _ENVIRONMENT.get_template(template).render(
            version=self._version,
            target=None if target is None else target.name,
            kind=kind,
            patience=f"{TIMEOUT:g}",
            size=PAGE_SIZE,
            **values,
        )
        return HTMLResponse(page, status, HEADERS)

    # What they need

    @property
    def _version(self) -> str:
        return f"{self._name}.{self._service.changes.version}"

    async def _events(self, request: Request) -> Response:
        key = request.query_params.get("invoice")

        async def stream() -> AsyncIterator[str]:
            async with self._service.changes.listen(None if key is None else f"INV-{key}") as listener:
                # What changed between the page and this is told at once.
                yield f"retry: 1000\ndata: {self._version}\n\n"
                async for _ in listener:
                    yield f"data: {self._version}\n\n"
                    # Many changes at once are one.
                    await asyncio.sleep(0.25)

        return StreamingResponse(stream(), headers=HEADERS, media_type="text/event-stream")

    async def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _STATIC:
            raise HTTPException(404)
        # Not kept by browsers: the next version of the sandbox has the same address.
        return Response(_static_file(name), headers=HEADERS, media_type=_STATIC[name])


def _at_once(resend: Callable[[str], object], uuid: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        for _ in threads.map(resend, [uuid, uuid]):
            pass


@lru_cache
def _static_file(name: str) -> bytes:
    return (files(__package__) / "static" / name).read_bytes()


@lru_cache(maxsize=256)
def _qr(link: str) -> Markup:
    """A link as a picture. Nothing that a wallet could pay is ever given to this function."""
    drawing = segno.make(link, error="m", micro=False).svg_inline(
        omitsize=True, border=2, title="Link of this page"
    )
    return Markup(drawing)  # noqa: S704 - drawn by a library, from a link of our own


# Filters


def _amount(value: Decimal) -> str:
    return f"{value:f}"


def _day_and_time(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}"


def _countdown(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _visible(text: str) -> str:
    """With codes in place of characters that would hide something, or that cannot be sent."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _text(body: bytes) -> str:
    return body.decode(errors="replace")


def _laid_out(delivery: Delivery) -> str:
    """The body of a request, a member to a line."""
    text = _text(delivery.body)
    if delivery.content_type == "application/json":
        return _lines(json.loads(text, parse_float=Decimal))
    return "\n".join(f"{name} = {value}" for name, value in parse_qsl(text, keep_blank_values=True))


def _lines(value: Any, margin: str = "\n") -> str:
    inner = margin + "  "
    match value:
        case {}:
            members = [f"{shapes.dumps(name)}: {_lines(item, inner)}" for name, item in value.items()]
            return "{" + ",".join(inner + member for member in members) + margin + "}" if members else "{}"
        case [_, *_]:
            return "[" + ",".join(inner + _lines(item, inner) for item in value) + margin + "]"
    return shapes.dumps(value)


def _curl(delivery: Delivery) -> str:
    """A command that sends the same request again."""
    url = delivery.url if delivery.url.startswith("http://") else "http://127.0.0.1:8000/postback"
    return " \\\n  ".join(
        f"{option} {shlex.quote(value)}"
        for option, value in (
            ("curl -i", url),
            ("-H", f"Content-Type: {delivery.content_type}"),
            ("--data-raw", _text(delivery.body)),
        )
    )


_ENVIRONMENT = Environment(
    loader=PackageLoader(__package__),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.filters.update(
    amount=_amount,
    countdown=_countdown,
    curl=_curl,
    day_and_time=_day_and_time,
    duration=_duration,
    laid_out=_laid_out,
    text=_text,
    visible=_visible,
)
