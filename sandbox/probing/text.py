"""What several checks ask of a text."""

from __future__ import annotations

from sandbox.probing.talk import Wrong


def text_of(data: bytes) -> str:
    """The text in UTF-8 without line end. Raises Wrong."""
    try:
        return data.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Wrong("that is not UTF-8, and a client that calls decode() fails: send text.encode()") from None


def beside_the_lesson(text: str, lessons: tuple[str, ...]) -> str | None:
    """A remark if the text is none of the lessons': clients show it, and do not depend on it."""
    if not lessons or text in lessons:
        return None
    return f"the text is your own; the lesson's server says {' or '.join(map(repr, lessons))}"
