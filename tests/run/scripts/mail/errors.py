"""The exceptions of smtplib that a client can bring about by itself."""

import smtplib

with smtplib.SMTP("smtp.example.com", 587) as server:
    server.starttls()
    try:
        server.login("your_username", "wrong")
    except smtplib.SMTPAuthenticationError as error:
        assert error.smtp_code == 535
    else:
        raise AssertionError("the wrong password was accepted")
    assert server.login("your_username", "your_password")[0] == 235

try:
    smtplib.SMTP("mail.onego.ru", local_hostname=" ").sendmail("ivan@onego.ru", "maria@onego.ru", "text")
except smtplib.SMTPHeloError as error:
    assert error.smtp_code >= 500
else:
    raise AssertionError("the greeting was accepted")

server = smtplib.SMTP("mail.onego.ru")
server.quit()
try:
    server.noop()
except smtplib.SMTPServerDisconnected:
    pass
else:
    raise AssertionError("still connected")
