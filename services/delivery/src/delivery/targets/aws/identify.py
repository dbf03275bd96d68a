"""Say who we are, and refuse to be somebody else."""

from delivery.targets.aws.identity import Caller, WrongAccount, check_account
from delivery.targets.aws.ports import Accounts


def identify(accounts: Accounts, account: str) -> Caller | WrongAccount:
    """Return the caller, or the refusal where it is of another account than `account`."""
    return check_account(accounts.caller(), account)
