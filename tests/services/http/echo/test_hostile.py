"""Whatever is asked, the answer is never a failure of ours."""

from __future__ import annotations

import http.client
import re
from urllib.parse import quote_from_bytes

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.background import BackgroundEngine
from sandbox.services.http.echo.routes import endpoints
from tests.services.http.conftest import ask, get

# These wait or fail because they are told to.
ON_PURPOSE = ("/status/{codes}", "/unstable", "/drip", "/delay/{delay}")
ENDPOINTS = [one for one in endpoints(lambda: 0.0) if one.template not in ON_PURPOSE]

ODD = st.sampled_from(
    [
        b"0",
        b"-1",
        b"1e9",
        b"nan",
        b"9" * 400,
        b"auth",
        b"never",
        b"\r\n",
        b"\0",
        b"\xff",
        "ж".encode(),
        b"a=b;c",
        b'"',
    ]
)
VALUES = (ODD | st.binary(min_size=1, max_size=12)).map(lambda octets: quote_from_bytes(octets, safe=""))
NAMES = VALUES | st.sampled_from(
    [
        "url",
        "status_code",
        "seed",
        "chunk_size",
        "numbytes",
        "absolute",
        "show_env",
        "Path",
        "Expires",
        "require-cookie",
    ]
)
QUERIES = st.lists(st.tuples(NAMES, VALUES), max_size=4).map(
    lambda pairs: "&".join(["duration=0", *(f"{name}={value}" for name, value in pairs)])
)
FIELDS = st.dictionaries(
    st.sampled_from(
        [
            "Cookie",
            "Authorization",
            "Accept",
            "Range",
            "If-Range",
            "If-Match",
            "If-None-Match",
            "Origin",
            "X-Forwarded-For",
        ]
    ),
    st.sampled_from(["Basic ", "Digest ", 'Digest username="', "bytes=", "*", ""]).flatmap(
        lambda start: st.text('\t !"#%,;=\\abc09-\xe4', max_size=12).map(lambda rest: start + rest)
    ),
    max_size=3,
)
# The sandbox stays the same from example to example, which is what a server does.
TOGETHER = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@TOGETHER
@given(endpoint=st.sampled_from(ENDPOINTS), data=st.data(), query=QUERIES, fields=FIELDS)
def test_any_path_query_and_fields(
    web: BackgroundEngine,
    endpoint: tuple[str, str, object],
    data: st.DataObject,
    query: str,
    fields: dict[str, str],
) -> None:
    methods, template, _ = endpoint
    path = re.sub(r"\{.*?\}", lambda _: data.draw(VALUES), template)
    method = data.draw(st.sampled_from(methods.split()))
    answer = ask(web, method, f"{path}?{query}", headers={k: v.strip() for k, v in fields.items()})
    assert answer.status != 500


@TOGETHER
@given(
    body=st.binary(max_size=80)
    | st.sampled_from([b"--x\r\n\r\n\r\n--x--", b"a=%EB%CF", b'{"a":', b"[" * 3000, b"\xff\xfe{\0"]),
    content_type=st.sampled_from(
        [
            "application/x-www-form-urlencoded; charset=koi8-r",
            "multipart/form-data; boundary=x",
            "multipart/form-data; boundary=",
            "multipart/form-data",
            "application/json; charset=utf-16",
            ";;;",
        ]
    ),
)
def test_any_body(web: BackgroundEngine, body: bytes, content_type: str) -> None:
    assert ask(web, "POST", "/post", body=body, headers={"Content-Type": content_type}).status == 200


def test_targets_that_no_browser_sends(web: BackgroundEngine) -> None:
    for target in (
        '/get?"<>\\^`{|}',
        "/anything/%",
        "/anything/%ff%00",
        "/anything/../../x",
        "/anything/;a?b#c",
    ):
        assert get(web, target).status in (200, 400)


def test_a_broken_chunk_is_a_bad_request(web: BackgroundEngine) -> None:
    endpoint = web.endpoint("http")
    connection = http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=5)
    connection.putrequest("POST", "/post")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders(b"5\r\nhello\r\nzz\r\n")
    assert connection.getresponse().status == 400
    connection.close()
    assert get(web, "/get").status == 200
