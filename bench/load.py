"""A bounded load from other processes over kept-open connections to a server on this machine."""

import http.client
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What a load measured: requests per second, and the 95th percentile of the answer time in seconds."""

    per_second: float
    p95: float


def _walk(port: int, path: str, cookie: str, count: int) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        body = answer.read()
        times.append(time.perf_counter() - begun)
        if answer.status != 200 or not body:
            raise RuntimeError(f"{path} answered {answer.status}")
    connection.close()
    return times


def load(*, port: int, path: str, cookie: str = "", clients: int = 4, count: int = 50) -> Rate:
    """Ask for `path` `count` times from each of `clients` processes at once; raises on any answer but 200."""
    with ProcessPoolExecutor(clients) as pool:
        warm = [pool.submit(_walk, port, path, cookie, 3) for _ in range(clients)]
        [task.result() for task in warm]
        begun = time.perf_counter()
        tasks = [pool.submit(_walk, port, path, cookie, count) for _ in range(clients)]
        times = sorted(t for task in tasks for t in task.result())
        spent = time.perf_counter() - begun
    return Rate(per_second=len(times) / spent, p95=times[int(len(times) * 0.95)])
