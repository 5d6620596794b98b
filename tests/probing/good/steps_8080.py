import socket

server = socket.socket()
server.bind(("localhost", 8080))
server.listen(5)
while True:
    client, address = server.accept()
    try:
        question = client.recv(1024)
        client.send("Ответ: ".encode() + question)
    except ConnectionError as error:
        print(error)
    client.close()
