"""A mail to two recipients; the program ends without saying goodbye."""

import smtplib
from email.header import Header
from email.mime.text import MIMEText

letter = MIMEText("Письмо из программы.", "plain", "utf-8")
letter["From"] = Header("Программа", "utf-8")
letter["To"] = Header("Читатель", "utf-8")
letter["Subject"] = Header("Пример", "utf-8")

server = smtplib.SMTP("smtp.126.com")
assert server.login("abcdefg@126.com", "secretpass")[0] == 235
assert server.sendmail("abcdefg@126.com", ["uvwxyz@qq.com", "uvwxyz@126.com"], letter.as_string()) == {}
