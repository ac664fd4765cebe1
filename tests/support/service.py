"""A service that answers as it is told, without a network; for what the sandbox does not do."""

import asyncio
import inspect
import json
from collections.abc import AsyncIterable, Callable
from typing import Any

import httpx

from cryptocloud import AsyncCryptoCloud, CryptoCloud
from support.contract import HeldToSpec

KEY = "eyJ0eXAiOiJKV1QifQ.eyJpZCI6MX0.c2lnbmF0dXJl"
SHOP = "xBAivfPIbskwuEWj"
WITHDRAWAL_KEY = "eyJ0eXAiOiJKV1QifQ.eyJ3IjoxfQ.d2l0aGRyYXdhbA"
SETTINGS: dict[str, Any] = {"api_key": KEY, "shop_id": SHOP, "withdrawal_key": WITHDRAWAL_KEY}


class Service:
    """Answers each request with the next of some answers, and remembers what it was asked.

    Requests and answers are held to the spec, except where a test answers what the spec does not know.
    """

    def __init__(self, *answers: object, only_requests: bool = False) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = list(answers)
        mock = httpx.MockTransport(self._answer)
        self._contract = None if only_requests else HeldToSpec(mock)
        self.transport = self._contract or mock

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0)
        if callable(answer):
            answer = answer(json.loads(request.content or b"null"))
        if isinstance(answer, httpx.Response):
            return answer
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return httpx.Response(200, content=content, headers={"content-type": "application/json"})

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content or b"null") for request in self.requests]

    def check(self) -> None:
        assert not self._answers, "not everything was asked for"
        if self._contract:
            self._contract.check()


Use = Callable[..., Any]
"""Makes a client of a `Service`, calls it, and gives what came of it; synchronously, or the other way."""


def use_sync(service: Service | HeldToSpec, call: Callable[[Any], Any], **settings: Any) -> Any:
    with CryptoCloud(**SETTINGS | {"transport": _transport(service)} | settings) as client:
        result = call(client)
        return list(result) if inspect.isgenerator(result) else result


def use_async(service: Service | HeldToSpec, call: Callable[[Any], Any], **settings: Any) -> Any:
    async def main() -> Any:
        async with AsyncCryptoCloud(**SETTINGS | {"transport": _transport(service)} | settings) as client:
            result = call(client)
            if isinstance(result, AsyncIterable):
                return [item async for item in result]
            return await result

    return asyncio.run(main())


def _transport(service: Service | HeldToSpec) -> Any:
    return service.transport if isinstance(service, Service) else service


def success(result: object, **more: object) -> dict[str, Any]:
    return {"status": "success", "result": result, **more}
