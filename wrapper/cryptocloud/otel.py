"""Traces and metrics by OpenTelemetry: the extra `cryptocloud[otel]`.

    from cryptocloud.otel import instrument

    instrument(client)

The default transport is not httpx's, so OpenTelemetry's own instrumentation of httpx does not see its calls.
This makes a client span of each attempt, below the span that is current where the call is made, and records
its duration. Names follow OpenTelemetry's semantic conventions for HTTP clients.
"""

from __future__ import annotations

from opentelemetry import metrics, trace
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import SpanKind, StatusCode, TracerProvider
from opentelemetry.util.types import AttributeValue

from cryptocloud._call import OPERATIONS, AttemptEvent
from cryptocloud._version import __version__
from cryptocloud.client import AsyncCryptoCloud, CryptoCloud

_SCHEMA = "https://opentelemetry.io/schemas/1.37.0"

_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0]
"""Seconds: what the conventions advise."""

_PATHS = {operation.name: operation.path for operation in OPERATIONS.values()}


def instrument(
    client: CryptoCloud | AsyncCryptoCloud,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
) -> None:
    """Trace and measure the attempts of a client, beside its own `on_attempt`.

    What `with_options` makes of it later is traced, too. Calling it twice traces twice.

    Args:
        client: The client.
        tracer_provider: Where spans go; the global one if it is left out.
        meter_provider: Where durations go, as `http.client.request.duration` in seconds; the global one if
            it is left out.
    """
    tracer = trace.get_tracer("cryptocloud", __version__, tracer_provider, _SCHEMA)
    meter = metrics.get_meter("cryptocloud", __version__, meter_provider, _SCHEMA)
    duration = meter.create_histogram(
        "http.client.request.duration",
        unit="s",
        description="Duration of HTTP client requests.",
        explicit_bucket_boundaries_advisory=_BUCKETS,
    )
    engine = client._session.engine
    target = engine.target
    first = engine.on_attempt

    def on_attempt(event: AttemptEvent) -> None:
        template = _PATHS.get(event.operation, event.operation)
        attributes: dict[str, AttributeValue] = {
            "http.request.method": "POST",
            "url.template": template,
            "server.address": target.host,
            "server.port": target.port,
        }
        if event.status_code is not None:
            attributes["http.response.status_code"] = event.status_code
        if event.error:
            is_status = event.status_code is not None and event.status_code >= 400
            attributes["error.type"] = str(event.status_code) if is_status else event.error
        duration.record(event.seconds, attributes)

        span = tracer.start_span(
            f"POST {template}",
            kind=SpanKind.CLIENT,
            attributes={**attributes, "url.full": f"{target}{template}"},
            start_time=_nanoseconds(event.begun),
        )
        if event.number > 1:
            span.set_attribute("http.request.resend_count", event.number - 1)
        if event.error:
            span.set_status(StatusCode.ERROR)
        span.end(_nanoseconds(event.begun + event.seconds))
        if first is not None:
            first(event)

    engine.on_attempt = on_attempt


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
