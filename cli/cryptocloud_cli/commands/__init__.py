"""The commands: a module each. `ROOT` has all of them."""

from __future__ import annotations

import click

from cryptocloud_cli.groups import Group, Lazy


def _version_option() -> click.Option:
    """`--version`: that of the package, and of the API's description."""

    def show(context: click.Context, _parameter: click.Parameter, is_asked: bool) -> None:
        if is_asked and not context.resilient_parsing:
            import cryptocloud

            click.echo(f"cryptocloud {cryptocloud.__version__}, API {cryptocloud.__api_version__}")
            context.exit()

    return click.Option(
        ["--version"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=show,
        help="Show the version of the package, and of the API, and exit.",
    )


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
    params=[_version_option()],
    context_settings={"help_option_names": ["-h", "--help"]},
    help="CryptoCloud payments. Keys come from the environment: CRYPTOCLOUD_API_KEY, CRYPTOCLOUD_SHOP_ID.",
    epilog="Exit status: 0 done, 1 refused by the service, 2 misuse, 3 unknown, it may have been done,"
    " 4 nothing reached the service, 130 interrupted, 141 closed pipe.",
)
"""The whole."""
