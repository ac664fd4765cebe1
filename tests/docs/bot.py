"""The bot of the recipes, without Telegram. `test_recipes.py` runs this."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import GetMe, GetUpdates, SendMessage
from aiogram.methods.base import TelegramMethod
from aiogram.types import Chat, Message, Update, User

from cryptocloud_sandbox import Sandbox
from support.recipes import from_database, load
from support.stub import PATIENCE

pytestmark = pytest.mark.usefixtures("folder")


class Telegram(BaseSession):
    """Telegram, for one bot and one chat."""

    def __init__(self) -> None:
        super().__init__()
        self.updates: asyncio.Queue[Update] = asyncio.Queue()
        self.answers: asyncio.Queue[str] = asyncio.Queue()

    def write(self, text: str) -> None:
        """A message from somebody to the bot."""
        who = User(id=7, is_bot=False, first_name="Ann")
        chat = Chat(id=7, type="private")
        message = Message(message_id=1, date=datetime.now(UTC), chat=chat, from_user=who, text=text)
        self.updates.put_nowait(Update(update_id=1, message=message))

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        match method:
            case GetMe():
                return User(id=1, is_bot=True, first_name="Shop", username="shop_bot")
            case GetUpdates():
                return [await self.updates.get()]
            case SendMessage():
                assert method.chat_id == 7
                self.answers.put_nowait(method.text)
        return None

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        raise NotImplementedError
        yield b""

    async def close(self) -> None:
        pass


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hardly any time passes between two rounds of a watch."""

    async def sleep(_: float) -> None:
        await asyncio.sleep(0.01)

    monkeypatch.setattr("anyio.sleep", sleep)


async def listening(port: int) -> None:
    """Waits until somebody listens there."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def running_bot(telegram: Telegram, *port: int) -> AsyncGenerator[None, None]:
    running = asyncio.create_task(load("aiogram_bot").main(Bot("1:token", session=telegram), *port))
    for each in port:
        await listening(each)
    yield
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def buy(telegram: Telegram) -> str:
    """The id of the invoice that a buyer gets a link to."""
    telegram.write("/buy")
    answer = await telegram.answers.get()
    assert answer.startswith("Pay here: http://")
    return answer.rpartition("/")[2]


async def test_a_bot_is_told_of_a_payment_and_delivers_once(sandbox: Sandbox, deaf_port: int) -> None:
    telegram = Telegram()
    async with running_bot(telegram, deaf_port), aiohttp.ClientSession() as session:
        uuid = await buy(telegram)
        sandbox.pay(uuid)
        body, content_type, _ = sandbox.postback(uuid)
        url = f"http://127.0.0.1:{deaf_port}/postback"
        requests = [session.post(url, data=body, headers={"Content-Type": content_type}) for _ in range(3)]
        assert [reply.status for reply in await asyncio.gather(*requests)] == [200] * 3
        assert (await telegram.answers.get()).startswith("Thank you!")
        assert telegram.answers.empty()


@pytest.mark.usefixtures("no_waits")
async def test_a_bot_that_watches_and_is_started_again_misses_nobody(sandbox: Sandbox) -> None:
    telegram = Telegram()
    async with running_bot(telegram):
        uuids = [await buy(telegram), await buy(telegram), await buy(telegram)]
        sandbox.pay(uuids[0])
        assert (await telegram.answers.get()).startswith("Thank you!")
    sandbox.expire(uuids[1])
    sandbox.pay(uuids[2])
    async with running_bot(telegram):
        assert (await telegram.answers.get()).startswith("Thank you!")
    assert telegram.answers.empty()
    closed = "SELECT invoice FROM orders WHERE status = 'canceled'"
    assert from_database(closed, "orders.db") == [(f"INV-{uuids[1]}",)]
