"""TLS from the first byte."""

import smtplib

server = smtplib.SMTP_SSL("smtp.gmail.com", 465)
server.login("username", "password")
assert server.sendmail("orlov@gmail.com", "orlov@mera.ru", "\nSent by a program.") == {}
assert server.quit()[0] == 221
