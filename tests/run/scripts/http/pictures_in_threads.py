"""Three pictures at the same time."""

import threading

import requests

sizes = []


def download(link):
    picture = requests.get(link).content
    assert picture.startswith(b"\x89PNG")
    sizes.append(len(picture))


threads = [
    threading.Thread(target=download, args=(f"https://i.postimg.cc/{name}.png",))
    for name in ("k5MvzLqr/one", "0QbyvXnD/two", "Y9CWxkbt/three")
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert len(sizes) == 3
