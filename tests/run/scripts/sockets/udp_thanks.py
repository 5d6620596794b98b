"""One datagram, one answer."""

import socket

client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.sendto(b"client data", ("127.0.0.1", 12345))
data, address = client.recvfrom(1024)
assert data == b"Thank you for the data"
assert address == ("127.0.0.1", 12345)
client.close()
