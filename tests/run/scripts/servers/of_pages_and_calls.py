"""A web server and an XML-RPC server of one's own, where the sandbox has both."""

import http.server
import threading
import urllib.request
import xmlrpc.client
import xmlrpc.server


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"my own page")

    def log_message(self, *arguments):
        pass


def serving(server):
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    return thread


with http.server.HTTPServer(("", 8080), Page) as server:
    thread = serving(server)
    with urllib.request.urlopen("http://localhost:8080/") as page:
        assert page.read() == b"my own page"
    server.shutdown()
    thread.join()

with xmlrpc.server.SimpleXMLRPCServer(("localhost", 8000), logRequests=False) as calls:
    calls.register_function(lambda text: text * 2, "twice")
    thread = serving(calls)
    with xmlrpc.client.ServerProxy("http://localhost:8000/") as proxy:
        assert proxy.twice("own") == "ownown"
    calls.shutdown()
    thread.join()
