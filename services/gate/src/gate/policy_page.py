"""A policy as a page: what a risk officer reads, compares with last year's, and signs.

Every line of the policy shows on it, so that a change of a policy is a change of the page.
"""

from collections.abc import Iterable, Iterator

from artifacts.policies.tiers import ROOMS, RiskTiers, Tier
from artifacts.text import prose
from judging.policy import Policy
from judging.rule import Rule
from judging.setting import Setting
from judging.table import CHOSEN, RULES

HOW_IT_JUDGES = (
    "The gate measures all of this itself, over a holdout that is pinned in git. It believes no "
    "number that came with a candidate. A value equal to its limit passes; what could not be "
    "measured doesn't."
)


_WATCHED = (
    "Plinth gives the service's metrics (`/metrics`) and, on AWS, alarms on errors, latency and "
    "missing tasks, which reach the addresses of `alarm_emails` and nobody without them. **Nothing "
    "else of this list is built yet**: whoever signs answers for doing it by hand, and no command "
    "checks that."
)


def policy_page(policy: Policy, tiers: RiskTiers) -> str:
    """Write the page in Markdown. The same policy and tiers make the same bytes."""
    tier = tiers.tiers[policy.tier]
    lines = [
        f"# Policy of the model {prose(policy.model)}",
        *_head(policy, tier),
        *_use(policy),
        *_tier(policy, tier),
        *_rules(policy, tier),
        *_slices(policy),
        *_people(tier, tiers),
        *_operation(policy, tier),
        *_limits(policy),
        *_signatures(policy, tier, tiers),
    ]
    return "\n".join(lines) + "\n"


def _head(policy: Policy, tier: Tier) -> Iterator[str]:
    review, owner = policy.review, policy.owner
    due = f"{review.due_on}; after that day nothing is allowed. "
    due += f"Tier {policy.tier} asks for one at least every {tier.review_period_days} days"
    yield ""
    yield from _table(
        ("what", "which"),
        (
            ("Risk tier", f"{policy.tier}"),
            ("Owner", f"{owner.team}, {owner.role} ({owner.contact})"),
            ("Reviewed on", f"{review.reviewed_on}: {review.notes}"),
            ("Next review by", due),
        ),
    )


def _use(policy: Policy) -> Iterator[str]:
    yield from ("", "## What it is for", "", *_list(policy.intended_use))
    yield from ("", "## What it must not be used for", "", *_list(policy.forbidden_use))
    touched = ((someone.who, someone.interest) for someone in policy.stakeholders)
    yield from ("", "## Who is touched", "", *_table(("who", "how"), touched))


def _tier(policy: Policy, tier: Tier) -> Iterator[str]:
    yield from ("", f"## Why the tier is {policy.tier}", "", prose(policy.tier_reason), "")
    yield from ("Models belong to this tier if:", "", *_list(tier.belongs_here))


def _rules(policy: Policy, tier: Tier) -> Iterator[str]:
    yield from ("", "## What the gate asks of every candidate", "", HOW_IT_JUDGES, "")
    yield f"How it measures: {prose(policy.measurement.words)}. {_decided(policy.measurement)}"
    for rule in RULES:
        yield from _rule(rule, policy, tier)


def _rule(rule: Rule, policy: Policy, tier: Tier) -> Iterator[str]:
    settings = policy.settings(rule.id) if rule.id in CHOSEN else ()
    if rule.id not in CHOSEN:
        state = "always on"
    elif not settings:
        state = "OFF in this policy"
    else:
        state = f"required by tier {policy.tier}" if rule.id in tier.rules else "on"
    yield from ("", f"### {rule.id} ({state})", "", prose(rule.meaning), "")
    for setting in settings:
        yield f"- **{_strong(setting.words)}.** {_decided(setting)}"
    for limit in tier.limits:
        if limit.rule == rule.id and rule.id in CHOSEN:
            weakest = f"{limit.setting} {limit.value}"
            reason = prose(limit.reason)
            yield f"- Weakest that tier {policy.tier} allows: {prose(weakest)}. {reason}"
    yield f"- Source: {prose(rule.source)}"


def _slices(policy: Policy) -> Iterator[str]:
    yield from ("", "## Parts of the photos that are looked at by themselves", "")
    yield from ("Required, or the gate refuses:", "")
    yield from _settings(policy.slices.required)
    yield from ("", "Judged where there are enough photos, and reported where not:", "")
    yield from _settings(policy.slices.optional)


