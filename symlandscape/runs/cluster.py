"""A running dask cluster behind the concurrent.futures protocol. The only importer of `distributed`."""

from __future__ import annotations

import logging
import warnings
from asyncio import CancelledError as TaskCancelled
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from time import monotonic
from typing import Any

from symlandscape.errors import InputError

PATIENCE = 10.0  # seconds for a scheduler to answer
RECOUNT = 5.0  # seconds between counts of the workers, which come and go
TALKERS = ("distributed", "distributed.client", "distributed.batched", "distributed.comm", "tornado.application")


class Cluster(Executor):
    """Tasks to a dask scheduler. Lost workers are dask's business: it gives their tasks to others, a few times."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._counted, self._workers = -RECOUNT, 0

    @property
    def workers(self) -> int:
        """Threads of all workers that are there now."""
        if monotonic() - self._counted > RECOUNT and self._client.status == "running":
            self._workers = sum(self._client.nthreads().values())
            self._counted = monotonic()
        return self._workers

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """As in concurrent.futures.

        The client's own executor (`Client.get_executor`) leaves a future open for ever where the connection breaks
        while a result travels; here every end arrives.
        """
        made: Future[Any] = Future()
        remote = self._client.submit(function, *arguments, pure=False, **named)

        def withdrawn(future: Future[Any]) -> None:
            if future.cancelled() and remote.status == "pending":
                remote.cancel()

        made.add_done_callback(withdrawn)
        self._client.loop.add_callback(_pass_on, remote, made)
        return made

    def explain(self, error: BaseException) -> str | None:
        """What an error of the cluster itself means; None for an error of a task."""
        from distributed import KilledWorker
        from distributed.comm import CommClosedError

        if isinstance(error, KilledWorker):
            return f"workers of dask://{self._address} died {error.allowed_failures + 1} times on one task"
        if isinstance(error, CancelledError | CommClosedError):
            return f"the scheduler at dask://{self._address} went away or dropped tasks"
        if isinstance(error, ImportError) or "deserializ" in str(error):
            return (
                f"the scheduler or a worker of dask://{self._address} cannot load this package, which must be "
                f"installed there as here ({str(error)[:100]})"
            )
        return None

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As in concurrent.futures; the cluster goes on, and `connect` leaves it."""


async def _pass_on(remote: Any, made: Future[Any]) -> None:
    """Await a future of dask and give its end to one of concurrent.futures."""
    error: BaseException | None = None
    result = None
    try:
        result = await remote
    except TaskCancelled:
        error = CancelledError()
    except BaseException as caught:  # noqa: B036 - whatever happened there is told here
        error = caught
    if not made.set_running_or_notify_cancel():
        return
    if error is None:
        made.set_result(result)
    else:
        made.set_exception(error)


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
    with _quiet():
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


@contextmanager
def _quiet() -> Iterator[None]:
    """What the client logs about a lost connection is said in one sentence by us."""
    loggers = [logging.getLogger(name) for name in TALKERS]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
