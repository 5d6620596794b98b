"""The commands of SMTP one by one, and several mails in one session."""

import smtplib

server = smtplib.SMTP("mail.onego.ru", 25)
assert server.helo()[0] == 250
assert server.ehlo()[0] == 250
assert server.has_extn("size")
assert server.noop()[0] == 250
assert server.help()
assert server.verify("maria@onego.ru")[0] in (250, 252)
assert server.expn("everybody")[0] == 250
for number in range(3):
    assert server.mail("ivan@onego.ru")[0] == 250
    assert server.rcpt("maria@onego.ru")[0] == 250
    assert server.data(f"Subject: {number}\r\n\r\ntext\r\n")[0] == 250
assert server.rset()[0] == 250
assert server.quit()[0] == 221
