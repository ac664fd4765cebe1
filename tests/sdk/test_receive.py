"""A notification in one call: verified, looked up, and paid; and messages to try that with."""

import json
import pickle
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import parse_qs

import httpx
import pytest

from cryptocloud import (
    APITimeoutError,
    NotFoundError,
    Outcome,
    PostbackError,
    PostbackNotPaidError,
    PostbackSignatureError,
    ServerError,
)
from cryptocloud.postback import Message, message, sign, verify
from support.faults import texts
from support.service import Service, Use, success

SECRET = "Zk3vQ8wLr1XcT6nYb9HsD2mJf5GpA7eU"
GENUINE = message("INV-89UX09KA", SECRET, expires_in=86_400)


def invoice(**changed: object) -> dict[str, Any]:
    return success([{"uuid": "INV-89UX09KA", "status": "paid", "amount_usd": 100.0} | changed])


def receive(use: Use, sent: Message, *answers: object, **how: Any) -> Any:
    service = Service(*answers, only_requests=True)
    result = use(
        service,
        lambda client: client.postbacks.receive(sent.body, sent.content_type, **how),
        secret_key=SECRET,
        max_retries=0,
    )
    service.check()
    assert service.bodies == [{"uuids": ["INV-89UX09KA"]}]
    return result


@pytest.mark.parametrize("kind", ["json", "form"])
@pytest.mark.parametrize("status", ["paid", "overpaid"])
def test_what_is_paid_is_given_as_the_service_says_it_is(use: Use, kind: Any, status: str) -> None:
    sent = message("89UX09KA", SECRET, kind=kind, amount_crypto=5, order_id="forged")
    found = receive(use, sent, invoice(status=status, order_id="A-17"))
    assert (found.uuid, found.status, found.order_id) == ("INV-89UX09KA", status, "A-17")
    assert found.amount_usd == Decimal("100.0")


@pytest.mark.parametrize("status", ["created", "partial", "canceled", None, "on\nhold" + 99 * "!"])
def test_what_is_not_paid_is_refused(use: Use, status: str | None) -> None:
    with pytest.raises(PostbackNotPaidError, match="INV-89UX09KA is announced, and its status is") as caught:
        receive(use, GENUINE, invoice(status=status))
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.invoice.uuid, error.invoice.status) == ("INV-89UX09KA", status)
    assert isinstance(error, PostbackError)
    assert (error.operation, error.outcome) == ("paymentPostback", Outcome.UNKNOWN)
    assert "\n" not in str(error)
    assert len(str(error)) < 150


def test_a_payment_in_test_mode_counts_with_a_warning(use: Use, caplog: pytest.LogCaptureFixture) -> None:
    assert receive(use, GENUINE, invoice(test_mode=True)).is_paid
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "INV-89UX09KA is paid in test mode, without money: accept_test=False refuses such"
    ]


def test_a_payment_in_test_mode_can_be_refused(use: Use) -> None:
    with pytest.raises(PostbackNotPaidError, match="in test mode") as caught:
        receive(use, GENUINE, invoice(test_mode=True), accept_test=False)
    assert caught.value.invoice.is_paid
    # One of which the service does not say so is taken for a real one.
    assert receive(use, GENUINE, invoice(), accept_test=False).is_paid
    assert receive(use, GENUINE, invoice(test_mode=False), accept_test=False).is_paid


def test_what_is_not_genuine_is_not_looked_up(use: Use) -> None:
    service = Service()
    forged = message("INV-89UX09KA", SECRET[::-1])
    with pytest.raises(PostbackSignatureError) as caught:
        use(
            service,
            lambda client: client.postbacks.receive(forged.body, forged.content_type),
            secret_key=SECRET,
        )
    assert not service.requests
    # The token is nobody's business, even where tracebacks show locals.
    token = json.loads(forged.body)["token"]
    assert not any(token in text for text in texts(caught.value))


def test_what_is_not_known_and_what_fails_is_told_apart(use: Use) -> None:
    with pytest.raises(NotFoundError, match="INV-89UX09KA"):
        receive(use, GENUINE, success([]))
    with pytest.raises(ServerError):
        receive(use, GENUINE, httpx.Response(502))


@pytest.mark.parametrize(("of_client", "of_call"), [(30, 0.2), (0.2, 8)])
def test_the_look_up_is_hurried(use: Use, sandbox: Any, of_client: float, of_call: float) -> None:
    uuid = sandbox.add_invoice("paid")
    sandbox.fail_next("getInvoices", delay=20)
    body, content_type, _ = sandbox.postback(uuid)
    with pytest.raises(APITimeoutError, match=r"within 0\.2 s"):
        use(
            None,
            lambda client: client.postbacks.receive(body, content_type, timeout=of_call),
            api_key=sandbox.api_key,
            base_url=sandbox.base_url,
            secret_key=sandbox.secret_key,
            timeout=of_client,
        )


def test_a_client_without_a_secret_key_says_so(use: Use) -> None:
    with pytest.raises(ValueError, match="CRYPTOCLOUD_SECRET_KEY"):
        use(Service(), lambda client: client.postbacks.receive(GENUINE.body, GENUINE.content_type))


# Messages.


def test_a_message_is_one_that_verify_reads() -> None:
    kinds: list[Literal["json", "form"]] = ["json", "form"]
    for kind in kinds:
        sent = message(
            "INV-89UX09KA",
            SECRET,
            kind=kind,
            amount_crypto=Decimal("0.000000000000000001"),
            currency="ETH",
            order_id="A-17",
            invoice_info={"uuid": "INV-89UX09KA", "status": "paid"},
        )
        assert sent.headers == {"Content-Type": sent.content_type}
        read = verify(sent.body, sent.content_type, SECRET)
        assert (read.invoice_id, read.currency, read.order_id) == ("INV-89UX09KA", "ETH", "A-17")
        assert read.amount_crypto == Decimal("0.000000000000000001")
        assert (read.invoice_info is not None) is (kind == "json")


def test_a_form_is_written_as_the_service_seems_to() -> None:
    sent = message("INV-89UX09KA", SECRET, kind="form", invoice_info={"uuid": 1, "links_invoice": None})
    fields = parse_qs(sent.body.decode(), keep_blank_values=True)
    assert fields.keys() == {"status", "invoice_id", "amount_crypto", "currency", "token", "invoice_info"}
    assert fields["invoice_id"] == ["89UX09KA"]
    assert fields["invoice_info"] == ["uuid", "links_invoice"]


def test_a_message_can_be_made_wrong_on_purpose() -> None:
    for wrong in (
        message("INV-89UX09KA", SECRET[::-1]),
        message("INV-89UX09KA", SECRET, expires_in=-120),
        message("INV-89UX09KA", SECRET, token="nonsense"),
        message("INV-89UX09KA", SECRET, token=sign("INV-00000000", SECRET)),
    ):
        with pytest.raises(PostbackError):
            verify(wrong.body, wrong.content_type, SECRET)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"kind": "xml"}, ValueError),
        ({"invoice_id": "INV-1"}, ValueError),
        ({"secret_key": ""}, ValueError),
        ({"expires_in": "5"}, TypeError),
    ],
)
def test_misuse_is_told(arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        message(**{"invoice_id": "INV-89UX09KA", "secret_key": SECRET} | arguments)
