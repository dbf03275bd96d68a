"""How the card writes metrics."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from artifacts.records.evidence import Estimate
from gate.card.records import CardRecords
from judging.rules.metric_limits import MetricLimit
from pages import KeyNumber

NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accuracy": "Right answers",
        "macro_f1": "Macro F1",
        "top3_accuracy": "Truth among the first three",
        "brier_score": "Brier score",
        "calibration_error": "Calibration error",
        "set_coverage": "Sets that hold the truth",
        "set_size": "Labels in a set",
        "median_absolute_error": "Median error",
        "mean_absolute_error": "Mean error",
        "interval_coverage": "Intervals that hold the truth",
        "interval_width": "Width of an interval",
    }
)
_IN_UNITS: Final = frozenset({"median_absolute_error", "mean_absolute_error", "interval_width"})


def name_of(metric: str) -> str:
    """Return what people call a metric `<head>.<name>`."""
    head, _, name = metric.partition(".")
    return f"{NAMES.get(name, name.replace('_', ' '))} ({head})"


def share(value: float, digits: int = 1) -> str:
    """Write a share as a percentage; the number and its sign stay on one line."""
    return f"{100 * value:.{digits}f}\N{NO-BREAK SPACE}%"


def spoken(label: str) -> str:
    """Return a label as people write it."""
    return label.replace("_", " ")


def written(metric: str, value: float, unit: str) -> str:
    """Write a metric's value as people read it."""
    name = metric.partition(".")[2]
    if name in _IN_UNITS:
        return f"{value:.0f}\N{NO-BREAK SPACE}{unit}s" if unit else f"{value:.0f}"
    if name == "brier_score":
        return f"{value:.3f}"
    return f"{value:.1f}" if name == "set_size" else share(value)


def interval(metric: str, estimate: Estimate, unit: str) -> str:
    """Write the interval around a metric's value."""
    if estimate.low is None or estimate.high is None:
        return "no interval"
    # One unit behind both bounds is enough.
    low = written(metric, estimate.low, unit).split("\N{NO-BREAK SPACE}")[0]
    return f"{low} to {written(metric, estimate.high, unit)}"


def limit_text(limit: MetricLimit, unit: str) -> str:
    """Write a limit."""
    words = "at least" if limit.side == "at_least" else "at most"
    return f"{words} {written(limit.metric, limit.limit, unit).replace('.0', '')}"


def key_number(records: CardRecords, metric: str, remark: str = "") -> KeyNumber | None:
    """Write a metric with its interval and limits; bad where its value breaks one."""
    estimate = records.metric(metric)
    if estimate is None:
        return None
    unit = records.numbers.unit if records.numbers else ""
    limits = records.limits(metric)
    asked = "asked: " + ", ".join(limit_text(limit, unit) for limit in limits) if limits else ""
    return KeyNumber(
        label=name_of(metric),
        value=written(metric, estimate.value, unit),
        interval=interval(metric, estimate, unit),
        remark="; ".join(part for part in (remark, asked) if part),
        tone="plain" if all(limit.holds(estimate.value) for limit in limits) else "bad",
    )


def key_numbers(records: CardRecords, *metrics: str, remark: str = "") -> tuple[KeyNumber, ...]:
    """Write those of some metrics that were measured."""
    found = (key_number(records, metric, remark) for metric in metrics)
    return tuple(number for number in found if number is not None)
