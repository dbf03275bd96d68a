"""Counts for Prometheus, in a registry of their own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, exposition

from inference.domain.release import RunningRelease

_RECORDS = "Answers that were written into the prediction log, or lost to it"
# Around the goal of 10 ms, out to what the largest photos take.
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class PrometheusTelemetry:
    """Counts what happens, for a scraper to fetch."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "plinth_requests",
            "Responses by method, route and status",
            ("method", "route", "status"),
            registry=registry,
        )
        self._request_seconds = Histogram(
            "plinth_request_seconds",
            "From a request's first byte to its answer's last",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._prediction_seconds = Histogram(
            "plinth_prediction_seconds",
            "From a photo's bytes to its prediction, without waiting or sending",
            buckets=_SECONDS,
            registry=registry,
        )
        self._predictions = Counter(
            "plinth_predictions", "Predictions by label", ("label",), registry=registry
        )
        self._records = Counter(
            "plinth_prediction_records", _RECORDS, ("outcome",), registry=registry
        )
        self._problems = Counter(
            "plinth_problems", "Requests without an answer, by code", ("code",), registry=registry
        )
        self._waiting = Gauge(
            "plinth_predictions_waiting", "Predictions waiting or under way", registry=registry
        )
        self._model = Gauge(
            "plinth_model_info",
            "The model that serves; always 1",
            ("model", "digest", "feature_schema", "code_commit"),
            registry=registry,
        )

    def opened(self, release: RunningRelease) -> None:
        """Note which model serves."""
        model = release.model
        labels = (model.name, model.digest, release.feature_schema.digest, model.code.commit)
        self._model.clear()
        self._model.labels(*labels).set(1)

    def predicted(self, label: str, seconds: float) -> None:
        """Note an answer and how long the photo took to become one."""
        self._predictions.labels(label).inc()
        self._prediction_seconds.observe(seconds)

    def recorded(self, *, written: bool, answers: int) -> None:
        """Note that some answers were written into the prediction log, or could not be."""
        self._records.labels("written" if written else "lost").inc(answers)

    def refused(self, code: str) -> None:
        """Note a problem by its code."""
        self._problems.labels(code).inc()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note a response by its route (a pattern, not a path) and status."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def waiting(self, predictions: int) -> None:
        """Note how many predictions are waiting or under way."""
        self._waiting.set(predictions)

    def exposition(self) -> tuple[bytes, str]:
        """Return the counts as a body and its content type."""
        return exposition.generate_latest(self._registry), exposition.CONTENT_TYPE_PLAIN_0_0_4
