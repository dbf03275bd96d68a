"""The AWS target: images, applied by Terraform."""
