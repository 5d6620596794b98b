import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("localhost", 6789))
while True:
    print(server.recvfrom(1024))
