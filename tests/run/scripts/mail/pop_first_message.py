"""The list of a mailbox and its first message, as poplib gives them."""

import poplib

mailbox = poplib.POP3("pop.example.com")
mailbox.user("your_username")
mailbox.pass_("your_password")
response, entries, octets = mailbox.list()
assert response.startswith(b"+OK")
assert entries[0].startswith(b"1 ")
response, lines, octets = mailbox.retr(1)
assert entries[0] == b"1 %d" % octets
assert any(line.startswith(b"Subject:") for line in lines)
mailbox.quit()
