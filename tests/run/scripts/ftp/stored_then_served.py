"""What FTP stores HTTP serves."""

import ftplib
import io
import urllib.request

with ftplib.FTP("ftp.example.com") as ftp:
    ftp.login("username", "password")
    ftp.cwd("/remote/directory")
    ftp.storbinary("STOR served.txt", io.BytesIO(b"one tree of files\n"))

with urllib.request.urlopen("http://www.example.com/files/remote/directory/served.txt") as page:
    assert page.read() == b"one tree of files\n"
