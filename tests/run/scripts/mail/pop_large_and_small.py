"""Large messages only by their headers, small ones whole."""

import email
import poplib

mailbox = poplib.POP3("pop.server.com")
assert mailbox.getwelcome().startswith(b"+OK POP3 ")
mailbox.user("user")
assert b"Mailbox open" in mailbox.pass_("secretword")
kinds = set()
identifiers = set()
for entry in mailbox.list()[1]:
    number, size = map(int, entry.split())
    identifiers.add(mailbox.uidl(number).split()[2])
    large = size > 32000
    lines = mailbox.top(number, 0)[1] if large else mailbox.retr(number)[1]
    letter = email.message_from_bytes(b"\r\n".join(lines))
    assert all(letter[field] for field in ("From", "To", "Subject"))
    kinds.add(large)
assert kinds == {True, False}
assert len(identifiers) == mailbox.stat()[0]
assert mailbox.quit() == b"+OK Sayonara"
