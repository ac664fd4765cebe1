"""What the public documentation leaves open, and what the sandbox does."""

DECISIONS = (
    "Checks come in this order: path, method, credentials, size of the body, body, invoice.",
    "Unknown path, a trailing slash included: 404 with an HTML page, as a proxy gives.",
    "Any method but POST: 405 with `Allow: POST` and {'detail': 'Method \"GET\" not allowed.'}.",
    "Authorization header absent, repeated, without a key, or with another word than `Token` (case "
    "matters): 400 `authorization`.",
    "A key that does not decode as a JSON web token: 403 `Invalid header padding`, whatever ails it.",
    "A key that decodes and is not the one for this operation: 403 `Signature verification failed`. "
    "Never 401. Withdrawals take the withdrawal key and no other; everything else takes the project's.",
    "A body larger than 1 MiB: 413 with a `detail`.",
    "The body is read as JSON in UTF-8 whatever Content-Type says; an empty one counts as {}.",
    "A body that is not JSON, or not an object: 400 `validate_error`, `Body is not a JSON object`.",
    "A member that is null or empty counts as missing. Unknown members and the query string are ignored.",
    "cancel: `uuid` not a text: 400 `validate_error`, `uuid is not a string`. An unknown id, or a text "
    "that is no id: 400 `validate_error`, `Invoice is not created`.",
    "create: a wrong value is refused as `amount` is: {name: 'Invalid value name.'}. Another `shop_id`, "
    "an unknown coin, a lifetime that is not between 1 minute and 365 days are wrong values. All wrong "
    "ones are told at once.",
    "create: an amount is a number or a text with one, positive, at most 10^12, with at most 18 decimals.",
    "create: a lifetime is 24 hours unless told otherwise. `order_id` can be any text, and be used again.",
    "`amount` is the price until a coin is chosen, then the amount in that coin. `amount_in_fiat` is "
    "the price, with the digits that were sent, except in postbacks and withdrawals, where it is 0 as "
    "in the samples.",
    "Prices of coins and currencies and fees are made up and fixed. The buyer pays the transfer, the "
    "merchant the service (1.9 %).",
    "A buyer without a wish pays in the first of `available_currencies`, else in USDT_TRC20, which is "
    "also the `currency` that is shown before.",
    "An invoice expires by itself when its time is over: `created` becomes `canceled`. `partial` stays "
    "`partial`.",
    "A partial payment is not credited, and not announced, before the rest has come.",
    "info: answers in the order of the request, each invoice once; unknown ids are left out. A text "
    "that is no id, or more than 100: 400 `validate_error`. Withdrawals are not known here, nor in "
    "lists and statistics.",
    "list: newest first. Days are in UTC, and `end` belongs to the period, which may be as long as you like.",
    "list: `limit` is the size of a page, 1 to 100, unless the sandbox is told that it is the number of "
    "the last record. Then 10 is the default, too, what lies before `offset` is an empty page, and more "
    "than 100 are refused.",
    "list: {'start': 'start not passed.'} and the like for a missing date, 'Invalid value start.' for "
    "one that is none; `validate_error` for the rest. statistics: `validate_error` for everything.",
    "balances: the whole is available at once.",
    "static wallets: errors have the key `validation_error`. The same `identify` and coin give the same "
    "wallet. They work in test mode.",
    "withdrawals: checked in this order: rate_limit, required_parameter, currency_code, network, "
    "uncorrected_amount, validate_error (the balance). All are 400.",
    "withdrawals: the 12 seconds are counted from the last one that was carried out. The fee is taken "
    "from the amount, which has to be larger. No postback is sent.",
    "postbacks: the merchant has accepted if the answer is 200 and comes within 10 seconds. One is "
    "sent, and no more by itself. If it is not accepted, an invoice in test mode is `created` again, as "
    "if nothing was paid.",
    "Test mode is on unless told otherwise, as in a new project. Balances do not change then.",
    "What is not HTTP at all is answered by the server: 400 with plain text, and the connection is closed.",
)
