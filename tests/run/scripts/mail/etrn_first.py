"""ETRN before any greeting of the client's."""

import smtplib

server = smtplib.SMTP("mx.abcde.ru")
code, text = server.docmd("ETRN rnd.abcde.ru")
assert 250 <= code <= 253, (code, text)
assert server.quit()[0] == 221
