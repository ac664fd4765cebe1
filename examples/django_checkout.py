"""Payment notifications in Django: `postback_view` makes a view for the `urlpatterns` of your project, and
`create_app` a whole application with nothing else, that answers at `/postback`.

`book` is yours: it delivers what was paid. It is called for every notification of a paid invoice, and the
same payment is announced more than once, also at the same time. Have it do its work once per
`invoice.uuid`: with a unique key, in the transaction of the work itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cryptocloud import CryptoCloud, PostbackError
from cryptocloud.models import Invoice
from cryptocloud.postback import MAX_BODY

log = logging.getLogger(__name__)


def postback_view(client: CryptoCloud, book: Callable[[Invoice], None]) -> Callable[..., Any]:
    def receive(request: HttpRequest) -> HttpResponse:
        try:
            postback = client.postbacks.verify(request.body, request.headers.get("Content-Type", ""))
        except PostbackError as error:
            # The reason is for you. Who forges notifications would learn from it.
            log.warning("%s", error)
            return HttpResponse(status=400)
        # From here on, an error is answered with 500: then it can be sent again.
        invoice = client.invoices.get(postback.invoice_id)
        if not invoice.is_paid:
            log.warning("%s was announced as paid, and is %s", invoice.uuid, invoice.status)
            return HttpResponse(status=409)
        book(invoice)
        return HttpResponse(status=200)

    # The service has no cookie of yours: the token in the body is what proves who sent it.
    view: Callable[..., Any] = csrf_exempt(require_POST(receive))
    return view


def create_app(client: CryptoCloud, book: Callable[[Invoice], None]) -> Callable[..., Any]:
    settings.configure(
        ROOT_URLCONF=(path("postback", postback_view(client, book)),),
        MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
        DATA_UPLOAD_MAX_MEMORY_SIZE=MAX_BODY,
    )
    app: Callable[..., Any] = get_wsgi_application()
    return app
