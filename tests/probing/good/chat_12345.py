import socket
import threading

clients = []


class Member(threading.Thread):
    def __init__(self, client):
        super().__init__()
        self.client = client
        clients.append(client)

    def tell_all(self, data):
        for client in list(clients):
            try:
                client.sendall(data)
            except OSError as error:
                print("somebody has gone:", error)

    def run(self):
        try:
            while True:
                data = self.client.recv(1024)
                if not data or data == b"byebye":
                    break
                self.tell_all(data)
        except OSError as error:
            print(error)
        finally:
            clients.remove(self.client)
            self.client.close()


server = socket.socket()
server.bind(("10.7.189.118", 12345))
server.listen(512)
while True:
    connection, address = server.accept()
    Member(connection).start()
