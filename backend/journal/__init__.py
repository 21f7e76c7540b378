"""The finished tiles of a run, kept beside its output until it is whole, so that a run that was killed can go on."""
