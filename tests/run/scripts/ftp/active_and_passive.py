"""Both kinds of data connections, and both ways."""

import ftplib
import io

with ftplib.FTP("ftp.example.com", "username", "password") as ftp:
    for passive in (True, False):
        ftp.set_pasv(passive)
        ftp.storbinary("STOR both_ways.bin", io.BytesIO(b"\x00\xff" * 50000))
        received = io.BytesIO()
        ftp.retrbinary("RETR both_ways.bin", received.write)
        assert received.getvalue() == b"\x00\xff" * 50000
        assert ftp.size("both_ways.bin") == 100000
    ftp.delete("both_ways.bin")
