"""The networks of SIRAN (Paul and Gupta, "SIRAN: Sinkhorn Distance Regularized Adversarial Network for DEM
Super-resolution using Discriminative Spatial Self-attention")."""
