"""Server and client in one program; the server stands where the sandbox has one too."""

import socket
import threading

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("localhost", 5000))
server.listen(1)
assert server.getsockname() == ("127.0.0.1", 5000)


def serve():
    connection, _ = server.accept()
    with connection:
        connection.sendall(connection.recv(1024)[::-1])


thread = threading.Thread(target=serve)
thread.start()
with socket.create_connection(("localhost", 5000)) as client:
    client.sendall(b"own server")
    assert client.recv(1024) == b"revres nwo"
thread.join()
server.close()
