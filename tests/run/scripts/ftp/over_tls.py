"""FTP with TLS for the control and the data connection, verified."""

import ftplib
import ssl

with ftplib.FTP_TLS("ftp.example.com", context=ssl.create_default_context()) as ftp:
    ftp.login("username", "password")
    ftp.prot_p()
    assert ftp.nlst("/pub")
