"""The SIRAN backend: runs a super-resolution model on rasters of any size, without Qt and without QGIS."""

import os

# ONNX Runtime 1.29 and later tell their maker of each session, and keep a number for the machine in the user's folder, unless this is said
# before they are loaded. Here, since whatever loads them has loaded this first.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
