"""What QGIS sees of SIRAN: a Processing provider whose algorithms run the backend in a process of its own.

Imports PyQGIS and the standard library only; shares nothing with the backend but the command line and the event stream.
"""
