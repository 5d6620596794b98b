"""SMTP: takes mail in for every recipient; submission, STARTTLS, AUTH.

aiosmtpd's protocol under the tap (RFC 5321), delivering into the mail store.
"""
