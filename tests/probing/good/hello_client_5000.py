import socket

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("localhost", 5000))
    server.listen()
    while True:
        connection, address = server.accept()
        with connection:
            print("Received:", connection.recv(1024).decode())
            connection.sendall(b"Hello, client!")
