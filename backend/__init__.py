"""The SIRAN backend: runs a super-resolution model on rasters of any size, without Qt and without QGIS."""
