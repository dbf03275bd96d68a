"""Bring the token that cloud roles are taken with."""

from pathlib import Path

from delivery.targets.aws.ports import TokenFile, Tokens


def fetch_token(tokens: Tokens, file: TokenFile, audience: str, out: Path) -> None:
    """Fetch a token for an audience and keep it in a file; TokenRefused."""
    file.write(out, tokens.token(audience))
