import pickle
import socket

DICTIONARY = {"hello": "привет", "world": "мир"}

server = socket.socket()
server.bind(("127.0.0.1", 12345))
server.listen()
while True:
    client, address = server.accept()
    try:
        words = pickle.loads(client.recv(1024))
        client.send(pickle.dumps([DICTIONARY.get(word, "?") for word in words]))
    except (pickle.UnpicklingError, EOFError, OSError) as error:
        print(error)
    client.close()
