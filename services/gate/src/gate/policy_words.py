"""Every setting of a policy in plain words: `style.accuracy is at least 0.25`."""

from functools import singledispatch

from judging.policy import (
    ArtifactLimits,
    DataQuality,
    HoldoutSize,
    LeakageLimits,
    Measurement,
    MetricLimit,
    NonInferiority,
    OptionalSlices,
    Reproducibility,
    RequiredSlices,
    RobustnessLimit,
    Setting,
    SliceFloor,
    SliceGapLimit,
    SliceRegression,
)

_ORIGINS = {"periods": "from periods", "off": "that is off"}


@singledispatch
def words(setting: Setting) -> str:
    """Say what a setting asks for, as a sentence without its full stop."""
    raise TypeError(f"nobody has put {type(setting).__name__} into words")


@words.register
def _(setting: MetricLimit) -> str:
    side, head = setting.side.replace("_", " "), setting.metric.partition(".")[0]
    asked = f"{setting.metric} is {side} {setting.limit:g} ({setting.id})"
    if not setting.unmeasured_allowed_for:
        return asked
    ways = " or ".join(_ORIGINS[origin] for origin in setting.unmeasured_allowed_for)
    return f"{asked}; where the holdout has no {head} to measure by, not asked of {head} {ways}"


@words.register
def _(setting: HoldoutSize) -> str:
    return f"at least {setting.min_photos} photos of at least {setting.min_groups} buildings"


@words.register
def _(setting: NonInferiority) -> str:
    return (
        f"{setting.metric} is at most {setting.margin:g} under the champion's, of which we are "
        f"{setting.confidence:.3%} sure"
    ).replace(".000%", "%")


@words.register
def _(setting: SliceFloor) -> str:
    return (
        f"in each {setting.dimension} the lower confidence bound of {setting.metric} is at least "
        f"{setting.at_least:g}"
    )


@words.register
def _(setting: SliceGapLimit) -> str:
    return (
        f"{setting.metric} differs by at most {setting.at_most:g} between the best and the worst "
        f"{setting.dimension}"
    )


@words.register
def _(setting: SliceRegression) -> str:
    return (
        f"in no {setting.dimension} are we {setting.confidence:.3%} sure that {setting.metric} is "
        f"more than {setting.margin:g} under the champion's"
    ).replace(".000%", "%")


@words.register
def _(setting: RobustnessLimit) -> str:
    top = setting.up_to_severity
    severity = "severity 1" if top == 1 else f"severity 1 to {top}"
    return (
        f"photos made worse by {setting.corruption}, {severity} (of 5), cost at most "
        f"{setting.max_drop:g} of {setting.head}.accuracy"
    )


@words.register
def _(setting: LeakageLimits) -> str:
    return (
        f"at most {setting.max_near_duplicates:g} of the holdout's photos have a copy in another "
        f"split (within {setting.within_bits} of 256 bits); the source alone gains at most "
        f"{setting.max_source_gain:g} in accuracy, shuffled labels at most "
        f"{setting.max_shuffled_gain:g}"
    )


@words.register
def _(setting: DataQuality) -> str:
    return (
        f"at least {setting.min_groups_per_label} buildings to learn each label from; at most "
        f"{setting.max_doubted_labels:g} of the holdout's labels in doubt"
    )


@words.register
def _(setting: ArtifactLimits) -> str:
    return (
        f"at most {setting.max_size_mib:g} MiB, loaded within {setting.max_load_seconds:g} s, 95 "
        f"of 100 photos answered within {setting.max_latency_p95_ms:g} ms on one core"
    )


@words.register
def _(setting: Reproducibility) -> str:
    if setting.ask == "attested":
        kind = "the signed manifest names a clean commit and an environment"
    else:
        kind = "the model was built again with an equal outcome"
    tolerance = "counts as equal" if setting.accept_tolerance else "doesn't count as equal"
    return f"{kind} ({setting.ask}); equal within tolerance {tolerance}"


@words.register
def _(setting: Measurement) -> str:
    return (
        f"intervals of {setting.confidence:.3%} confidence from {setting.resamples} resamples of "
        f"whole buildings, seed {setting.seed}; robustness over at most "
        f"{setting.robustness_photos} photos; at most {setting.max_cpu_minutes:g} minutes of CPU "
        f"and {setting.max_memory_mib} MiB a model"
    ).replace(".000%", "%")


@words.register
def _(setting: RequiredSlices) -> str:
    return (
        f"of {setting.dimension}: {', '.join(setting.names)} must be there with at least "
        f"{setting.min_photos} photos each"
    )


@words.register
def _(setting: OptionalSlices) -> str:
    return f"of {setting.dimension}: slices with at least {setting.min_photos} photos"
