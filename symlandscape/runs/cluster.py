"""A running dask cluster behind the concurrent.futures protocol. The only importer of `distributed`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from time import monotonic
from typing import Any

from symlandscape.errors import InputError

PATIENCE = 20.0  # seconds for a scheduler to answer
RECOUNT = 5.0  # seconds between counts of the workers, which come and go


class Cluster(Executor):
    """Tasks to a dask scheduler. Lost workers are dask's business: it gives their tasks to others, a few times."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._inner = client.get_executor(pure=False)
        self._counted, self._workers = -RECOUNT, 0

    @property
    def workers(self) -> int:
        """Threads of all workers that are there now."""
        if monotonic() - self._counted > RECOUNT:
            self._workers = sum(self._client.nthreads().values())
            self._counted = monotonic()
        return self._workers

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """As in concurrent.futures."""
        return self._inner.submit(function, *arguments, **named)  # type: ignore[no-any-return]

    def explain(self, error: BaseException) -> str | None:
        """What an error of the cluster itself means; None for an error of a task."""
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            return f"workers of dask://{self._address} died {error.allowed_failures + 1} times on one task"
        if isinstance(error, CancelledError):
            return f"the scheduler at dask://{self._address} went away or dropped tasks"
        if isinstance(error, ImportError) or "deserializ" in str(error):
            return (
                f"the scheduler or a worker of dask://{self._address} cannot load this package, which must be "
                f"installed there as here ({str(error)[:100]})"
            )
        return None

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As in concurrent.futures; the cluster goes on."""
        self._inner.shutdown(wait=wait and not cancel_futures)


@contextmanager
def connect(address: str) -> Iterator[Cluster]:
    """The cluster whose scheduler listens at `address` (HOST:PORT).

    Raises InputError without dask.distributed, and where no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError(
            f"dask://{address} needs dask.distributed, which is not installed ({error}); pip install "
            "'symlandscape[cluster]', or take --executor processes:N"
        ) from error
    try:
        client = Client(f"tcp://{address}", timeout=PATIENCE, set_as_default=False, name="symlandscape")
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(
            f"expected a dask scheduler at {address} and none answered; start one with `dask scheduler`, or check "
            "host and port"
        ) from error
    try:
        cluster = Cluster(client, address)
        if not cluster.workers:
            warnings.warn(f"the scheduler at {address} has no workers yet: tasks wait for them", stacklevel=2)
        yield cluster
    finally:
        client.close(timeout=PATIENCE)
