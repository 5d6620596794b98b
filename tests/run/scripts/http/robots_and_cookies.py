"""What a crawler asks first, and a login that is remembered."""

import http.cookiejar
import urllib.parse
import urllib.request
import urllib.robotparser

robots = urllib.robotparser.RobotFileParser("http://www.musi-cal.com/robots.txt")
robots.read()
assert robots.can_fetch("*", "http://www.musi-cal.com/")
assert not robots.can_fetch("*", "http://www.musi-cal.com/cgi-bin/search")

opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
form = urllib.parse.urlencode({"user": "ann", "password": "secret"}).encode()
opener.open("http://www.shop.test/login", form).close()
with opener.open("http://www.shop.test/members") as page:
    assert b"ann" in page.read()
