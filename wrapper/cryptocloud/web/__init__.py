"""A view for payment notifications, for four frameworks. Each is loaded by whoever imports it.

    from cryptocloud.web.flask import postback              # for CryptoCloud
    from cryptocloud.web.starlette import postback          # for AsyncCryptoCloud; FastAPI, too
    from cryptocloud.web.aiohttp import postback            # for AsyncCryptoCloud
    from cryptocloud.web.django import postback             # for either

`postback(client, deliver)` makes the view. It raises `ValueError` if the client has no secret key, and
`TypeError` if the client or `deliver` is of the wrong kind. With `accept_test=False` a payment in test mode
is refused; otherwise it counts, with a warning in the log.

`deliver(invoice)` is yours: it does what was paid for, and is called at least once for each paid invoice, and
perhaps twice at the same time. Where the view awaits, `deliver` may be a coroutine function; a plain function
runs in a thread. Bodies of answers are empty:

    200  `deliver` has returned
    400  the notification is forged, too old or broken
    405  another method than POST
    409  the invoice is not paid, or not known
    413  more than `cryptocloud.postback.MAX_BODY` bytes
    500  `deliver` raised, or something in front of the view has read the body
    503  the invoice could not be looked up

All but the first are logged, by the logger `cryptocloud`.
"""