def _settings(settings: Iterable[Setting]) -> list[str]:
    found = [f"- **{_strong(setting.words)}.** {_decided(setting)}" for setting in settings]
    return found or ["- none"]


def _people(tier: Tier, tiers: RiskTiers) -> Iterator[str]:
    yield from ("", "## Who approves a production release", "")
    rows = ((a.role, a.persons, tiers.roles[a.role]) for a in tier.approvals)
    yield from _table(("role", "persons", "answers for"), rows)
    yield ""
    yield (
        f"{tier.persons} approvals in all, by as many persons, each valid for "
        f"{tier.approvals_valid_days} days. Before that staging must have run the same payload for "
        f"{tier.staging.min_hours:g} h with {tier.staging.min_verifications} verifications one "
        f"after the other that found nothing, at most {tier.staging.max_gap_hours:g} h apart, the "
        f"last of them no more than {tier.staging.last_within_hours:g} h ago. "
        f"{prose(tier.staging.reason)}"
    )
    yield from _exceptions(tiers)
    yield from _walls(tiers)
    kept = "is kept started, without answering" if tiers.rollback.keep_warm else "is ended"
    yield from ("", f"The release before {kept}. {prose(tiers.rollback.reason)}")


def _exceptions(tiers: RiskTiers) -> Iterator[str]:
    """Say who takes back a rejection, and who lets something pass in an emergency."""
    glass = tiers.break_glass
    who = " and ".join(f"{prose(a.role)} ({a.persons})" for a in glass.approvals)
    others = ", ".join(map(prose, tiers.rejections_withdrawn_by)) or "nobody else"
    yield from ("", f"A rejection is taken back by whoever made it, or by: {others}.")
    yield ""
    yield (
        f"In an emergency {who} together take the place of approvals and of staging, for "
        f"{glass.max_hours:g} h at most. {prose(glass.reason)}"
    )


def _walls(tiers: RiskTiers) -> Iterator[str]:
    """Say where production may be deployed from."""
    yield ""
    yield (
        "Production is deployed only from a machine on which every room has a wall "
        f"({', '.join(ROOMS)}), unless it is accepted by name. Accepted without one:"
    )
    accepted = [f"{one.room}: {one.reason}" for one in tiers.walls.accept_missing]
    yield from ("", *(_list(accepted) or ["- none"]))


def _operation(policy: Policy, tier: Tier) -> Iterator[str]:
    yield from ("", "## What the team must watch in operation", "", _WATCHED, "")
    yield from _list(tier.monitoring)
    beside = [(one.name, one.text, one.reason) for one in tier.limits if one.rule not in CHOSEN]
    yield from ("", f"## What else tier {policy.tier} limits", "")
    yield from _table(("setting", "weakest allowed", "because"), beside)
    asked = ((regulation.name, regulation.question) for regulation in tier.regulations)
    yield from ("", "## Regulations and standards to check", "")
    yield from _table(("which", "question to answer before signing"), asked)


def _limits(policy: Policy) -> Iterator[str]:
    yield from ("", "## Known limits, and what no rule covers", "", *_list(policy.known_limits))


def _signatures(policy: Policy, tier: Tier, tiers: RiskTiers) -> Iterator[str]:
    yield from ("", "## Signatures", "")
    yield from ("I have read this page and agree that the model is released under these rules.", "")
    blank = ("", "", "")
    rows = ((a.role, *blank) for a in tier.approvals for _ in range(a.persons))
    yield from _table(("role", "name", "date", "signature"), rows)
    yield from ("", f"Policy {policy.digest}, risk tiers {tiers.digest}.")


def _decided(setting: Setting) -> str:
    return f"{prose(setting.reason)} Decided on {setting.decided_on}."


def _strong(text: str) -> str:
    """Begin a sentence with a capital, unless it begins with a metric's name."""
    shown = prose(text)
    return shown if "." in shown.split(" ")[0] else shown[:1].upper() + shown[1:]


def _list(entries: Iterable[str]) -> list[str]:
    return [f"- {prose(entry)}" for entry in entries]


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return lines + [f"| {' | '.join(prose(cell) for cell in row)} |" for row in rows]
