"""Every metric of an evaluation with its interval over resampled building groups."""

from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Estimate
from gate.metrics import resampled_metric
from gate.resampling import Floats, Resampling, interval
from scoring.metrics import metrics_of


def estimate(value: float, statistics: Floats, confidence: float) -> Estimate:
    """Put a value and the percentile interval of its resampled statistics together."""
    low, high = interval(statistics, confidence) or (None, None)
    return Estimate(value=value, low=low, high=high)


def measure_metrics(
    evaluation: Evaluation, resampling: Resampling, confidence: float
) -> dict[str, Estimate]:
    """Return every metric that can be measured, by its name `<head>.<metric>`."""
    found: dict[str, Estimate] = {}
    for metric, value in metrics_of(evaluation).items():
        statistics = resampled_metric(evaluation, metric, resampling)
        if statistics is not None:
            found[metric] = estimate(value, statistics, confidence)
    return found
