"""Keep what a run was made of and what came of it."""

from training.ports import Tracker, Work
from training.work.runs import Run


def record_run(tracker: Tracker, work: Work, candidate: str | None) -> str:
    """Record the trained model of a work folder, with its metrics once it is packaged.

    The two calls of a pipeline, before and after packaging, are one run. Return the run's id.
    """
    trained = work.trained()
    run = Run(
        identity=trained.identity,
        families=trained.families,
        metrics=work.metrics() if candidate else (),
        params=work.params().flat(),
        candidate=candidate,
    )
    return tracker.record(run)
