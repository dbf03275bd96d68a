"""The rules of a gate: each a pure function of a policy and evidence, each with an id."""
