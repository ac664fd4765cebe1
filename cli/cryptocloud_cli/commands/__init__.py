"""The commands: a module each. `ROOT` has all of them."""

from __future__ import annotations

from cryptocloud_cli.groups import Group
from cryptocloud_cli.options import version_option

ROOT = Group(
    "cryptocloud",
    {
        "invoice": Group(
            "invoice",
            {
                "create": "invoice_create",
                "get": "invoice_get",
                "list": "invoice_list",
                "cancel": "invoice_cancel",
                "wait": "invoice_wait",
            },
            help="Take payments: create invoices, look them up, cancel them.",
        ),
        "balance": "balance",
        "stats": "stats",
        "wallet": Group("wallet", {"create": "wallet_create"}, help="Addresses for one customer each."),
        "postback": Group(
            "postback",
            {"verify": "postback_verify", "send": "postback_send"},
            help="Check a notification, or send one to your handler.",
        ),
        "sandbox": "sandbox",
        "doctor": "doctor",
        "spec": "spec",
        "completion": "completion",
    },
    params=[version_option()],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="CryptoCloud payments. Keys come from the environment: CRYPTOCLOUD_API_KEY, CRYPTOCLOUD_SHOP_ID.",
    epilog="Exit status: 0 done, 1 refused by the service, 2 misuse, 3 unknown, it may have been done,"
    " 4 nothing reached the service, 130 interrupted, 141 closed pipe.",
)
"""The whole."""
