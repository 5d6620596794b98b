"""Several clients at the same time, each with its name."""

import socket
import threading

received = {}


def ask(name):
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect(("127.0.0.1", 5555))
    client.sendall(name.encode())
    received[name] = client.recv(1024).decode()
    client.close()


threads = [threading.Thread(target=ask, args=(f"Python client {number}",)) for number in range(5)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert len(received) == 5
assert all(name == answer for name, answer in received.items())
