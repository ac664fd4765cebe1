"""Cancel 200 invoices with `examples/celery_cancel.py`, Redis and two workers, one of which is killed.

Every id has to have a result that says that it is cancelled, and every invoice has to be cancelled.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = [str(ROOT / name) for name in ("wrapper", "generated", "sandbox", "examples")]

sys.path[:0] = FOLDERS

from cryptocloud_sandbox import Sandbox  # noqa: E402 - from the folders above

INVOICES = 200
SECONDS = 150
"""Until all tasks are over."""

_CALL = 0.1
"""Seconds that a cancel takes: long enough for a kill to hit some."""


@contextlib.contextmanager
def running(*command: str | Path, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process and its children, while the block lasts. What they write is shown if it fails."""
    log = folder / f"{len(list(folder.iterdir()))}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process
    except BaseException:
        print(log.read_text(encoding="utf-8", errors="replace"), file=sys.stderr)
        raise
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def start_redis(port: int, stack: contextlib.ExitStack, folder: Path) -> None:
    stack.enter_context(
        running("redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", folder=folder)
    )
    while True:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def results(sandbox: Sandbox, uuids: list[str], worker: subprocess.Popen[bytes]) -> list[dict[str, str]]:
    """What the tasks return, while this worker is killed."""
    from celery_cancel import app, cancel

    begun = time.monotonic()
    tasks = [cancel.delay(uuid).id for uuid in uuids]

    def over() -> int:
        return sum(app.backend.get_state(task) == "SUCCESS" for task in tasks)

    while len(sandbox.calls("cancelInvoice")) < INVOICES / 4:
        time.sleep(_CALL / 2)
    kill(worker)
    print(f"One of two workers is killed: {over()} of {INVOICES} tasks are over.")
    while over() < len(tasks):
        if time.monotonic() > begun + SECONDS:
            raise TimeoutError(f"after {SECONDS} s some tasks are not over")
        time.sleep(0.5)
    print(f"After {time.monotonic() - begun:.0f} s all are over.")
    return [app.backend.get_result(task) for task in tasks]


def main() -> int:
    with contextlib.ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = free_port()
        os.environ |= {
            **sandbox.environment,
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "PYTHONPATH": os.pathsep.join(FOLDERS),
        }
        start_redis(port, stack, folder)
        celery = (
            Path(sys.executable).parent / "celery",
            "-A",
            "celery_cancel",
            "worker",
            "--concurrency",
            "2",
        )
        workers = [
            stack.enter_context(running(*celery, "-n", f"{name}@localhost", folder=folder)) for name in "ab"
        ]
        uuids = [sandbox.add_invoice() for _ in range(INVOICES)]
        sandbox.fail_next("cancelInvoice", times=2 * INVOICES, delay=_CALL)
        states = Counter(result["state"] for result in results(sandbox, uuids, workers[0]))
        statuses = Counter(sandbox.status(uuid) for uuid in uuids)
        calls = len(sandbox.calls("cancelInvoice"))
    print(f"Results: {dict(states)}. Invoices: {dict(statuses)}, by {calls} cancels.")
    return 0 if set(states) <= {"canceled", "already_canceled"} and set(statuses) == {"canceled"} else 1


if __name__ == "__main__":
    sys.exit(main())
