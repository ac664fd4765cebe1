"""What is told of each attempt: to `on_attempt`, in the log, and to OpenTelemetry."""

import asyncio
import contextlib
import logging
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import trio
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from cryptocloud import AsyncCryptoCloud, AttemptEvent, CryptoCloud, CryptoCloudError, Outcome
from cryptocloud.otel import instrument
from support.service import KEY, SETTINGS, Service, Use, success

UUID = "INV-89UX09KA"
CANCELED = success([{"uuid": UUID, "status": "canceled"}])
AGAIN = httpx.Response(429, headers={"Retry-After": "0"})


def failed() -> httpx.Response:
    return httpx.Response(502, headers={"X-Request-Id": "r-1"})


def events_of(use: Use, service: Service, call: Callable[[Any], Any], **settings: Any) -> list[AttemptEvent]:
    events: list[AttemptEvent] = []
    with contextlib.suppress(CryptoCloudError):
        use(service, call, on_attempt=events.append, **settings)
    service.check()
    return events


def cancel(client: Any) -> Any:
    return client.invoices.cancel(UUID)


def test_a_success_is_one_event(use: Use) -> None:
    before = time.time()
    (event,) = events_of(use, Service(success(["ok"])), cancel)
    assert event._replace(begun=0, seconds=0) == AttemptEvent(
        "cancelInvoice", 1, "call", 0, 0, 200, None, None, None, None
    )
    assert before <= event.begun <= event.begun + event.seconds <= time.time() + 0.1


def test_a_repeated_call_is_an_event_for_each_try(use: Use) -> None:
    first, second = events_of(
        use, Service(AGAIN, success([]), only_requests=True), lambda c: c.balances.list()
    )
    assert (first.number, first.status_code, first.error) == (1, 429, "RateLimitError")
    assert first.outcome is Outcome.REFUSED
    assert first.retry_in is not None
    assert (second.number, second.error, second.retry_in) == (2, None, None)


def test_a_cancel_in_doubt_is_followed_by_its_look_up(use: Use) -> None:
    attempt, lookup = events_of(use, Service(failed(), CANCELED, only_requests=True), cancel)
    assert (attempt.operation, attempt.purpose, attempt.outcome) == ("cancelInvoice", "call", Outcome.UNKNOWN)
    assert (attempt.request_id, attempt.retry_in) == ("r-1", None)
    assert (lookup.operation, lookup.purpose, lookup.number, lookup.error) == (
        "getInvoices",
        "lookup",
        1,
        None,
    )


def test_what_is_tried_again_after_a_look_up_is_told_with_it(
    use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cryptocloud._call.engine._FIRST_PAUSE", 0.001)
    created = success([{"uuid": UUID, "status": "created"}])
    service = Service(failed(), created, success(["ok"]), only_requests=True)
    attempt, lookup, again = events_of(use, service, cancel)
    assert attempt.retry_in is None
    assert lookup.retry_in is not None
    assert (again.purpose, again.number) == ("call", 2)


def test_the_last_failure_is_told_before_it_is_raised(use: Use) -> None:
    (event,) = events_of(use, Service(failed(), only_requests=True), lambda c: c.invoices.create("1"))
    assert (event.error, event.retry_in) == ("ServerError", None)


def test_what_it_raises_is_logged_and_changes_nothing(use: Use, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: AttemptEvent) -> None:
        raise ZeroDivisionError

    assert use(Service(success(["ok"])), cancel, on_attempt=fail) is None
    assert any(record.exc_info and record.exc_info[0] is ZeroDivisionError for record in caplog.records)


async def _coroutine(_: AttemptEvent) -> None: ...


@pytest.mark.parametrize("on_attempt", ["print", 5, _coroutine])
@pytest.mark.parametrize("cls", [CryptoCloud, AsyncCryptoCloud])
def test_what_cannot_be_called_is_refused(cls: Callable[..., Any], on_attempt: object) -> None:
    with pytest.raises(TypeError, match="on_attempt"):
        cls(api_key=KEY, on_attempt=on_attempt)


def test_the_log_has_the_same(use: Use, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="cryptocloud")
    (event,) = events_of(use, Service(failed(), only_requests=True), lambda c: c.invoices.create("1"))
    (record,) = caplog.records
    assert record.__dict__["cryptocloud"] == {**event._asdict(), "outcome": "unknown"}


# --- OpenTelemetry ---


def run_sync(client: CryptoCloud, tracer: Any) -> None:
    with client, tracer.start_as_current_span("order"):
        client.invoices.cancel(UUID)


async def run_async(client: AsyncCryptoCloud, tracer: Any) -> None:
    async with client:
        with tracer.start_as_current_span("order"):
            await client.invoices.cancel(UUID)


@pytest.mark.parametrize("way", ["sync", "asyncio", "trio"])
def test_each_attempt_is_a_span_under_its_parent(way: str) -> None:
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    meters = MeterProvider([reader])
    tracer = tracers.get_tracer("test")
    service = Service(AGAIN, failed(), CANCELED, only_requests=True)
    settings = SETTINGS | {"transport": service.transport}
    if way == "sync":
        client = CryptoCloud(**settings)
        instrument(client, tracers, meters)
        run_sync(client, tracer)
    else:
        asynchronous = AsyncCryptoCloud(**settings)
        instrument(asynchronous, tracers, meters)
        if way == "asyncio":
            asyncio.run(run_async(asynchronous, tracer))
        else:
            trio.run(run_async, asynchronous, tracer)
    *spans, order = exporter.get_finished_spans()
    assert [attributes(span) for span in spans] == [
        {"http.response.status_code": 429, "error.type": "429", "url.template": "/invoice/merchant/canceled"},
        {
            "http.response.status_code": 502,
            "error.type": "502",
            "http.request.resend_count": 1,
            "url.template": "/invoice/merchant/canceled",
        },
        {"http.response.status_code": 200, "url.template": "/invoice/merchant/info"},
    ]
    for span in spans:
        assert span.kind is SpanKind.CLIENT
        assert span.parent is not None
        assert span.parent.span_id == order.context.span_id
        assert (order.start_time or 0) <= (span.start_time or 0) <= (span.end_time or 0)
    data: Any = reader.get_metrics_data()
    (metric,) = data.resource_metrics[0].scope_metrics[0].metrics
    assert (metric.name, metric.unit) == ("http.client.request.duration", "s")
    assert sum(point.count for point in metric.data.data_points) == 3


def attributes(span: ReadableSpan) -> dict[str, object]:
    """Those of a span that differ between attempts. The others are as they must be."""
    found: dict[str, object] = dict(span.attributes or {})
    assert found.pop("http.request.method") == "POST"
    assert found.pop("server.address") == "api.cryptocloud.plus"
    assert found.pop("server.port") == 443
    assert found.pop("url.full") == f"https://api.cryptocloud.plus/v2{found['url.template']}"
    return found


def test_a_client_keeps_its_own_on_attempt() -> None:
    events: list[AttemptEvent] = []
    service = Service(success(["ok"]))
    with CryptoCloud(**SETTINGS | {"transport": service.transport}, on_attempt=events.append) as client:
        instrument(client, TracerProvider(), MeterProvider())
        client.with_options(timeout=5).invoices.cancel(UUID)
    assert len(events) == 1


def test_nothing_of_it_is_loaded_without_need() -> None:
    code = """
import sys, cryptocloud
cryptocloud.CryptoCloud(api_key="k" * 20)
print("opentelemetry" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
