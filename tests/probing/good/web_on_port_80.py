from http.server import BaseHTTPRequestHandler, HTTPServer


class Home(BaseHTTPRequestHandler):
    def do_GET(self):
        body = "Привет!".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


HTTPServer(("192.168.0.102", 80), Home).serve_forever()
