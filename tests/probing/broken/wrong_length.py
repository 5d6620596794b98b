from http.server import BaseHTTPRequestHandler, HTTPServer


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        text = "Привет"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(text.encode()) + 4))
        self.end_headers()
        self.wfile.write(text.encode())


HTTPServer(("", 8000), Page).serve_forever()
