"""The verbs of requests, parameters and forms, in plain text and over TLS."""

import requests

assert "Example Domain" in requests.get("http://example.com").text

answer = requests.get("http://example.com", params={"key1": "value1", "key2": "value2"})
assert answer.url == "http://example.com/?key1=value1&key2=value2"

answer = requests.post("http://example.com", data={"key1": "value1", "key2": "value2"})
assert answer.status_code == 200
assert "value2" in answer.text

for verb in ("post", "put", "patch", "delete", "head", "options"):
    assert requests.request(verb, "http://example.com").ok, verb

answer = requests.get("https://www.example.com")
assert answer.status_code == 200
assert answer.content
