import socket
import threading

clients = []


def serve(client):
    clients.append(client)
    try:
        while True:
            data = client.recv(1024)
            if data == b"byebye":
                break
            if not data:
                return
            for other in clients:
                other.sendall(data)
    except OSError as error:
        print(error)
        return
    clients.remove(client)
    client.close()


server = socket.create_server(("10.7.189.118", 12345))
while True:
    threading.Thread(target=serve, args=server.accept()[:1], daemon=True).start()
