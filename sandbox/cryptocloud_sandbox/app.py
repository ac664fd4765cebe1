"""The HTTP face of the sandbox: paths, credentials, bodies and answers over a `Service`."""

import logging
import math
from collections.abc import Awaitable, Callable, Mapping

import jwt
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from . import pages, shapes
from .bodies import parse
from .broken import page, play
from .control import PREFIX
from .operations import OPERATIONS, Operation
from .reading import MAX_BODY, read_body
from .service import Service
from .state import RefusedError

_OWN_PAGES = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?"


_READ = "cryptocloud_sandbox.read"
"""Where a request's scope has the body and its content type, once they were read."""

_log = logging.getLogger("cryptocloud_sandbox")


class _Answer(JSONResponse):
    def render(self, content: object) -> bytes:
        return shapes.dumps(content).encode()


def create_app(service: Service, create_control: Callable[[], ASGIApp], *, cors: bool) -> ASGIApp:
    """The ASGI application that answers for ``service``, beside its control API.

    With ``cors`` it answers pages of this machine, too.
    """
    app = Starlette(
        routes=[
            *(
                Route(path, _endpoint(service, path, operation), methods=["POST"])
                for path, operation in OPERATIONS.items()
            ),
            _Below(PREFIX, create_control),
            *pages.routes(service),
        ],
        exception_handlers={404: _not_found(service), 405: _wrong_method(service)},
    )
    app.router.redirect_slashes = False
    return _with_cors(app) if cors else app


class _Below(BaseRoute):
    """Everything below a path goes to an application, which is made when it is asked for first."""

    def __init__(self, path: str, create: Callable[[], ASGIApp]) -> None:
        self._path = path
        self._create = create
        self._app: ASGIApp | None = None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        is_below = scope["path"] == self._path or scope["path"].startswith(f"{self._path}/")
        return (Match.FULL if is_below else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is None:
            self._app = self._create()
        await self._app(scope, receive, send)


def _with_cors(app: ASGIApp) -> ASGIApp:
    """For the API alone: what pages and control API can do is for nobody else."""
    open_app = CORSMiddleware(
        app,
        allow_origin_regex=_OWN_PAGES,
        allow_methods=["POST"],
        allow_headers=["Authorization", "Content-Type"],
    )

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        await (open_app if scope["path"].startswith("/v2/") else app)(scope, receive, send)

    return choose


def _endpoint(service: Service, path: str, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    state, calls = service.state, service.calls
    api_key = state.withdrawal_key if operation.needs_withdrawal_key else state.api_key

    async def respond(request: Request) -> Response:
        refused = _check_credentials(request, api_key)
        if refused is not None:
            return refused
        body = await read_body(request)
        if body is None:
            return _Answer({"detail": f"Request body is larger than {MAX_BODY} bytes."}, 413)
        content_type = next(iter(_values(request, b"content-type")), b"").decode("latin-1")
        request.scope[_READ] = (body, content_type)
        try:
            document = parse(body, content_type) if operation.has_body else {}
            return _Answer({"status": "success", **operation.handler(state, document)})
        except RefusedError as exc:
            return _error(exc.errors)
        except ValueError as exc:
            return _error({"validate_error": str(exc)})

    async def answer(request: Request) -> Response:
        if request.scope["path"] != path:
            raise HTTPException(404)  # Starlette's patterns overlook a line break at the end.

        def report(status: int | None, answered: bool, reason: bytes = b"") -> None:
            body, content_type = request.scope.get(_READ, (b"", ""))
            calls.add(
                state.now(),
                operation.id,
                path,
                body=body,
                content_type=content_type,
                status=status,
                answered=answered,
                reason=reason,
            )

        wait = service.rates.take(operation.id)
        fault = service.faults.take(operation.id) if wait is None else None
        response: Response | None
        try:
            if wait is not None:
                response = page(429, {"Retry-After": str(math.ceil(wait))})
            elif fault is not None:
                response = await play(fault, request, respond, report)
                if response is not None:
                    return response
            else:
                response = await respond(request)
        except ClientDisconnect:
            response = None
        except OSError as exc:
            _log.error("%s", exc)  # The file: its disk is full, for example.
            response = page(500)
        if response is None:
            report(None, False)
            return Response()  # Nobody is there to get it.
        report(response.status_code, True, bytes(response.body) if response.status_code >= 400 else b"")
        return response

    return answer


def _check_credentials(request: Request, api_key: str) -> Response | None:
    headers = _values(request, b"authorization")
    word, _, key = headers[0].decode("latin-1").partition(" ") if len(headers) == 1 else ("", "", "")
    if word != "Token" or not key:
        return _error({"authorization": "Unauthorized request."})
    if key == api_key:
        return None
    try:
        jwt.decode(key, options={"verify_signature": False})
    except (jwt.InvalidTokenError, RecursionError):
        return _Answer({"detail": "Invalid header padding"}, 403)
    return _Answer({"detail": "Signature verification failed"}, 403)


def _values(request: Request, name: bytes) -> list[bytes]:
    # Starlette's view of the headers costs five times as much.
    return [value for each, value in request.scope["headers"] if each == name]


def _error(errors: Mapping[str, str]) -> Response:
    return _Answer({"status": "error", "result": dict(errors)}, 400)


def _not_found(service: Service) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, _exc: Exception) -> Response:
        _report_stray(service, request, 404)
        return HTMLResponse("<html><body><h1>404 Not Found</h1></body></html>", 404)

    return answer


def _wrong_method(service: Service) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, exc: Exception) -> Response:
        _report_stray(service, request, 405)
        headers = exc.headers if isinstance(exc, HTTPException) else None
        return _Answer({"detail": f'Method "{request.method}" not allowed.'}, 405, headers)

    return answer


def _report_stray(service: Service, request: Request, status: int) -> None:
    """Take down a call that went to a wrong address, unless a browser looked for a page there."""
    path = request.scope["path"]
    if path.startswith("/v2") or request.method == "POST":
        line = f"{request.method} {path}"
        service.calls.add(service.state.now(), None, line[:200], status=status)
