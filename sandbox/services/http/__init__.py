"""HTTP: sites by host name, endpoints that echo, the shared files, the mail that arrived.

aiohttp below its router (RFC 9110, RFC 9112).
"""
