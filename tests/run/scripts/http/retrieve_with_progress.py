"""A large file with a progress report."""

import os
import tempfile
from urllib.request import urlcleanup, urlretrieve

SIZE = 6952309
calls = []

with tempfile.TemporaryDirectory() as directory:
    target = os.path.join(directory, "boost.rpm")
    urlretrieve(
        "http://download.fedora.redhat.com/pub/fedora/linux/core/1/SRPMS/boost-1.31.0-9.src.rpm",
        target,
        lambda blocks, size, total: calls.append((blocks * size, total)),
    )
    assert os.path.getsize(target) == SIZE
assert calls[1] == (8192, SIZE)
assert f"{100 * calls[1][0] / SIZE:.2f} %" == "0.12 %"
urlcleanup()
