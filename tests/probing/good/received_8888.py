import socketserver


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        print(self.request.recv(1024).strip())
        self.request.sendall(b"Server received your data.")


with socketserver.TCPServer(("localhost", 8888), Handler) as server:
    server.serve_forever()
