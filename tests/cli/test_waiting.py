"""`invoice wait`."""

import json
import threading

import pytest

from cryptocloud_sandbox import Sandbox
from support.command import Cli


@pytest.mark.parametrize(("status", "ends_with"), [("paid", 0), ("overpaid", 0), ("canceled", 1)])
def test_it_ends_with_0_only_if_it_is_paid(cli: Cli, at_home: Sandbox, status: str, ends_with: int) -> None:
    uuid = at_home.add_invoice(status)
    done = cli("invoice", "wait", uuid)
    assert (done.status, done.error) == (ends_with, "")
    row = json.loads(done.output)
    assert (row["uuid"], row["status"]) == (uuid, status)


def test_it_waits(cli: Cli, at_home: Sandbox) -> None:
    uuid = at_home.add_invoice()
    timer = threading.Timer(0.5, at_home.pay, (uuid,))
    timer.start()
    done = cli("invoice", "wait", uuid)
    timer.join()
    assert (done.status, json.loads(done.output)["status"]) == (0, "paid")


def test_the_time_is_up(cli: Cli, at_home: Sandbox) -> None:
    uuid = at_home.add_invoice("partial")
    done = cli("invoice", "wait", uuid, "--timeout", "1s")
    assert (done.status, done.output) == (3, "")
    assert "partial" in done.error
    error = json.loads(cli("invoice", "wait", uuid, "--timeout", "1s", "--json").error)
    assert (error["error"], error["outcome"]) == ("TimeoutError", "unknown")


def test_one_that_nobody_knows(cli: Cli, at_home: Sandbox) -> None:
    assert cli("invoice", "wait", "INV-AAAAAAAA").status == 1


def test_more_than_a_day_is_refused(cli: Cli, at_home: Sandbox) -> None:
    done = cli("invoice", "wait", "INV-89UX09KA", "--timeout", "25h")
    assert done.status == 2
    assert "--timeout: it must be a time up to 24h" in done.error
