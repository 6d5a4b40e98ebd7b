"""What ``import coverage as cov`` offers to programs and notebooks."""
