"""A mail with a Cyrillic subject, over a connection that is upgraded to TLS."""

import smtplib
from email.mime.text import MIMEText

letter = MIMEText("Добрый день, это проверка.", "plain", "utf-8")
letter["Subject"] = "Проверка связи"
letter["From"] = "me@example.com"
letter["To"] = "you@example.com"

with smtplib.SMTP("smtp.example.com", 587) as server:
    assert server.starttls()[0] == 220
    assert server.sock.version().startswith("TLS")
    assert server.login("your_username", "your_password")[0] == 235
    assert server.sendmail("me@example.com", "you@example.com", letter.as_string()) == {}
