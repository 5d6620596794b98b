"""What one host takes by SMTP two others show by POP3 and IMAP."""

import imaplib
import poplib
import smtplib

with smtplib.SMTP("smtp.example.com", 25) as server:
    server.sendmail("ann@example.com", ["reader@example.com"], "Subject: All three\r\n\r\nHello!\r\n")

pop = poplib.POP3("pop.example.com")
pop.user("reader@example.com")
pop.pass_("secret")
count = pop.stat()[0]
assert b"Hello!" in pop.retr(count)[1]
pop.quit()

with imaplib.IMAP4("imap.example.com") as imap:
    imap.login("reader@example.com", "secret")
    imap.select()
    assert imap.search(None, "SUBJECT", '"All three"')[1][0].split()
