"""A server on every address of the machine, over several connections."""

import socket
import socketserver
import threading


class Shout(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line.upper())


socketserver.ThreadingTCPServer.allow_reuse_address = True
with socketserver.ThreadingTCPServer(("", 33333), Shout) as server:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    for host in ("localhost", "127.0.0.1", ""):
        client = socket.socket()
        client.connect((host, 33333))
        client.sendall(b"own server\n")
        assert client.recv(1024) == b"OWN SERVER\n"
        client.close()
    server.shutdown()
    thread.join()
