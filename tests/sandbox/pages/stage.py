"""What `pages.test.mjs` plays on: `stage.py sandbox [PORT]` and `stage.py shop [PORT]`, each a process.

Each prints one line of JSON when it is ready, and ends with its standard input. The shop is a FastAPI
application with the package's view for postbacks; it talks to the sandbox that `CRYPTOCLOUD_*` name.
"""

import asyncio
import html
import json
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from cryptocloud import AsyncCryptoCloud
from cryptocloud.models import Invoice
from cryptocloud.web.starlette import postback
from cryptocloud_sandbox import Sandbox

NAMES = ("base_url", "api_key", "shop_id", "secret_key")


def create_shop() -> FastAPI:
    """Sells one thing. ``POST /mood?to=`` makes its handler ``fail``, ``sleep`` or work again."""
    client = AsyncCryptoCloud()
    delivered: Counter[str] = Counter()
    mood = {"is": "well"}

    async def deliver(invoice: Invoice) -> None:
        if invoice.uuid not in delivered:
            delivered[invoice.uuid] += 1

    app = FastAPI()
    app.add_route("/postback", postback(client, deliver), methods=["POST"])

    @app.middleware("http")
    async def be_in_a_mood(request: Request, respond: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.url.path == "/postback" and mood["is"] == "fail":
            return HTMLResponse("<h1>No order <script>alert(1)</script></h1>", 500)
        if request.url.path == "/postback" and mood["is"] == "sleep":
            await asyncio.sleep(60)
        return await respond(request)

    @app.post("/mood")
    async def change_mood(to: str) -> None:
        mood["is"] = to

    @app.get("/")
    async def show() -> HTMLResponse:
        sold = "".join(f"<li>{html.escape(uuid)} delivered {number}" for uuid, number in delivered.items())
        return HTMLResponse(
            "<!DOCTYPE html><html lang=en><title>Shop</title><link rel=icon href=data:,>"
            "<form method=post action=/order><label>Order <input name=order_id></label>"
            f"<button>Buy for 20 EUR</button></form><ul>{sold}</ul>"
        )

    @app.post("/order")
    async def order(request: Request) -> RedirectResponse:
        order_id = parse_qs((await request.body()).decode())["order_id"][0]
        invoice = await client.invoices.create("20.00", currency="EUR", order_id=order_id)
        return RedirectResponse(invoice.link or "/", 303)

    return app


def serve_sandbox(port: int) -> None:
    with Sandbox(port=port) as sandbox:
        settings = {f"CRYPTOCLOUD_{name.upper()}": getattr(sandbox, name) for name in NAMES}
        print(json.dumps(settings), flush=True)
        sys.stdin.read()


class _Server(uvicorn.Server):
    async def startup(self, sockets: object = None) -> None:
        await super().startup()
        [listener] = self.servers[0].sockets
        print(json.dumps({"port": listener.getsockname()[1]}), flush=True)


def serve_shop(port: int) -> None:
    server = _Server(uvicorn.Config(create_shop(), port=port, lifespan="off", log_level="critical"))

    def stop() -> None:
        sys.stdin.read()
        server.should_exit = server.force_exit = True

    threading.Thread(target=stop, daemon=True).start()
    server.run()


if __name__ == "__main__":
    {"sandbox": serve_sandbox, "shop": serve_shop}[sys.argv[1]](int(sys.argv[2]) if sys.argv[2:] else 0)
