"""The whole road of a user through the plugin, walked in the real QGIS desktop, with pictures of it for docs/images.

    PYTHONPATH=tests/qgis python -m screenshots          (or: make screenshots)

What is committed becomes the plugin's zip; QGIS, started in a fresh profile under Xvfb, installs it as from *Install from ZIP*. Then: the
sample without a backend, set-up, the options page, a run, a run that is cancelled, a batch; and at last the report in a browser.
It ends with status 1 where a step does not go as it should.

SIRAN_PYTHON      the interpreter with the backend's requirements that the options page is given (default: .venv of this checkout)
SIRAN_SET_UP=1    run 'Set up backend' instead, and let the managed environment do the work: downloads some 150 MB
SIRAN_LIMIT       seconds until QGIS is given up (default: 300, with SIRAN_SET_UP 1800)
"""
