import socket
import threading

clients = []


def serve(client):
    clients.append(client)
    try:
        while data := client.recv(1024):
            for other in list(clients):
                if other is not client:
                    other.send(data)
    except OSError:
        pass
    clients.remove(client)


server = socket.create_server(("10.7.189.118", 12345))
while True:
    threading.Thread(target=serve, args=server.accept()[:1], daemon=True).start()
