"""Two members of a chat hear each other and themselves, until they say byebye."""

import socket
import threading


class Member(threading.Thread):
    def __init__(self, nickname):
        super().__init__()
        self.nickname = nickname
        self.heard = ""
        self.news = threading.Condition()
        self.client = socket.socket()
        self.client.connect(("10.7.189.118", 12345))
        self.start()

    def run(self):
        while True:
            data = self.client.recv(1024)
            if not data:
                break
            with self.news:
                self.heard += data.decode("utf-8")
                self.news.notify_all()

    def say(self, text):
        self.client.send(f"{self.nickname}: {text}".encode())

    def hears(self, text):
        with self.news:
            return self.news.wait_for(lambda: text in self.heard, 10)


ann = Member("Аня")
ann.say("здесь есть кто-нибудь?")
assert ann.hears("Аня: здесь есть кто-нибудь?")
bob = Member("Боб")
bob.say("я")
assert ann.hears("Боб: я")
assert bob.hears("Боб: я")
for member in (ann, bob):
    member.client.send(b"byebye")
    member.join(10)
    assert not member.is_alive()
    member.client.close()
