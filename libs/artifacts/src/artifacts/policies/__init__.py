"""Policies, risk tiers, approvers and pinned holdouts: what stands in policies/, as records."""
