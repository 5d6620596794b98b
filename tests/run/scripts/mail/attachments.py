"""Two attachments, each with two Content-Type fields, after a login in plain text; then they are read again."""

import email
import poplib
import smtplib
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

SHEET = bytes(range(256)) * 20

letter = MIMEMultipart()
letter["Subject"] = Header("Отчёт за квартал", "utf-8")
letter.attach(MIMEText("Оба файла приложены.", "plain", "utf-8"))
for content, kind, name in (
    ("привет".encode(), "text/plain", "hello.txt"),
    (SHEET, "application/vnd.ms-excel", "month-data.xlsx"),
):
    part = MIMEText(content, "base64", "utf-8")
    part["Content-Type"] = kind
    part["Content-Disposition"] = f"attachment; filename={name}"
    letter.attach(part)

server = smtplib.SMTP("smtp.222.com")
server.login("abcdefg@222.com", "secretpass")
assert server.sendmail("abcdefg@222.com", ["attachments@222.com"], letter.as_string()) == {}
server.quit()

mailbox = poplib.POP3("pop.222.com")
mailbox.user("attachments@222.com")
mailbox.pass_("secretpass")
count, _ = mailbox.stat()
received = email.message_from_bytes(b"\r\n".join(mailbox.retr(count)[1]))
mailbox.quit()
files = {
    part.get_filename(): part.get_payload(decode=True) for part in received.walk() if part.get_filename()
}
assert files == {"hello.txt": "привет".encode(), "month-data.xlsx": SHEET}
assert received["From"] is None
