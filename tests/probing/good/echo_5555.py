import socket
import threading


def serve(client):
    with client:
        try:
            client.sendall(client.recv(1024))
        except ConnectionError as error:
            print(error)


server = socket.create_server(("127.0.0.1", 5555))
while True:
    threading.Thread(target=serve, args=server.accept()[:1]).start()
