"""Git: commits and trees read as objects, and branches made without a worktree."""
