"""Programs that this one starts, in three ways, find the same hosts."""

import multiprocessing
import os
import subprocess
import sys
import urllib.request

URL = "http://www.example.com/"


def length(url):
    with urllib.request.urlopen(url) as page:
        return len(page.read())


if __name__ == "__main__":
    found = {length(URL)}
    code = f"import urllib.request; print(len(urllib.request.urlopen({URL!r}).read()))"
    found.add(int(subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True).stdout))
    assert os.system(f'{sys.executable} -c "{code}" > {os.devnull}') == 0
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(1) as pool:
            found.add(pool.apply(length, (URL,)))
    assert len(found) == 1
