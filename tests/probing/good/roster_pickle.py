import pickle
import socket


class User:
    name = "?"


server = socket.socket()
server.bind(("127.0.0.1", 4001))
server.listen()
users = []
while True:
    client, address = server.accept()
    try:
        user = pickle.loads(client.recv(1024))
        users.append(user.name)
        client.send(f"{len(users)} users".encode())
    except Exception as error:
        print(error)
    client.close()
