"""Clients that block: each with threads or processes of its own where it is used so."""

import json
import multiprocessing
import urllib.request
from concurrent.futures import ThreadPoolExecutor

SITE = "https://www.python.org/"


def in_a_process(_: int) -> int:
    import urllib3

    return urllib3.PoolManager().request("GET", SITE).status


def requests_() -> object:
    import requests

    def get(trusting: bool) -> int:
        with requests.Session() as session:
            session.trust_env = trusting
            return session.get(SITE, timeout=5).status_code

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(get, [True, False] * 2))


def urllib3_() -> object:
    import certifi
    import urllib3

    with urllib3.PoolManager(2, ca_certs=certifi.where()) as pool:
        return [pool.request("GET", url).status for url in (SITE, SITE, "http://example.com/")]


def httpx_() -> object:
    import httpx

    with httpx.Client(trust_env=False) as client:
        return [httpx.get(SITE).status_code, client.get(SITE).status_code]


def httplib2_() -> object:
    import httplib2

    return httplib2.Http().request(SITE)[0].status


def certifi_() -> object:
    import ssl

    import certifi

    context = ssl.create_default_context(cafile=certifi.where())
    with urllib.request.urlopen(SITE, context=context) as response:
        return response.status


def multiprocessing_() -> object:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.map(in_a_process, range(1))


def aiodns_() -> object:
    import asyncio

    import aiodns

    async def ask() -> object:
        resolver = aiodns.DNSResolver(nameservers=["8.8.8.8"])
        answer = await resolver.query_dns("example.com", "MX")
        return [record.data.exchange for record in answer.answer]

    return asyncio.run(ask())


if __name__ == "__main__":
    checks = (requests_, urllib3_, httpx_, httplib2_, certifi_, multiprocessing_, aiodns_)
    print(json.dumps({check.__name__.strip("_"): check() for check in checks}))
