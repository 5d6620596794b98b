import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
    server.bind(("127.0.0.1", 12345))
    while True:
        data, address = server.recvfrom(1024)
        print("from", address, data)
        server.sendto(b"Thank you for the data", address)
