"""The server is another process that this one starts."""

import multiprocessing
import socket


def serve(ready):
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 5555))
        server.listen()
        ready.set()
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"own process")


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=serve, args=(ready,))
    process.start()
    assert ready.wait(20)
    with socket.create_connection(("127.0.0.1", 5555)) as client:
        assert client.recv(1024) == b"own process"
    process.join()
    assert process.exitcode == 0
