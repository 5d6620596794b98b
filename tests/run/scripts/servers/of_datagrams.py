"""A server of datagrams in one's own program."""

import socket
import threading

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 6789))


def serve():
    data, address = server.recvfrom(1024)
    server.sendto(b"own " + data, address)


thread = threading.Thread(target=serve)
thread.start()
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.sendto(b"answer", ("localhost", 6789))
data, address = client.recvfrom(1024)
assert data == b"own answer"
assert address == ("127.0.0.1", 6789)
thread.join()
client.close()
server.close()
