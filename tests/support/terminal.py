"""A terminal in front of a command, with somebody who types."""

import os
import pty
import subprocess
import sys
import threading
from types import TracebackType
from typing import Self

from support.command import COMMAND

# Makes the terminal on stdin the one whose Ctrl-C reaches the command.
_WITH_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """Runs the command with a terminal as stdin, stdout and stderr; with `output`, stdout goes there."""

    def __init__(self, *arguments: str, output: int | None = None) -> None:
        self._own, its = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _WITH_TERMINAL, *COMMAND, *arguments],
            stdin=its,
            stdout=its if output is None else output,
            stderr=its,
        )
        os.close(its)
        self._screen = b""
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def answer(self, text: str, *, after: str) -> None:
        """Type something as soon as `after` is shown."""
        self.wait_for(after)
        os.write(self._own, text.encode())

    def wait_for(self, text: str) -> None:
        """Wait until something is shown."""
        with self._changed:
            assert self._changed.wait_for(lambda: text in self.screen, timeout=60), self.screen

    @property
    def screen(self) -> str:
        """All that was shown until now."""
        return self._screen.decode(errors="replace").replace("\r\n", "\n")

    def end(self) -> int:
        """Wait for the end; the exit status."""
        status = self.process.wait(timeout=60)
        self._reader.join(timeout=60)
        return status

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._own, 65536)
            except OSError:
                data = b""
            with self._changed:
                self._screen += data
                self._changed.notify_all()
            if not data:
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join(timeout=60)
        os.close(self._own)
