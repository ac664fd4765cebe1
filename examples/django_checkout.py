"""A checkout in Django: `path("", include("django_checkout"))` in the project's urls.

Its keys are `CRYPTOCLOUD_API_KEY`, `CRYPTOCLOUD_SHOP_ID` and `CRYPTOCLOUD_SECRET_KEY`.
"""

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST

from cryptocloud import CryptoCloud, Invoice
from cryptocloud.web.django import postback

client = CryptoCloud()


@transaction.atomic
def deliver(invoice: Invoice) -> None:
    """Hands over what is paid. It is called again for the same invoice, perhaps at the same time."""
    with connection.cursor() as db:
        row = (invoice.uuid, invoice.order_id)
        db.execute("INSERT INTO delivered VALUES (%s, %s) ON CONFLICT DO NOTHING", row)
        if db.rowcount:
            db.execute("UPDATE stock SET pieces = pieces - 1")


@require_POST
def order(request: HttpRequest, order_id: str) -> HttpResponse:
    invoice = client.invoices.create("20.00", order_id=order_id)
    return HttpResponseRedirect(invoice.link, status=303)


urlpatterns = [path("order/<order_id>", order), path("postback", postback(client, deliver))]
