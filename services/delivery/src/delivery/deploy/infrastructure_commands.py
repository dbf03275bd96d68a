"""Commands of those who look after what a target is made of."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Annotated, Final

import typer

from artifacts.cant_tell import CantTell
from artifacts.records.release import Environment
from artifacts.text import plain
from delivery.deploy.infrastructure import BuildImage, PlanInfrastructure, ReportDrift
from delivery.deploy.pages import plan_lines, plan_page
from delivery.deploy.wiring import make_verify
from delivery.errors import ImageRefused
from delivery.exits import BREAKDOWN, DONE, REFUSED, refuse, step_files
from delivery.forges.wiring import find_issues
from delivery.git.repository import GitRepository
from delivery.releases.read_wanted import find_images
from delivery.settings import Settings, child_environment, read_settings
from delivery.targets.aws.terraform import TerraformChecks
from delivery.targets.wiring import PayloadImages, make_survey
from delivery.trail.wiring import make_audit_log, tell_head, who

ENVIRONMENTS: Final[tuple[Environment, ...]] = ("staging", "production")
_DRIFT_EXITS: Final = MappingProxyType(
    {(False, True): DONE, (True, True): REFUSED, (True, False): BREAKDOWN}
)
_LINE: Final = 4000

app = typer.Typer(add_completion=False)


@app.command()
def build_image(
    commit: Annotated[str, typer.Option(help="Commit of main whose staging is deployed next.")],
) -> None:
    """Build, push and scan the image of what staging is to run: 0 done, 1 refused, 2 broken.

    Production never builds: it runs the image that staging verified. The local target has none.
    """
    settings = read_settings()
    building = make_build_image(settings)
    if building is None:
        typer.echo("nothing: the local target runs processes, no images")
        return
    try:
        built = building(commit)
    except ImageRefused as exc:
        refuse(str(exc))
    for line in built.lines:
        _say(line)
    step_files(settings).output({"image": built.image or ""})
    tell_head(settings, publish=False)


@app.command()
def plan_infrastructure(
    commit: Annotated[str, typer.Option(help="Commit whose deploy is planned.")],
) -> None:
    """Say, in the summary of a step too, what a deploy of a commit would change: 0, or 2 unknown.

    Nothing is changed, and no state is locked.
    """
    settings = read_settings()
    plans = make_plan(settings, _say)(ENVIRONMENTS, commit)
    for line in plan_lines(plans):
        _say(line)
    step_files(settings).summarise(plan_page(plans))
    if any(isinstance(plan.changes, CantTell) for plan in plans):
        raise typer.Exit(BREAKDOWN)


@app.command()
def report_drift() -> None:
    """Compare every environment with git, and keep one issue of it: 0 equal, 1 not, 2 can't tell.

    Where the forge keeps no issues, the log and the exit code say it.
    """
    settings = read_settings()
    report = make_report_drift(settings, _say)(ENVIRONMENTS)
    for one in report.found:
        count = len(one.differences)
        typer.echo(f"{one.wanted.environment}: {count or 'no'} difference{'s' * (count != 1)}")
        for difference in one.differences:
            _say(f"  {difference}")
    if report.issue:
        _say(f"{'told' if report.drifted else 'closed'}: {report.issue}")
    # Its token opens issues and pushes nothing: the next deploy publishes the head.
    tell_head(settings, publish=False)
    raise typer.Exit(_DRIFT_EXITS[report.drifted, report.certain])


@app.command()
def terraform_check() -> None:
    """Check Terraform's files: form, meaning, tests. 0 well, 1 not."""
    failed = make_checks(read_settings(), _say).run()
    if failed:
        refuse("; ".join(failed))


def _say(line: str) -> None:
    typer.echo(plain(line, _LINE))


Say = Callable[[str], None]


def make_build_image(settings: Settings) -> BuildImage | None:
    """Put building images together; None where the target runs none."""
    images = find_images(settings)
    if images is None:
        return None
    return BuildImage(
        repository=GitRepository(settings.root),
        builder=PayloadImages(settings),
        images=images,
        audit=make_audit_log(settings),
        source=settings.root.absolute(),
        actor=who(settings),
    )


def make_plan(settings: Settings, say: Say) -> PlanInfrastructure:
    """Put planning together."""
    return PlanInfrastructure(GitRepository(settings.root), make_survey(settings, say))


def make_report_drift(settings: Settings, say: Say) -> ReportDrift:
    """Put looking for drift together."""
    return ReportDrift(
        verify=make_verify(settings, say),
        audit=make_audit_log(settings),
        issues=find_issues(settings),
        actor=who(settings),
    )


def make_checks(settings: Settings, say: Say) -> TerraformChecks:
    """Put checking Terraform's files together."""
    return TerraformChecks(settings.root / "infra" / "terraform", child_environment(), say)
