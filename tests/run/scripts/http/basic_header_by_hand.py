"""Basic authentication in a header field made by hand."""

import base64
import urllib.request

request = urllib.request.Request("http://localhost/mywebdir")
request.add_header("Authorization", "Basic " + base64.b64encode(b"user1:secret").decode())
with urllib.request.urlopen(request) as page:
    assert page.status == 200
    assert page.read()
