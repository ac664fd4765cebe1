"""A thousand postbacks at once, to each shop of the recipes."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from cryptocloud_sandbox import Sandbox
from support.recipes import from_database
from support.shops import SHOPS
from support.web import Reply, send

CROWD = 1_000

IN_FLIGHT = {"fastapi_shop": CROWD, "aiohttp_shop": CROWD, "flask_shop": 16, "django_checkout": 16}
"""How many come at the same time. Before a server of threads, the others wait."""


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("shop", SHOPS)
def test_each_is_delivered_once(shop: str, sandbox: Sandbox) -> None:
    announced = [sandbox.postback(sandbox.add_invoice("paid")) for _ in range(CROWD)]
    with SHOPS[shop]() as port:
        statuses = at_once(
            IN_FLIGHT[shop],
            [partial(send, port, each.body, each.content_type) for each in announced],
        )
    assert statuses == {200: CROWD}
    assert from_database("SELECT count(*) FROM delivered") == [(CROWD,)]
    assert from_database("SELECT pieces FROM stock") == [(100 - CROWD,)]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("shop", SHOPS)
def test_one_that_comes_again_and_again_is_delivered_once(shop: str, sandbox: Sandbox) -> None:
    body, content_type, _ = sandbox.postback(sandbox.add_invoice("paid"))
    with SHOPS[shop]() as port:
        statuses = at_once(IN_FLIGHT[shop], [partial(send, port, body, content_type)] * CROWD)
    assert statuses == {200: CROWD}
    assert from_database("SELECT pieces FROM stock") == [(99,)]


def at_once(number: int, calls: list[Callable[[], Reply]]) -> Counter[int]:
    """The statuses of what calls are answered, so many of which begin at the same time."""
    barrier = threading.Barrier(number)
    with ThreadPoolExecutor(number, initializer=barrier.wait) as pool:
        return Counter(pool.map(lambda call: call().status, calls))
