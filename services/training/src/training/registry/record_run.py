"""Keep what a run was made of and what came of it."""

from training.registry.mlflow_tracking import MlflowTracking, tracking_of
from training.settings import Settings
from training.work.runs import Run
from training.work.work_folder import WorkFolder


def record_run(tracker: MlflowTracking, work: WorkFolder, candidate: str | None) -> str:
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


def keep_run(settings: Settings, work: WorkFolder, candidate: str | None) -> None:
    """Keep the run of a work folder; in a room from which no registry is reached, keep none."""
    if settings.tracking_uri:
        record_run(tracking_of(settings), work, candidate)
