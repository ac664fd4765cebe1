"""`Sandbox`: a project, served on a port from a thread of its own."""

import os
import socket
import threading
from types import TracebackType
from typing import Self

from .app import create_app
from .control import create_control
from .project import Project
from .server import Server
from .targets import Kind

HOST = "127.0.0.1"

_EVERYWHERE = {"0.0.0.0": HOST, "::": "::1"}  # noqa: S104 - only looked up
"""Addresses that stand for all of them, and what a program of this machine calls them by."""


class Sandbox(Project):
    """A CryptoCloud of your own, on a loopback port, for as long as the ``with`` block lasts.

    ``port`` 0 takes a free one. The same ``seed`` gives the same keys and ids in every run, and None the keys
    of 0 and other ids each time; give two sandboxes different ones if each must refuse the other's key.
    Without ``with``: `start`, then `stop`. Any thread may call anything. A stopped sandbox stays stopped; its
    invoices can still be looked at.

    ``test_mode`` is on in a new project: payments do not change balances then, and a payment whose postback
    the merchant does not accept is taken back. Postbacks go to ``postback_url``, as ``postback_format``
    ``"json"`` or ``"form"``; `send_postbacks_to` says more. ``data`` names an SQLite file to remember
    everything in, keys excepted: they come from the seed. With ``limit_is_end`` the list of invoices reads
    ``limit`` as the number of the last record. ``host`` is the address to listen on; beyond loopback, others
    can use the sandbox, too. ``cors`` lets web pages of this machine call the API.

    The logger ``cryptocloud_sandbox`` has a line for each call and each postback, ``INFO`` unless something
    failed.

    ``ValueError`` for a port outside 0 to 65535, and for a ``postback_url`` that leaves this machine.
    ``OSError`` if the file cannot be used, or another sandbox has it.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        seed: int | None = 0,
        test_mode: bool = True,
        postback_url: str | None = None,
        postback_format: Kind = "json",
        limit_is_end: bool = False,
        data: str | os.PathLike[str] | None = None,
        host: str = HOST,
        cors: bool = False,
    ) -> None:
        if not 0 <= port <= 65535:
            raise ValueError(f"port {port} is not between 0 and 65535")
        super().__init__(
            seed=seed,
            test_mode=test_mode,
            postback_url=postback_url,
            postback_format=postback_format,
            limit_is_end=limit_is_end,
            data=data,
            host=host,
        )
        self._host = host
        self._port = port
        app = create_app(self._service, lambda: create_control(self, self._service), cors=cors)
        self._server = Server(app, self._service.look_for_expired)
        self._lifecycle = threading.Lock()
        self._phase = "not started"

    @property
    def url(self) -> str:
        """Where it listens or did listen, ``http://127.0.0.1:PORT``. ``RuntimeError`` before `start`."""
        self._require("running", "stopped")
        return self._url

    @property
    def _url(self) -> str:
        return f"http://{_address(_EVERYWHERE.get(self._host, self._host), self._port)}"

    @property
    def base_url(self) -> str:
        """The address of the API, ``http://127.0.0.1:PORT/v2``. ``RuntimeError`` before `start`."""
        return f"{self.url}/v2"

    @property
    def environment(self) -> dict[str, str]:
        """The variables ``CRYPTOCLOUD_*`` that point the SDK here. ``RuntimeError`` before `start`."""
        return {
            "CRYPTOCLOUD_BASE_URL": self.base_url,
            "CRYPTOCLOUD_API_KEY": self.api_key,
            "CRYPTOCLOUD_SHOP_ID": self.shop_id,
            "CRYPTOCLOUD_SECRET_KEY": self.secret_key,
            "CRYPTOCLOUD_WITHDRAWAL_KEY": self.withdrawal_key,
        }

    def start(self) -> None:
        """Listen. ``OSError`` if the port is not to be had, ``RuntimeError`` if it was started before."""
        with self._lifecycle:
            self._require("not started")
            listener = self._listen()
            self._port = listener.getsockname()[1]
            self._service.state.pay_page = f"{self._url}/pay/"
            try:
                self._server.launch(listener)
            except BaseException:
                listener.close()
                raise
            self._phase = "running"

    def stop(self) -> None:
        """Close the port and every connection, and end the thread. Does nothing if it does not run."""
        with self._lifecycle:
            if self._phase == "running":
                self._service.deliveries.close()
                self._service.changes.close()
                self._server.close()
                self._end()

    def _listen(self) -> socket.socket:
        try:
            [(family, *_, address), *_] = socket.getaddrinfo(
                self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )
            listener = socket.create_server(address[:2], family=family)
        except OSError as exc:
            # Not the error's own text, which names the address in Python's way.
            reason = exc.strerror if isinstance(exc, socket.gaierror) else os.strerror(exc.errno or 0)
            text = f"cannot listen on {_address(self._host, self._port)}: {reason}"
            raise OSError(exc.errno, text) from exc
        # Inherited by every connection. Without it each answer, sent as head and body, takes 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener

    def _end(self) -> None:
        self._phase = "stopped"
        self._is_stopped = True
        self._service.state.close()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            if self._phase == "not started":
                self._end()  # The block is over: the file is free again.
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Sandbox {self._phase}>"

    def _require(self, *phases: str) -> None:
        if self._phase not in phases:
            hint = "make a new one" if self._phase == "stopped" else f"expected: {' or '.join(phases)}"
            raise RuntimeError(f"The sandbox is {self._phase}: {hint}.")


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
