"""Asks a role's trust policy whether a token of GitHub's may take the role, as AWS STS does."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

ISSUER = "token.actions.githubusercontent.com"
PROVIDER = f"oidc-provider/{ISSUER}"


def admits(policy: Mapping[str, Any], claims: Mapping[str, str]) -> bool:
    """Say whether a token with these claims may take the role.

    A claim that the token lacks makes its condition false. Anything in the policy that this can't
    judge raises KeyError or AssertionError: no unread condition passes.
    """
    return any(_admits(statement, claims) for statement in policy["Statement"])


def _admits(statement: Mapping[str, Any], claims: Mapping[str, str]) -> bool:
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"]["Federated"].endswith(PROVIDER)
    return all(
        _holds(_OPERATORS[operator], key, wanted, claims)
        for operator, conditions in statement["Condition"].items()
        for key, wanted in conditions.items()
    )


def _holds(operator: Any, key: str, wanted: str | list[str], claims: Mapping[str, str]) -> bool:
    issuer, _, claim = key.rpartition(":")
    assert issuer == ISSUER
    values = [wanted] if isinstance(wanted, str) else wanted
    return claim in claims and any(operator(claims[claim], value) for value in values)


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    # IAM knows * and ? only; a bracket is a letter like others.
    "StringLike": lambda value, pattern: fnmatchcase(value, pattern.replace("[", "[[]")),
}
