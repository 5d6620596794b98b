import socket
import threading


def greet():
    server = socket.create_server(("127.0.0.1", 12345))
    while True:
        with server.accept()[0] as client:
            try:
                client.sendall(b"Thank you for the connection")
            except OSError as error:
                print(error)


thanks = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
thanks.bind(("127.0.0.1", 12345))
threading.Thread(target=greet, daemon=True).start()
while True:
    _, address = thanks.recvfrom(1024)
    thanks.sendto(b"Thank you for the data", address)
