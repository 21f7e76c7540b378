"""`python -m backend compare`: DEMs against a reference, window by window."""
