"""The fields of a form in the body of a request, as browsers and libraries send it."""

from __future__ import annotations

from urllib.parse import parse_qsl


def form_of(content_type: str, body: bytes) -> dict[str, str]:
    """The fields of a URL-encoded or multipart form (RFC 7578), files left out; of a name that comes again the last.

    Empty if the body is none; whatever its octets are, nothing raises.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return _multipart(content_type, body) if media_type == "multipart/form-data" else {}


def _multipart(content_type: str, body: bytes) -> dict[str, str]:
    from email import message_from_bytes  # not needed for a start

    head = "Content-Type: " + " ".join(content_type.split())
    found: dict[str, str] = {}
    for part in message_from_bytes(head.encode("utf-8", "replace") + b"\r\n\r\n" + body).walk():
        name = part.get_param("name", header="Content-Disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes) and part.get_filename() is None:
            found[name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")] = content.decode(
                "utf-8", "replace"
            )
    return found
