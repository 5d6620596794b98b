"""IMAP4rev1: mailboxes, flags, searches, and changes as they happen.

Our own protocol core (RFC 3501), with the extensions real clients use.
"""
