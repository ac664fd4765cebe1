"""TLS over memory, without I/O.

OpenSSL on a socket reads as long as something arrives. A server that sends records without end would keep
the deadline, the event loop and Ctrl-C waiting. Here it gets one bounded piece after the other.
"""

from __future__ import annotations

import errno
import functools
import os
import ssl
import stat
from collections.abc import Callable
from pathlib import Path

import certifi

from cryptocloud._transport.contract import Network, ProtocolError
from cryptocloud._transport.wire import PIECE, Steps, T, send

_PIECE_IN = 32 * 1024
"""Bytes that OpenSSL gets at once: the longest record has 16 KiB. Those of 9 bytes each take 10 ms."""

_LONGEST_SILENCE = 256 * 1024
"""Bytes of TLS in which no data is: a handshake has about 4 KiB, at most 100 KiB of certificates."""


def context_for(network: Network) -> ssl.SSLContext:
    """The settings of TLS: those of the user, or what httpx has.

    Raises:
        TypeError, ValueError: They cannot be used.
    """
    given = network.ssl_context
    if given is None:
        return _default_context(trust_env=network.trust_env)
    if not isinstance(given, ssl.SSLContext):
        raise TypeError(f"ssl_context must be an ssl.SSLContext, not {type(given).__name__}")
    if given.protocol is ssl.PROTOCOL_TLS_SERVER:
        raise ValueError("ssl_context is one for servers: ssl.create_default_context() makes one for clients")
    return given


def _default_context(*, trust_env: bool) -> ssl.SSLContext:
    variables = ("SSL_CERT_FILE", "SSL_CERT_DIR") if trust_env else ()
    variable = next((name for name in variables if os.environ.get(name)), None)
    path = os.environ[variable] if variable else certifi.where()
    is_folder = variable == "SSL_CERT_DIR"
    try:
        status = Path(path).stat()
        if is_folder and not stat.S_ISDIR(status.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        return _loaded(path, is_folder, status.st_mtime_ns, status.st_size, status.st_ino)
    except OSError as error:
        # ssl has an error of its own for a file without certificates.
        reason = "no certificates in it" if isinstance(error, ssl.SSLError) else error.strerror
    raise ValueError(f"{variable or 'certifi'}: {path}: {reason}")


# Loading takes about 17 ms, so it is done once for each state of a file.
@functools.lru_cache(maxsize=4)
def _loaded(path: str, is_folder: bool, *state: int) -> ssl.SSLContext:
    return ssl.create_default_context(capath=path) if is_folder else ssl.create_default_context(cafile=path)


class Tls:
    """TLS on one connection."""

    __slots__ = ("_incoming", "_object", "_outgoing", "_silence")

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._silence = 0

    def handshake(self) -> Steps[None]:
        """Agree with the server, and see who it is."""
        yield from self._carry_out(self._object.do_handshake)
        self._silence = 0

    def send(self, data: memoryview) -> Steps[None]:
        """Send all of `data`."""
        while data:
            piece = data[:PIECE]
            count = yield from self._carry_out(functools.partial(self._object.write, piece))
            data = data[count:]

    def receive(self, limit: int) -> Steps[memoryview]:
        """The next bytes, at most `limit`; none at the end of the connection."""
        try:
            return (yield from self._carry_out(lambda: memoryview(self._object.read(limit))))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            # Few servers say that they close; the parser knows whether the answer is whole.
            return memoryview(b"")
        finally:
            self._silence = 0

    def is_empty(self) -> bool:
        """Whether nothing arrived that was not received."""
        return not self._incoming.pending and not self._object.pending()

    def takes(self, data: bytes) -> bool:
        """Take in what arrived before anything was sent; whether it is of TLS alone, without data in it."""
        self._incoming.write(data)
        try:
            self._object.read(1)
        except ssl.SSLWantReadError:
            return True
        return False

    def _carry_out(self, operate: Callable[[], T]) -> Steps[T]:
        while True:
            try:
                result = operate()
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError:
                # OpenSSL has something to say to the server about it.
                yield from self._flush()
                raise
            else:
                yield from self._flush()
                return result
            yield from self._flush()
            self._feed((yield _PIECE_IN))

    def _feed(self, data: memoryview) -> None:
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        self._silence += len(data)
        if self._silence > _LONGEST_SILENCE:
            raise ProtocolError(f"{_LONGEST_SILENCE} bytes of TLS have no data in them")

    def _flush(self) -> Steps[None]:
        if self._outgoing.pending:
            yield from send(memoryview(self._outgoing.read()))
