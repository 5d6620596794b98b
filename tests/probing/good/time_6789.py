import time
from socketserver import StreamRequestHandler, TCPServer


class Clock(StreamRequestHandler):
    def handle(self):
        self.wfile.write(time.strftime("%Y-%m-%d %H:%M:%S").encode())


TCPServer(("localhost", 6789), Clock).serve_forever()
