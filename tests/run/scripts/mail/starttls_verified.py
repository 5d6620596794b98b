"""TLS as a careful program has it: the certificate is checked for the name that was called."""

import imaplib
import poplib
import smtplib
import ssl

context = ssl.create_default_context()
assert context.verify_mode is ssl.CERT_REQUIRED

with smtplib.SMTP("smtp.example.com", 587) as smtp:
    smtp.starttls(context=context)
    assert ("DNS", "smtp.example.com") in smtp.sock.getpeercert()["subjectAltName"]

pop = poplib.POP3("pop.example.com", 110)
assert pop.stls(context=context).startswith(b"+OK")
pop.quit()

with imaplib.IMAP4_SSL("imap.example.com", 993, ssl_context=context) as imap:
    assert imap.login("your_username", "your_password")[0] == "OK"
