"""Objects of a class of one's own as pickles, JSON and text, by several clients; the ports are arguments."""

import json
import pickle
import socket
import sys
import threading


class User:
    def __init__(self, name, age):
        self.name = name
        self.age = age


def send(port, message, answers):
    with socket.create_connection(("localhost", port)) as client:
        client.sendall(message)
        answers.append(client.recv(1024).decode("utf-8"))


anna = User("Анна", 30)
messages = [pickle.dumps(anna), json.dumps(vars(anna)).encode(), "Анна,30".encode()]
for port in map(int, sys.argv[1:]):
    answers = []
    threads = [threading.Thread(target=send, args=(port, message, answers)) for message in messages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 3
    assert all("Анна" in answer for answer in answers), answers
