"""Login without TLS, the inbox in small letters, and its first message."""

import imaplib

mailbox = imaplib.IMAP4("your_mail_server.com")
mailbox.login("your_username", "your_password")
assert mailbox.select("inbox")[0] == "OK"
status, found = mailbox.search(None, "ALL")
assert status == "OK"
numbers = found[0].split()
status, answer = mailbox.fetch(numbers[0], "(RFC822)")
assert status == "OK"
assert b"Subject:" in b"".join(part[1] for part in answer if isinstance(part, tuple))
mailbox.close()
assert mailbox.logout()[0] == "BYE"
