"""A file stored in a directory of the server's."""

import ftplib
import io

ftp = ftplib.FTP()
assert ftp.connect("ftp.example.com", 21).startswith("220")
assert ftp.login("username", "password").startswith("230")
assert ftp.cwd("/remote/directory").startswith("250")
assert ftp.storbinary("STOR remote_file.txt", io.BytesIO(b"stored by a program\n")).startswith("226")
assert "remote_file.txt" in ftp.nlst()
assert ftp.quit().startswith("221")
