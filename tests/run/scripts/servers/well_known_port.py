"""A server on a port that is otherwise the privilege of few."""

import socket
import threading

server = socket.create_server(("localhost", 25))
assert server.getsockname()[1] == 25


def serve():
    connection, _ = server.accept()
    connection.sendall(b"220 my own mail server\r\n")
    connection.close()


thread = threading.Thread(target=serve)
thread.start()
with socket.create_connection(("localhost", 25)) as client:
    assert client.recv(1024) == b"220 my own mail server\r\n"
thread.join()
server.close()
