"""`python -m backend clean`: what killed runs left beside their outputs."""
