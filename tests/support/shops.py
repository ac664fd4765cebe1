"""The shops among the recipes, each behind a server of its kind."""

import contextlib
import sqlite3
from contextlib import AbstractContextManager

import django
import django.db
from django.conf import empty, settings
from django.core.wsgi import get_wsgi_application

from support.recipes import load
from support.web import serving_aiohttp, serving_asgi, serving_wsgi


def make_database() -> None:
    """The tables of the Django project, as its migrations would make them."""
    with contextlib.closing(sqlite3.connect("shop.db")) as db, db:
        db.execute("CREATE TABLE delivered (invoice TEXT PRIMARY KEY, order_id TEXT)")
        db.execute("CREATE TABLE stock AS SELECT 100 AS pieces")


def load_django() -> None:
    make_database()
    # Django can be configured once in a process, and is configured anew for each test.
    settings._wrapped = empty
    vars(django.db.connections).clear()
    django.db.connections.__init__()
    settings.configure(
        ROOT_URLCONF=load("django_checkout"),
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.db"}},
        ALLOWED_HOSTS=["*"],
    )
    django.setup()


def in_fastapi() -> AbstractContextManager[int]:
    return serving_asgi(load("fastapi_shop").create_app())


def in_flask() -> AbstractContextManager[int]:
    return serving_wsgi(load("flask_shop").create_app())


def in_aiohttp() -> AbstractContextManager[int]:
    return serving_aiohttp(load("aiohttp_shop").create_app)


def in_django() -> AbstractContextManager[int]:
    load_django()
    return serving_wsgi(get_wsgi_application())


SHOPS = {
    "fastapi_shop": in_fastapi,
    "flask_shop": in_flask,
    "aiohttp_shop": in_aiohttp,
    "django_checkout": in_django,
}
