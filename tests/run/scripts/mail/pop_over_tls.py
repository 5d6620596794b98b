"""POP3 with TLS from the first byte."""

import poplib

mailbox = poplib.POP3_SSL("pop.gmail.com")
mailbox.user("username")
mailbox.pass_("password")
assert mailbox.stat()[0] >= 1
mailbox.quit()
