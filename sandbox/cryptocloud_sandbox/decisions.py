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
    "A body is read as a form if Content-Type says so, else as JSON, in UTF-8; an empty one counts as {}. "
    "For balances it is not read at all.",
    "A body that is not JSON, or not an object: 400 `validate_error`, `Body is not a JSON object`. One that "
    "is no form, or has more than 1,000 fields: `Body is not a form`.",
    "Of a form all values are texts. The last one of a name counts, except that `uuids` is the list of all "
    "of them. `add_fields` is ignored, as an object does not survive a form.",
    "Where an integer is expected, a text with its digits is one. An empty list where an object is expected "
    "is an empty object, as PHP writes it.",
    "A member that is null or empty counts as missing. Unknown members and the query string are ignored.",
    "cancel: `uuid` not a text: 400 `validate_error`, `uuid is not a string`. An unknown id, or a text "
    "that is no id: 400 `validate_error`, `Invoice is not created`.",
    "create: a wrong value is refused as `amount` is: {name: 'Invalid value name.'}. Another `shop_id`, "
    "an unknown coin, a lifetime that is not between 1 minute and 365 days are wrong values. All wrong "
    "ones are told at once.",
    "create: an amount is a number or a text with one, positive, at most 10^12, with at most 18 decimals.",
    "create: a lifetime is 24 hours unless told otherwise; of `hours` and `minutes` the missing one is 0. "
    "`order_id` can be any text, and be used again; a number is taken, and given back as a text.",
    "create: with `add_fields.cryptocurrency` the answer has besides `amount_in_crypto`, which is the price "
    "in that coin, and `amount_to_pay` (also `amount_to_pay_usd`), which is what has to be sent: the price "
    "and the fee of the transfer.",
    "create: `side_commission_service` is sent beside `side_commission_cc`, with the same value.",
    "`amount` is the price until a coin is chosen, then the amount in that coin. `amount_in_fiat` is "
    "the price, with the digits that were sent, except in postbacks and withdrawals, where it is 0 as "
    "in the samples.",
    "Prices of coins and currencies and fees are made up and fixed. The buyer pays the transfer, the "
    "merchant the service (1.9 %).",
    "A buyer without a wish pays in the first of `available_currencies`, else in USDT_TRC20, which is "
    "also the `currency` that is shown before.",
    "An invoice expires by itself when its time is over: `created` becomes `canceled`. `partial` stays "
    "`partial`.",
    "A payment to a `canceled` invoice, or the rest of a `partial` one after its time, changes nothing: the "
    "invoice stays, nothing is credited, and no postback is sent.",
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
    "static wallets: each deposit is announced with an `invoice_id` of its own, as an invoice that is paid "
    "and that neither info nor lists nor statistics know. `order_id` is the wallet's `identify`, the "
    "transfer is paid before, and the service takes 1.9 %. In test mode no balance changes, and a deposit "
    "is not taken back if the postback is not accepted. A wallet that is switched off takes none.",
    "static wallets: errors have the key `validation_error`. The same `identify` and coin give the same "
    "wallet. They work in test mode. `identify` can be a number, as `order_id` can.",
    "withdrawals: checked in this order: rate_limit, required_parameter, currency_code, network, "
    "uncorrected_amount, validate_error (the balance). All are 400.",
    "withdrawals: the 12 seconds are counted from the last one that was carried out. The fee is taken "
    "from the amount, which has to be larger. No postback is sent.",
    "postbacks: the merchant has accepted if the answer is 200 and comes, as a whole, within 10 seconds. "
    "No redirect is followed. One is sent, and no more by itself. If it is not accepted, an invoice in test "
    "mode is `created` again, as if nothing was paid. A repetition that is not accepted changes nothing.",
    "Test mode is on unless told otherwise, as in a new project. Balances do not change then.",
    "429 is answered only if a limit was ordered: a proxy's HTML page with `Retry-After`, and nothing is "
    "carried out.",
    "500 is answered if the sandbox's own file cannot be written: an HTML page, and nothing is carried out.",
    "With the seed 0, as on the command line, the shop id, the invoices and the static wallet of the spec's "
    "examples of requests are there, so that each of these is answered with success. They are known by their "
    "ids, and are not in lists and statistics. The example of a withdrawal needs no balance.",
    "The clock is never put back: if the machine's is, the sandbox's goes on from where it was.",
    "What is not HTTP at all is answered by the server: 400 with plain text, and the connection is closed.",
)
