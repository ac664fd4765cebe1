"""JSON web tokens, as far as the service shows them: three base64url parts, HS256."""

import hmac
import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping


def sign(claims: Mapping[str, object], secret: bytes) -> str:
    """A token over ``claims``, signed with HMAC-SHA256."""
    # This order of members makes a key begin as the documented ones do: eyJ0eXAiOiJK...
    signed = _encode_json({"typ": "JWT", "alg": "HS256"}) + "." + _encode_json(claims)
    return signed + "." + _encode(hmac.digest(secret, signed.encode(), "sha256"))


def is_token(text: str) -> bool:
    """Whether ``text`` decodes as a token at all, whoever signed it."""
    try:
        header, claims, _signature = (_decode(part) for part in text.split("."))
        return isinstance(json.loads(header), dict) and isinstance(json.loads(claims), dict)
    except (ValueError, RecursionError):
        return False


def _encode_json(value: Mapping[str, object]) -> str:
    return _encode(json.dumps(value, separators=(",", ":")).encode())


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(part: str) -> bytes:
    return b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
