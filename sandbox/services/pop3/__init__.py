"""POP3: hands out the INBOX of whoever logs in; APOP, STLS, SASL.

Our own protocol core (RFC 1939).
"""
