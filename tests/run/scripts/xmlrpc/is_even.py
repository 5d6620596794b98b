"""Truth values at an address with a slash."""

import xmlrpc.client

with xmlrpc.client.ServerProxy("http://localhost:8000/") as proxy:
    assert proxy.is_even(3) is False
    assert proxy.is_even(100) is True
