"""Datagrams come back until one says bye; who answers is who was asked."""

import socket

client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server = ("localhost", 6789)
for message in ("привет", "как дела?", "bye"):
    client.sendto(message.encode("utf-8"), server)
    data, address = client.recvfrom(1024)
    assert data.decode("utf-8") == message
    assert address == ("127.0.0.1", 6789)
client.close()
