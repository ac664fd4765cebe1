"""The commands: a module each. `ROOT` has all of them."""

from __future__ import annotations

from cryptocloud_cli.groups import Group, Lazy
from cryptocloud_cli.options import version_option

ROOT = Group(
    "cryptocloud",
    {
        "invoice": Group(
            "invoice",
            {
                "create": Lazy("invoice_create", "Create an invoice; its link is where the buyer pays."),
                "get": Lazy("invoice_get", "Look invoices up."),
                "list": Lazy("invoice_list", "List invoices of a period."),
                "cancel": Lazy("invoice_cancel", "Cancel invoices that are in status created."),
                "wait": Lazy("invoice_wait", "Wait until an invoice is final: paid, overpaid or canceled."),
            },
            help="Take payments: create invoices, look them up, cancel them.",
        ),
        "balance": Lazy("balance", "Show the balance of each coin."),
        "stats": Lazy("stats", "Count the invoices of a period by status, and sum them up."),
        "wallet": Group(
            "wallet",
            {"create": Lazy("wallet_create", "Create an address for one coin and one customer.")},
            help="Addresses for one customer each.",
        ),
        "postback": Group(
            "postback",
            {
                "verify": Lazy("postback_verify", "Say whether the service sent a notification."),
                "send": Lazy("postback_send", "Send a notification to your handler."),
            },
            help="Check a notification, or send one to your handler.",
        ),
        "sandbox": Lazy("sandbox", "Run a local CryptoCloud, or give orders to one."),
        "doctor": Lazy("doctor", "Hold a host's answers to the spec, with a key in test mode."),
        "spec": Lazy("spec", "Print the description of the API, as OpenAPI."),
        "completion": Lazy("completion", "Print what makes a shell complete commands."),
    },
    params=[version_option()],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="CryptoCloud payments. Keys come from the environment: CRYPTOCLOUD_API_KEY, CRYPTOCLOUD_SHOP_ID.",
    epilog="Exit status: 0 done, 1 refused by the service, 2 misuse, 3 unknown, it may have been done,"
    " 4 nothing reached the service, 130 interrupted, 141 closed pipe.",
)
"""The whole."""
