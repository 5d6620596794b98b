"""A verified connection, and the status line."""

import http.client

connection = http.client.HTTPSConnection("www.python.org")
connection.request("GET", "/")
response = connection.getresponse()
assert (response.status, response.reason) == (200, "OK")
assert b"html" in response.read()
connection.close()
