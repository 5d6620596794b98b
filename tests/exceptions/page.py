"""The table of exceptions in ``docs/faults.md``."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from tests.exceptions.registry import Provocation, Section

PATH = Path(__file__).parents[2] / "docs" / "faults.md"
BEGIN = "<!-- What follows is written by python -m tests.exceptions -->\n"
END = "<!-- What precedes is written by python -m tests.exceptions -->\n"


def render(sections: Sequence[Section], raised: Callable[[Provocation], BaseException]) -> str:
    """The page with the table anew."""
    before, begin, rest = PATH.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    assert end, "the marks are missing"
    table = "\n".join(line for section in sections for line in _section(section, raised))
    return f"{before}{begin}\n{table}\n{end}{after}"


def row(provocation: Provocation, error: BaseException) -> str:
    """The line of one provocation."""
    assert type(error) is provocation.exception, repr(error)
    rule = f"`{provocation.rule}`" if provocation.rule else "none"
    return _line([f"`{provocation.name}`", rule, provocation.call, f"`{_told(error)}`"])


def _section(section: Section, raised: Callable[[Provocation], BaseException]) -> Iterator[str]:
    yield f"### {section.library}\n"
    yield _line(["exception", "rule", "what the client does", "what it says"])
    yield "|---" * 4 + "|"
    for provocation in section.provocations:
        yield row(provocation, raised(provocation))
    yield ""


def _told(error: BaseException) -> str:
    """The text of an exception, without what is different in each run, each Python and each OpenSSL."""
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLCertVerificationError):
        return "(as OpenSSL says it)"
    text = " ".join(str(error).split())
    text = re.sub(r"localhost:\d+|port \d{4,5}", "…", text)
    text = re.sub(r"learner\d+", "ann", text)
    text = re.sub(r" \(_ssl\.c:\d+\)", "", text)
    return text.replace("`", "'") or "(nothing)"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
