"""Listing under every reading of `limit` that the documentation leaves open, while invoices appear."""

import datetime
import itertools
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from cryptocloud import BadRequestError, CryptoCloud, InvalidResponseError
from support.service import SETTINGS, Service, Use, success

FIRST = datetime.date(2023, 1, 1)
LAST = datetime.date(2023, 1, 31)


def as_date(text: str) -> datetime.date:
    day, month, year = text.split(".")
    return datetime.date(int(year), int(month), int(day))


def refused(text: str) -> httpx.Response:
    return httpx.Response(400, json={"status": "error", "result": {"validate_error": text}})


class Merchant:
    """Invoices of January 2023, newest first, listed by one of the readings.

    Args:
        count: How many there are. The newest are of the last day.
        limit_is_end: Whether `limit` is the number of the last record, instead of the size of a page.
        over_100: What becomes of a limit above 100: `taken`, `refused` or `cut`.
        per_page: The most records that the service gives at once.
        tells_count: Whether it tells how many there are in all.
        appear: How many new invoices there are with every request.
    """

    def __init__(
        self,
        count: int,
        *,
        limit_is_end: bool = False,
        over_100: str = "refused",
        per_page: int = 100,
        tells_count: bool = True,
        appear: int = 0,
        days: int = 31,
    ) -> None:
        self.invoices = [
            (f"INV-{number:08}", FIRST + datetime.timedelta(days=number * days // max(count, 1)))
            for number in range(count)
        ]
        self._limit_is_end = limit_is_end
        self._over_100 = over_100
        self._per_page = per_page
        self._tells_count = tells_count
        self._appear = appear
        self._new = itertools.count(50_000_000)
        self.requests = 0

    @property
    def uuids(self) -> list[str]:
        return [uuid for uuid, _ in reversed(self.invoices)]

    def answer(self, body: Any) -> Any:
        self.requests += 1
        start, end = (as_date(body[key]) for key in ("start", "end"))
        offset, limit = body["offset"], body["limit"]
        if limit > 100 and self._over_100 == "refused":
            return refused("limit")
        if limit > 100 and self._over_100 == "cut":
            limit = 100
        found = [uuid for uuid, day in reversed(self.invoices) if start <= day <= end]
        last = limit if self._limit_is_end else offset + limit
        page = found[offset:last][: self._per_page]
        self.invoices += [(f"INV-{next(self._new):08}", LAST) for _ in range(self._appear)]
        count = {"all_count": len(found)} if self._tells_count else {}
        return success([{"uuid": uuid} for uuid in page], **count)

    def service(self) -> Service:
        return Service(*[self.answer] * 2000)


def listed(use: Use, merchant: Merchant) -> list[str]:
    invoices = use(merchant.service(), lambda client: client.invoices.list(FIRST, LAST))
    return [invoice.uuid for invoice in invoices]


COUNTS = [0, 1, 99, 100, 101, 200, 350]


@pytest.mark.parametrize("tells_count", [True, False])
@pytest.mark.parametrize("count", COUNTS)
def test_limit_is_the_size_of_a_page(use: Use, count: int, tells_count: bool) -> None:
    merchant = Merchant(count, tells_count=tells_count)
    assert listed(use, merchant) == merchant.uuids


@pytest.mark.parametrize("tells_count", [True, False])
@pytest.mark.parametrize("count", COUNTS)
def test_limit_is_the_number_of_the_last_record(use: Use, count: int, tells_count: bool) -> None:
    merchant = Merchant(count, tells_count=tells_count, limit_is_end=True, over_100="taken")
    assert sorted(listed(use, merchant)) == sorted(merchant.uuids)


@pytest.mark.no_cover  # The counter would double its time.
@pytest.mark.parametrize("over_100", ["refused", "cut"])
@pytest.mark.parametrize("tells_count", [True, False])
@pytest.mark.parametrize("count", COUNTS)
def test_limit_is_the_number_of_the_last_record_and_never_above_100(
    use: Use,
    count: int,
    tells_count: bool,
    over_100: str,
) -> None:
    merchant = Merchant(count, tells_count=tells_count, limit_is_end=True, over_100=over_100)
    assert sorted(listed(use, merchant)) == sorted(merchant.uuids)


@pytest.mark.parametrize("tells_count", [True, False])
@pytest.mark.parametrize("per_page", [7, 50])
def test_pages_may_be_shorter_than_asked_for(use: Use, per_page: int, tells_count: bool) -> None:
    merchant = Merchant(130, per_page=per_page, tells_count=tells_count)
    assert listed(use, merchant) == merchant.uuids


@pytest.mark.parametrize("limit_is_end", [True, False])
@pytest.mark.parametrize("appear", [1, 30])
def test_invoices_that_appear_meanwhile_disturb_nothing(
    use: Use,
    appear: int,
    limit_is_end: bool,
) -> None:
    merchant = Merchant(350, appear=appear, limit_is_end=limit_is_end, over_100="taken")
    before = merchant.uuids
    found = listed(use, merchant)
    assert len(found) == len(set(found))
    assert [uuid for uuid in found if uuid in before] == before


def test_a_day_with_more_than_the_service_gives_is_told(use: Use) -> None:
    merchant = Merchant(150, limit_is_end=True, days=1)
    with pytest.raises(InvalidResponseError, match="first 100 invoices of 2023-01-01"):
        listed(use, merchant)


def test_what_may_be_more_than_the_service_gives_is_told(use: Use) -> None:
    """A full page, no count, and limits that are cut in silence: nobody knows whether there is more."""
    merchant = Merchant(150, limit_is_end=True, over_100="cut", tells_count=False, days=1)
    with pytest.raises(InvalidResponseError, match="first 100 invoices of 2023-01-01"):
        listed(use, merchant)


def test_a_listing_without_end_is_given_up(use: Use) -> None:
    """As many new invoices as a page has, between any two requests."""
    with pytest.raises(InvalidResponseError, match="again and again"):
        listed(use, Merchant(350, appear=100))


def test_a_refusal_that_is_no_answer_is_an_error(use: Use) -> None:
    with pytest.raises(BadRequestError, match="period"):
        use(Service(refused("period")), lambda client: client.invoices.list(FIRST, LAST))


def test_pages_come_as_they_are_needed() -> None:
    merchant = Merchant(1000)
    with CryptoCloud(**SETTINGS, transport=merchant.service().transport) as client:
        invoices: Iterator[Any] = client.invoices.list(FIRST, LAST)
        assert merchant.requests == 0
        assert len(list(itertools.islice(invoices, 100))) == 100
        assert merchant.requests == 2
        assert len(list(itertools.islice(invoices, 101))) == 101
        assert merchant.requests == 4


def test_a_short_period_needs_one_request() -> None:
    merchant = Merchant(50)
    with CryptoCloud(**SETTINGS, transport=merchant.service().transport) as client:
        assert len(list(client.invoices.list(FIRST, LAST))) == 50
    assert merchant.requests == 1


def rotating(count: int) -> Any:
    """A service that turns in a circle: behind the last of its invoices comes the first."""

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        numbers = range(body["offset"], body["offset"] + body["limit"])
        return success([{"uuid": f"INV-{number % count:08}"} for number in numbers])

    return answer


@pytest.mark.parametrize("count", [100, 1200, 2500])
def test_a_service_that_turns_in_a_circle_is_given_up(use: Use, count: int) -> None:
    service = Service(*[rotating(count)] * 60, only_requests=True)
    with pytest.raises(InvalidResponseError, match="again and again"):
        use(service, lambda client: client.invoices.list(FIRST, LAST))
    assert len(service.requests) < count / 100 + 15


def test_an_invoice_that_comes_back_much_later_is_not_repeated(use: Use) -> None:
    first = [f"INV-{number:08}" for number in range(100)]
    pages = [[f"INV-{number:08}" for number in range(100 * page, 100 * page + 100)] for page in range(1, 15)]
    answers = [first, [first[99]], *pages, first, []]
    service = Service(*(success([{"uuid": uuid} for uuid in page]) for page in answers))
    listed = [invoice.uuid for invoice in use(service, lambda client: client.invoices.list(FIRST, LAST))]
    assert len(listed) == len(set(listed)) == 1500


def test_a_page_that_repeats_itself_gives_each_once(use: Use) -> None:
    service = Service(success([{"uuid": "INV-00000001"}] * 3, all_count=3))
    assert len(use(service, lambda client: client.invoices.list(FIRST, LAST))) == 1


def test_fewer_than_the_service_counts_is_a_warning(use: Use, caplog: pytest.LogCaptureFixture) -> None:
    service = Service(success([{"uuid": "INV-00000001"}], all_count=7), success([], all_count=7))
    use(service, lambda client: client.invoices.list(FIRST, LAST))
    (record,) = caplog.records
    assert (record.levelname, record.name) == ("WARNING", "cryptocloud")
    assert "counts 7 invoices from 2023-01-01 to 2023-01-31, and gave 1" in record.message
