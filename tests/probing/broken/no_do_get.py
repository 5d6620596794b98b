from http.server import BaseHTTPRequestHandler, HTTPServer


class Page(BaseHTTPRequestHandler):
    def do_get(self):
        self.wfile.write(b"never called")


HTTPServer(("127.0.0.1", 8080), Page).serve_forever()
