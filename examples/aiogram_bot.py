"""A bot that sells one thing, and keeps its orders in `orders.db`.

    python aiogram_bot.py         asks the service who has paid: it needs no public URL
    python aiogram_bot.py 8080    is told by postbacks, at port 8080 and /postback

Its keys are `BOT_TOKEN` and the three of `CRYPTOCLOUD_*`; only postbacks need the secret key.
"""

import asyncio
import logging
import os
import sqlite3
import sys

from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import Command
from aiogram.types import Message
from aiohttp import web

from cryptocloud import AsyncCryptoCloud, Invoice
from cryptocloud.web.aiohttp import postback

log = logging.getLogger(__name__)


class Shop:
    def __init__(self, bot: Bot, client: AsyncCryptoCloud) -> None:
        self.bot = bot
        self.client = client
        self.orders = sqlite3.connect("orders.db")
        self.orders.execute("CREATE TABLE IF NOT EXISTS orders (invoice TEXT PRIMARY KEY, chat, status)")
        self.one_at_a_time = asyncio.Lock()

    async def sell(self, message: Message) -> None:
        """Answers /buy with a link."""
        invoice = await self.client.invoices.create("5.00", order_id=f"chat {message.chat.id}")
        with self.orders:
            self.orders.execute("INSERT INTO orders VALUES (?, ?, 'open')", (invoice.uuid, message.chat.id))
        await message.answer(f"Pay here: {invoice.link}")

    async def close(self, invoice: Invoice) -> None:
        """Delivers what is paid, once. If it is killed in between, it delivers again: better than never."""
        async with self.one_at_a_time:
            find = "SELECT chat FROM orders WHERE invoice = ? AND status = 'open'"
            for (chat,) in self.orders.execute(find, (invoice.uuid,)).fetchall():
                if invoice.is_paid:
                    await self.bot.send_message(chat, "Thank you! Here is your key: 4F7K-93QD")
                row = (invoice.status, invoice.uuid)
                with self.orders:
                    self.orders.execute("UPDATE orders SET status = ? WHERE invoice = ?", row)

    def open_orders(self) -> list[str]:
        return [uuid for (uuid,) in self.orders.execute("SELECT invoice FROM orders WHERE status = 'open'")]

    async def watch(self) -> None:
        async for invoice in self.client.invoices.watch(self.open_orders):
            try:
                await self.close(invoice)
            except TelegramAPIError:
                log.exception("%s is not delivered, and comes again in the next round", invoice.uuid)

    async def listen(self, port: int) -> None:
        app = web.Application()
        app.router.add_post("/postback", postback(self.client, self.close))
        runner = web.AppRunner(app)
        try:
            await runner.setup()
            await web.TCPSite(runner, port=port).start()
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()


async def main(bot: Bot, port: int | None = None) -> None:
    async with AsyncCryptoCloud() as client, asyncio.TaskGroup() as tasks:
        shop = Shop(bot, client)
        payments = tasks.create_task(shop.listen(port) if port else shop.watch())
        dispatcher = Dispatcher()
        dispatcher.message.register(shop.sell, Command("buy"))
        await dispatcher.start_polling(bot)
        payments.cancel()


if __name__ == "__main__":
    asyncio.run(main(Bot(os.environ["BOT_TOKEN"]), *map(int, sys.argv[1:])))
