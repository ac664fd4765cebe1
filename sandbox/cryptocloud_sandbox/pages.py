"""The page where a person pays an invoice."""

from collections.abc import Awaitable, Callable
from html import escape
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from .guard import refusal
from .reading import read_body
from .records import Invoice
from .service import Service
from .threads import in_thread

_BUTTONS = {"paid": "Pay", "overpaid": "Overpay", "partial": "Pay part", "canceled": "Expire"}
"""By the status that they lead to."""

_OFFERED = {"created": tuple(_BUTTONS), "partial": ("paid", "overpaid")}

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "Cache-Control": "no-store",
}

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{uuid}: {status}</title>
<style>
:root {{ color-scheme: light dark; --ink: #1a2230; --soft: #586377; --back: #f2f4f8; --card: #fff;
  --line: #d7dce5; --key: #1f5fd0; --on-key: #fff }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e9edf5; --soft: #a2adc0; --back: #12161e; --card: #1b212c; --line: #343d4d; --key: #8db4ff;
    --on-key: #10203f }}
}}
* {{ box-sizing: border-box }}
body {{ margin: 0; padding: 1rem; background: var(--back); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif }}
main {{ max-width: 34rem; margin: 4vh auto; padding: 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem }}
h1 {{ margin: 0; font-size: 2rem; line-height: 1.2; overflow-wrap: anywhere }}
p {{ margin: .25rem 0 1rem; color: var(--soft) }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .5rem 1.25rem; margin: 1.25rem 0 }}
dt {{ color: var(--soft) }}
dd {{ margin: 0; overflow-wrap: anywhere }}
p[role] {{ padding: .5rem .75rem; border-left: 3px solid var(--key); color: inherit }}
form {{ display: flex; flex-wrap: wrap; gap: .5rem }}
button {{ flex: 1 1 7rem; min-height: 2.75rem; padding: .5rem 1rem; border: 1px solid var(--line);
  border-radius: .5rem; background: transparent; color: inherit; font: inherit; cursor: pointer }}
button:first-child {{ background: var(--key); border-color: var(--key); color: var(--on-key) }}
button:focus-visible {{ outline: 3px solid var(--key); outline-offset: 2px }}
</style>
</head>
<body>
<main>
<p>CryptoCloud sandbox. No money moves here.</p>
<h1>{price} {currency}</h1>
<dl>
{facts}
</dl>
{notice}
{form}
</main>
</body>
</html>
"""


def render(invoice: Invoice, notice: str | None) -> str:
    """The page of one invoice, with something to be told besides."""
    code = invoice.coin_code
    facts = {
        "Invoice": invoice.uuid,
        "Status": invoice.status,
        "Order": invoice.order_id,
        "To pay": f"{invoice.to_pay:f} {code}" if code is not None else None,
        "Paid": f"{invoice.paid:f} {code}" if invoice.paid else None,
        "Missing": f"{invoice.missing:f} {code}" if invoice.status == "partial" else None,
        "Address": invoice.address or None,
        "Expires": f"{invoice.expires:%Y-%m-%d %H:%M} UTC" if invoice.status == "created" else None,
        "Test mode": "on" if invoice.test_mode else None,
    }
    buttons = "\n".join(
        f'<button name="status" value="{status}">{_BUTTONS[status]}</button>'
        for status in _OFFERED.get(invoice.status, ())
    )
    return _PAGE.format(
        uuid=invoice.uuid,
        status=invoice.status,
        price=f"{invoice.price:f}",
        currency=invoice.currency,
        notice=f'<p role="status">{escape(notice)}</p>' if notice is not None else "",
        facts="\n".join(
            f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items() if value is not None
        ),
        form=f'<form method="post" action="/pay/{invoice.key}">\n{buttons}\n</form>' if buttons else "",
    )


def routes(service: Service) -> list[Route]:
    return [Route("/pay/{key}", _pay_page(service), methods=["GET", "POST"])]


def _pay_page(service: Service) -> Callable[[Request], Awaitable[Response]]:
    state, deliveries = service.state, service.deliveries

    def move(key: str, status: str) -> str:
        if status == "canceled":
            state.expire(key)
            return ""
        delivery = deliveries.pay(key, status)
        return "" if delivery is None else f"?answered={delivery.status}"

    async def answer(request: Request) -> Response:
        key = request.path_params["key"]
        notice = None
        try:
            refused = refusal(request.headers, service.host, is_link=request.method == "GET")
            if refused is not None:
                return PlainTextResponse(refused[1], refused[0])
            state.invoice(key)
            if request.method == "POST":
                form = parse_qs((await read_body(request) or b"").decode())
                query = await in_thread(request, move, key, form.get("status", [""])[0])
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
        return HTMLResponse(render(state.invoice(key), notice), status, HEADERS)

    return answer
