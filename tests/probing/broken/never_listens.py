import socket
import time

server = socket.socket()
server.bind(("127.0.0.1", 5000))
time.sleep(60)
