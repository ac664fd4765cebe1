"""Holds HTTP exchanges to spec/openapi.yaml, in both directions.

Ways in: `held_to_spec` for one exchange, `request_held_to_spec` for a request alone, and
`HeldToSpec`, a transport to put under a client::

    with holding(httpx.HTTPTransport()) as transport:
        CryptoCloud(..., transport=transport)

Whatever host answers, it stands for the spec's first server; the path has to be the spec's.
"""

import contextlib
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import yaml
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.testing.requests import MockRequest
from openapi_core.testing.responses import MockResponse
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

SPEC_PATH = Path(__file__).parents[2] / "spec" / "openapi.yaml"
SPEC: dict[str, Any] = yaml.load(SPEC_PATH.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)

BY_ID: dict[str, dict[str, Any]] = {
    item["post"]["operationId"]: item["post"] for item in SPEC["paths"].values()
}
"""The spec's operations by their ids."""

_OPENAPI = OpenAPI.from_dict(SPEC)
_SERVER = urlsplit(SPEC["servers"][0]["url"])
_ORIGIN = f"{_SERVER.scheme}://{_SERVER.netloc}"
# Holds answers to what the spec has no operation for: a wrong method, an unknown path.
_ANY_PATH = _SERVER.path + next(iter(SPEC["paths"]))


def resolved(node: Any, document: Any = SPEC) -> Any:
    """A node of the spec, or of another document, or what its reference leads to."""
    while "$ref" in node:
        target = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        node = target
    return node


def is_valid(schema: str, value: object) -> bool:
    """Whether `value` fits the schema at a place of the spec, a JSON pointer."""
    registry: Registry[Any] = Registry().with_resource("urn:spec", DRAFT4.create_resource(SPEC))
    return bool(OAS30Validator({"$ref": f"urn:spec#{schema}"}, registry=registry).is_valid(value))


def held_to_spec(request: httpx.Request, response: httpx.Response, *, only_response: bool = False) -> None:
    """Raise `AssertionError` unless request and response, both read, are what the spec says.

    A status without an entry is held to the spec's ``default``. ``only_response`` is for requests that a
    test makes wrong on purpose; where the spec does not know their path or method, the answer is held to
    what it says of any operation.
    """
    if not only_response:
        request_held_to_spec(request.method, request.url.path, request.headers, request.content)
    _check_response(
        request.method,
        request.url.path,
        response.status_code,
        _described(response.headers),
        response.content,
    )


def request_held_to_spec(method: str, path: str, headers: Mapping[str, str], body: bytes) -> None:
    """Raise `AssertionError` unless a request is what the spec says. ``path`` is the whole, ``/v2/...``."""
    sent = httpx.Headers(headers)
    _check_request(method, path, _described(sent), body)
    # The prose of the security scheme; a schema cannot say it.
    assert sent["authorization"].startswith("Token "), f"{method} {path}: not the word Token and a key"


def _described(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    """The headers that a spec can describe, without those of one connection or second."""
    return tuple((name, value) for name, value in headers.items() if name not in ("host", "date"))


# Most exchanges of a run are like others of it, and whoever passed once passes again.


@functools.lru_cache(maxsize=1000)
def _check_request(method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
    sent = dict(headers)
    try:
        _OPENAPI.validate_request(
            MockRequest(
                _ORIGIN, method, path, headers=sent, data=body, content_type=sent.get("content-type", "")
            )
        )
    except OpenAPIError as exc:
        raise AssertionError(f"{method} {path} is not what the spec says: {exc}") from exc


@functools.lru_cache(maxsize=1000)
def _check_response(
    method: str, path: str, status: int, headers: tuple[tuple[str, str], ...], body: bytes
) -> None:
    answered = MockResponse(body, status, dict(headers), dict(headers).get("content-type", ""))
    try:
        try:
            _OPENAPI.validate_response(MockRequest(_ORIGIN, method, path), answered)
        except PathError:
            _OPENAPI.validate_response(MockRequest(_ORIGIN, "POST", _ANY_PATH), answered)
    except OpenAPIError as exc:
        raise AssertionError(f"{method} {path} -> {status} is not what the spec says: {exc}") from exc


class HeldToSpec(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Passes requests on to another transport, sync or async, and holds each exchange to the spec.

    A violation raises `AssertionError` at once and is kept in ``violations`` too, for clients that turn
    whatever their transport raises into errors of their own: call `check` at the end, or use `holding`.
    ``exchanges`` counts what was held, so that a test can tell that there was something to hold.
    Exceptions of the other transport pass. With ``only_responses`` the requests are not looked at.
    """

    def __init__(
        self, transport: httpx.BaseTransport | httpx.AsyncBaseTransport, *, only_responses: bool = False
    ) -> None:
        self._transport = transport
        self._only_responses = only_responses
        self.exchanges = 0
        self.violations: list[str] = []

    def check(self) -> None:
        """Raise `AssertionError` if any exchange so far was not what the spec says."""
        assert not self.violations, "\n".join(self.violations)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(self._transport, httpx.BaseTransport)
        request.read()
        response = self._transport.handle_request(request)
        assert isinstance(response.stream, httpx.SyncByteStream)
        try:
            body = b"".join(response.stream)
        finally:
            response.close()
        return self._recorded(request, response, body)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(self._transport, httpx.AsyncBaseTransport)
        await request.aread()
        response = await self._transport.handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        try:
            body = b"".join([chunk async for chunk in response.stream])
        finally:
            await response.aclose()
        return self._recorded(request, response, body)

    def _recorded(self, request: httpx.Request, response: httpx.Response, body: bytes) -> httpx.Response:
        # `body` is as it came on the wire, this one undoes a content encoding.
        decoded = httpx.Response(response.status_code, headers=response.headers, content=body)
        self.exchanges += 1
        try:
            held_to_spec(request, decoded, only_response=self._only_responses)
        except AssertionError as exc:
            self.violations.append(str(exc))
            raise
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=httpx.ByteStream(body),
            extensions=response.extensions,
        )

    def close(self) -> None:
        if isinstance(self._transport, httpx.BaseTransport):
            self._transport.close()

    async def aclose(self) -> None:
        if isinstance(self._transport, httpx.AsyncBaseTransport):
            await self._transport.aclose()


@contextlib.contextmanager
def holding(transport: httpx.BaseTransport | httpx.AsyncBaseTransport) -> Iterator[HeldToSpec]:
    """A `HeldToSpec` that is checked when the block ends without an exception, and has seen an exchange."""
    contract = HeldToSpec(transport)
    yield contract
    contract.check()
    assert contract.exchanges, "nothing went through the transport"
