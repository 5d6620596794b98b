"""The small web servers of the lessons, each on its port."""

from urllib.request import urlopen

for address, wanted in (
    ("localhost:8000", b"Hello, world!"),
    ("127.0.0.1:8080", b"Hello World!"),
    ("localhost:8099", b"HelloWorld from cherrypy!"),
    ("localhost:8888", b"Directory listing"),
):
    with urlopen(f"http://{address}/") as page:
        assert wanted in page.read(), address
