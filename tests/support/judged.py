"""A client by hand that goes through every step of the judge, or does one thing wrong."""

import base64
import contextlib
import datetime
import hmac
import http.client
import http.server
import json
import os
import sys
import time
import urllib.parse
from typing import Any

fault = (sys.argv[1:] or ["none"])[0]
url = urllib.parse.urlsplit(os.environ["CRYPTOCLOUD_BASE_URL"])


def say(step: str, text: object) -> None:
    if fault != f"no {step}":
        print(f"{step}: {text}", flush=True)


def post(
    path: str,
    document: object,
    key: str = os.environ["CRYPTOCLOUD_API_KEY"],
    content_type: str = "application/json",
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(url.netloc, timeout=10)
    headers = {"Authorization": f"Token {key}", "Content-Type": content_type}
    connection.request("POST", url.path + path, json.dumps(document), headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


order: dict[str, object] = {"shop_id": os.environ["CRYPTOCLOUD_SHOP_ID"], "amount": 100.5}
if fault == "an amount as a text":
    order["amount"] = "100.50"
if fault == "a field that there is not":
    order["callback_url"] = "https://shop.example"
if fault == "a wrong path":
    with contextlib.suppress(ValueError):  # it is a page
        post("/invoice/cancel", {})


def create() -> str:
    kind = "text/plain" if fault == "no JSON" else "application/json"
    return post("/invoice/create", order, content_type=kind)[1]["result"]["uuid"]  # type: ignore[no-any-return] # JSON


uuid = create()
say("create", "done" if fault == "no id" else uuid)
if fault != "no call":
    post("/invoice/merchant/info", {"uuids": [uuid]})
say("look-up", "created")
try:
    post("/invoice/merchant/canceled", {"uuid": uuid})
    print("no answer was lost")
except (OSError, http.client.HTTPException):
    if fault == "a second look":
        post("/invoice/merchant/info", {"uuids": [uuid]})
    claims = {"a success": "canceled", "a second look": "canceled", "a refusal": "refused"}
    say("lost-answer", claims.get(fault, "unknown"))
status, answer = post("/invoice/merchant/canceled", {"uuid": uuid})
assert status == 400
say("refused", answer["result"]["validate_error"])
if fault == "it fails":
    sys.exit(3)
post("/invoice/merchant/canceled", {"uuid": create()})
say("cancel", "canceled")
assert post("/invoice/merchant/info", {"uuids": [uuid]}, key="wrong")[0] == 403
say("wrong-key", "403")
today = datetime.datetime.now(datetime.UTC).strftime("%d.%m.%Y")
post("/invoice/merchant/list", {"start": today, "end": today})
say("list", "2")
if fault == "it ends":
    sys.exit()


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def is_genuine(token: str) -> bool:
    head, claims, signature = token.split(".")
    key = os.environ["CRYPTOCLOUD_SECRET_KEY"].encode()
    expected = hmac.digest(key, f"{head}.{claims}".encode(), "sha256")
    if fault != "anybody" and not hmac.compare_digest(expected, decoded(signature)):
        return False
    claims = json.loads(decoded(claims))
    return fault in ("anybody", "any time") or claims["exp"] > time.time()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.headers["Content-Type"] == "application/json":
            document = json.loads(body)
        elif fault == "no forms":
            raise ValueError
        else:
            document = dict(urllib.parse.parse_qsl(body))
        accepted = self.path == "/postback" and is_genuine(document["token"])
        self.send_response(200 if accepted else 500 if fault == "an error" else 400)
        self.end_headers()


http.server.HTTPServer(("127.0.0.1", int(os.environ["CRYPTOCLOUD_POSTBACK_PORT"])), Handler).serve_forever()
