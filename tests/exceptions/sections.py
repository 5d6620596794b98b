"""All sections, in the order of the page."""

from __future__ import annotations

from tests.exceptions.ftp import FTP
from tests.exceptions.http import HTTP, URLLIB
from tests.exceptions.imap import IMAP
from tests.exceptions.pop3 import POP3
from tests.exceptions.registry import Section
from tests.exceptions.smtp import SMTP
from tests.exceptions.sockets import SOCKETS, TLS
from tests.exceptions.xmlrpc import XMLRPC

SECTIONS: tuple[Section, ...] = (SMTP, POP3, IMAP, FTP, URLLIB, HTTP, XMLRPC, SOCKETS, TLS)
