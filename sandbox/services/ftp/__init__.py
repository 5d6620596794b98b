"""FTP: stores and sends files, active and passive, with AUTH TLS and FTPS.

aioftp's users, sessions and command table, with our own loop, commands and data connections (RFC 959).
"""
