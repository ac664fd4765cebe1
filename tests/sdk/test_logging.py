"""One line for each attempt, and nothing in it that is nobody's business."""

import logging

import pytest

from conftest import Cancel, Serve
from cryptocloud import APIConnectionError, BadRequestError
from support.service import KEY
from support.stub import DONE, http, sends

REFUSED = b'{"status":"error","result":{"validate_error":"buyer@example.com is not known"}}'


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    return [(level, text) for name, level, text in caplog.record_tuples if name == "cryptocloud"]


def test_a_success_is_a_line_at_debug(cancel: Cancel, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    cancel(base_url=serve(sends(DONE)).base_url)
    ((level, line),) = lines(caplog)
    assert level == logging.DEBUG
    assert line.startswith("cancelInvoice: try 1, success, HTTP 200, ")
    assert KEY not in caplog.text


def test_a_failure_is_a_line_at_info(cancel: Cancel, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(BadRequestError, match="buyer@example"):
        cancel(base_url=serve(sends(http(400, REFUSED, "X-Request-Id: abc-1"))).base_url)
    ((level, line),) = lines(caplog)
    assert level == logging.INFO
    assert line.startswith("cancelInvoice: try 1, BadRequestError, HTTP 400, ")
    assert line.endswith("request id abc-1")
    assert "buyer" not in caplog.text


def test_each_try_is_a_line(cancel: Cancel, deaf_port: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(APIConnectionError):
        cancel(base_url=f"http://127.0.0.1:{deaf_port}/v2", max_retries=1)
    assert [line.split(", ")[0] for _, line in lines(caplog)] == [
        "cancelInvoice: try 1",
        "cancelInvoice: try 2",
    ]
