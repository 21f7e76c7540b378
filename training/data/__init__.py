"""Training data: areas on disk, simulated coarse DEMs, rendered guides, and the batches made of them."""
