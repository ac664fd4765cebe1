"""Views of Django: asynchronous and not, under ASGI and under WSGI."""

import asyncio

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client
from django.urls import path

from cryptocloud import AsyncCryptoCloud, CryptoCloud

client = CryptoCloud()
async_client = AsyncCryptoCloud()


def view(_: HttpRequest) -> HttpResponse:
    client.invoices.cancel("INV-AAAAAAAA")
    return HttpResponse("cancelled")


async def async_view(_: HttpRequest, uuid: str) -> HttpResponse:
    await async_client.invoices.cancel(uuid)
    return HttpResponse("cancelled")


urlpatterns = [path("sync", view), path("async/<uuid>", async_view)]


async def asgi() -> None:
    browser = AsyncClient()
    for address in ("/sync", "/sync", "/async/INV-AAAAAAAA", "/async/INV-AAAAAAAA"):
        assert (await browser.get(address)).content == b"cancelled"
    await asyncio.gather(*(browser.get(f"/async/INV-CROWD00{number}") for number in range(4)))


def wsgi() -> None:
    # Django runs an asynchronous view in an event loop that ends with the request.
    browser = Client()
    for address in ("/sync", "/async/INV-AAAAAAAA", "/async/INV-AAAAAAAA"):
        assert browser.get(address).content == b"cancelled"


settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"])
django.setup()
wsgi()
asyncio.run(asgi())
wsgi()
