"""Changes of releases: proposals, promotions and reverts, each as a branch."""
