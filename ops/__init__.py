"""What starts, checks and deploys the project. The standard library only, but for what is said otherwise."""
