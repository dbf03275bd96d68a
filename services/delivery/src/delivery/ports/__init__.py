"""What delivery needs from outside, a module a group of commands. Adapters implement these.

Errors of artifacts (UnreadableRecord, InvalidArtifact, SignatureRefused, UnknownArtifact) come
through as they are: they say best what was wrong.
"""
