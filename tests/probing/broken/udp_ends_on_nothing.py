import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("localhost", 6789))
while True:
    data, address = server.recvfrom(1024)
    if not data:
        break
    server.sendto(data, address)
