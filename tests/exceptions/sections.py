"""All sections, in the order of the page."""

from __future__ import annotations

from tests.exceptions.ftp import FTP
from tests.exceptions.imap import IMAP
from tests.exceptions.pop3 import POP3
from tests.exceptions.registry import Section
from tests.exceptions.smtp import SMTP

SECTIONS: tuple[Section, ...] = (SMTP, POP3, IMAP, FTP)
