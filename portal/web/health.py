"""For whoever keeps the portal running: is it alive, can it work, how much does it do. Nothing about anybody."""

from __future__ import annotations

import hmac
import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from portal.services.operations import readiness
from portal.services.operations.readiness import Figures
from portal.web.access import public
from portal.web.unit_of_work import parts, unit

bp = Blueprint("health", __name__)
KEEP_SECONDS = 5.0  # how long an answer about readiness is given again, so that asking often costs nothing
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
EXTENSION = "recourse_health"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # set by the web server before this package is imported


@dataclass
class Readiness:
    """The last look at the parts, for a few seconds."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    looked_at: float = -KEEP_SECONDS
    found: Mapping[str, bool] = field(default_factory=dict)

    def read(self) -> Mapping[str, bool]:
        with self.lock:
            if not self.found or time.monotonic() >= self.looked_at + KEEP_SECONDS:
                self.found = readiness.check(parts().sessions, parts().ports)
                self.looked_at = time.monotonic()
            return self.found


class Metrics:
    """Counts of all processes of this server. Labels come from closed lists, such as our endpoints; never an address.

    A web server of several processes names a folder in FOLDER, where each process keeps its counts in a file; the one
    that is asked sums up all files, also those of processes that have ended.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "recourse_requests", "Requests answered", ["endpoint", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "recourse_request_seconds", "Time to answer", ["endpoint"], registry=self.registry, buckets=BUCKETS
        )

    def note(self, status: int, started: float) -> None:
        endpoint = request.endpoint or "none"
        method = request.method if request.method in METHODS else "other"
        self.requests.labels(endpoint, method, str(status)).inc()
        self.seconds.labels(endpoint).observe(time.perf_counter() - started)

    def render(self, figures: Figures) -> bytes:
        shown = CollectorRegistry()
        shown.register(_Shown(figures))
        return generate_latest(self._find_counts()) + generate_latest(shown)

    def _find_counts(self) -> CollectorRegistry:
        if FOLDER not in os.environ:
            return self.registry
        of_all = CollectorRegistry()
        MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]
        return of_all


class _Shown(Collector):
    """The figures of the database in Prometheus' form."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures

    def collect(self) -> Iterator[Metric]:
        found = self.figures
        jobs = GaugeMetricFamily("recourse_jobs", "Jobs by state", labels=["state"])
        for state, number in found.jobs.items():
            jobs.add_metric([state.value], number)
        yield jobs
        yield GaugeMetricFamily("recourse_job_wait_seconds", "Age of the oldest waiting job", found.job_wait)
        yield GaugeMetricFamily(
            "recourse_sweep_lag_seconds", "Age of the oldest deadline that no sweep has noticed", found.sweep_lag
        )
        yield GaugeMetricFamily("recourse_open_cases", "Open cases, in total", found.open_cases)
        yield GaugeMetricFamily("recourse_journal_entries", "Entries of the journal", found.entries)
        if found.head_age is not None:
            yield GaugeMetricFamily("recourse_head_age_seconds", "Time since the journal was signed", found.head_age)
        yield GaugeMetricFamily("recourse_history_breaks", "What the last check of the history found", found.breaks)
        if found.check_age is not None:
            yield GaugeMetricFamily("recourse_check_age_seconds", "Time since the history was checked", found.check_age)


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """The process answers."""
    return Response("alive\n", mimetype="text/plain")


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Each part by name and whether it works; no reason, because anybody may ask."""
    found = current_app.extensions[EXTENSION][0].read()
    answer = jsonify({name: "works" if works else "fails" for name, works in found.items()})
    answer.status_code = HTTPStatus.OK if all(found.values()) else HTTPStatus.SERVICE_UNAVAILABLE
    return answer


@bp.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """For whoever has the token. Behind a proxy everybody comes from this machine, so an address proves nothing."""
    token = unit().config.metrics_token
    given = request.headers.get("Authorization", "")
    if token is None or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        abort(404)
    figures = readiness.count(unit().db, now=unit().now)
    return Response(current_app.extensions[EXTENSION][1].render(figures), content_type=CONTENT_TYPE_LATEST)


def init_health(app: Flask) -> None:
    """Count every answer from now on."""
    counted = Metrics()
    app.extensions[EXTENSION] = (Readiness(), counted)

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def note(response: Response) -> Response:
        counted.note(response.status_code, g.get("started", time.perf_counter()))
        return response
