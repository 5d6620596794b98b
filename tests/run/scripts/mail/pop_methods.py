"""The other methods of poplib; what is deleted is only gone after quit()."""

import poplib


def opened():
    mailbox = poplib.POP3("pop.server.com")
    mailbox.apop("methods", "secretword")
    return mailbox


mailbox = opened()
count, octets = mailbox.stat()
assert mailbox.list(1).split()[1] == b"1"
assert mailbox.uidl()[1][0].split()[1] == mailbox.uidl(1).split()[2]
assert mailbox.noop().startswith(b"+OK")
assert len(mailbox.top(1, 1)[1]) == len(mailbox.top(1, 0)[1]) + 1
mailbox.dele(1)
assert mailbox.stat()[0] == count - 1
mailbox.rset()
assert mailbox.stat() == (count, octets)
for refused in (lambda: mailbox.retr(count + 100), lambda: mailbox.rpop("user")):
    try:
        refused()
    except poplib.error_proto as error:
        assert b"-ERR" in error.args[0]
    else:
        raise AssertionError("accepted")
mailbox.dele(1)
mailbox.quit()

mailbox = opened()
assert mailbox.stat()[0] == count - 1
mailbox.quit()
