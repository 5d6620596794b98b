"""A mail in windows-1251, byte for byte, with the dialogue on stderr."""

import contextlib
import io
import smtplib

LETTER = (
    "From: <ivan@onego.ru>\r\nTo: <maria@onego.ru>\r\nSubject: Привет\r\n"
    "Content-Type: text/plain; charset=windows-1251\r\n\r\nКак дела?\r\n"
).encode("cp1251")

said = io.StringIO()
with contextlib.redirect_stderr(said):
    server = smtplib.SMTP("mail.onego.ru")
    server.set_debuglevel(1)
    refused = server.sendmail("ivan@onego.ru", ["maria@onego.ru"], LETTER)
    server.quit()

assert refused == {}
for wanted in (
    f"size={len(LETTER)}",
    "<ivan@onego.ru>... Sender ok",
    "<maria@onego.ru>... Recipient ok",
    "retcode (354)",
    "Message accepted for delivery",
    "closing connection",
):
    assert wanted in said.getvalue(), wanted
