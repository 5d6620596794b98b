"""Sums and powers at an address without a path; mistakes are exceptions."""

import xmlrpc.client

with xmlrpc.client.ServerProxy("http://localhost:8000") as server:
    assert server.add(3, 5) == 8
    assert server.add(1, 3) == 4
    assert server.pow(2, 5) == 32
    try:
        server.add(1)
    except xmlrpc.client.Error as error:
        assert isinstance(error, xmlrpc.client.Fault)
    else:
        raise AssertionError("one number is no sum")
