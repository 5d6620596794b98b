"""Introspection, several calls at once, and calls at the same time."""

import threading
import xmlrpc.client

with xmlrpc.client.ServerProxy("http://localhost:8000/") as proxy:
    assert {"add", "pow", "is_even", "mul"} <= set(proxy.system.listMethods())
    together = xmlrpc.client.MultiCall(proxy)
    together.add(7, 3)
    together.mul(7, 3)
    assert tuple(together()) == (10, 21)

try:
    xmlrpc.client.ServerProxy("http://google.com/").no_such_page()
except xmlrpc.client.ProtocolError as error:
    assert error.errcode == 405
else:
    raise AssertionError("a search engine answered a call")


def call(number):
    with xmlrpc.client.ServerProxy("http://localhost:8000/") as proxy:
        sums[number] = proxy.add(number, number)


sums = {}
threads = [threading.Thread(target=call, args=(number,)) for number in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert sums == {0: 0, 1: 2, 2: 4, 3: 6}
