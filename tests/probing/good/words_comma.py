import socket

DICTIONARY = {"hello": "привет", "world": "мир"}

server = socket.socket()
server.bind(("127.0.0.1", 12345))
server.listen()
while True:
    client, address = server.accept()
    try:
        words = client.recv(1024).decode().split(",")
        client.send(",".join(DICTIONARY.get(word, "?") for word in words).encode())
    except OSError:
        pass
    client.close()
