"""Builds what looks after what a target is made of, from the settings."""

from collections.abc import Callable

from delivery.deploy.build_image import BuildImage
from delivery.deploy.plan_infrastructure import PlanInfrastructure
from delivery.deploy.report_drift import ReportDrift
from delivery.deploy.wiring import make_verify
from delivery.forges.wiring import find_issues
from delivery.git.repository import GitRepository
from delivery.releases.read_wanted import find_images
from delivery.settings import Settings, child_environment
from delivery.targets.aws.terraform import TerraformChecks
from delivery.targets.wiring import PayloadImages, make_survey
from delivery.trail.wiring import make_audit_log, who

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
