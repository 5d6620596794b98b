"""Basic authentication by handlers that are installed for every urlopen, directly and through a proxy."""

import urllib.error
import urllib.request

URL = "http://localhost/mywebdir/"


def opener(proxies, password):
    basic = urllib.request.HTTPBasicAuthHandler()
    basic.add_password("My page", "localhost", "user1", password)
    made = urllib.request.build_opener(
        urllib.request.ProxyHandler(proxies), basic, urllib.request.CacheFTPHandler()
    )
    made.addheaders = [("User-agent", "Mozilla/5.0")]
    return made


for proxies in ({}, {"http": "http://www.proxy.com:3128"}):
    urllib.request.install_opener(opener(proxies, "secret"))
    with urllib.request.urlopen(URL) as page:
        assert len(page.read(100)) > 0

try:
    opener({}, "wrong").open(URL)
except urllib.error.HTTPError as error:
    assert error.code == 401
    assert error.headers["WWW-Authenticate"].startswith('Basic realm="My page"')
else:
    raise AssertionError("the wrong password was accepted")
