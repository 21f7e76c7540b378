"""A report in a headless browser: light and dark, on a wide window and on a narrow one."""

import shutil
import subprocess
import tempfile

SCHEMES = {"light": "1", "dark": "0"}  # as Chromium's setting preferredColorScheme counts them
SIZES = {"wide": (1200, 900), "narrow": (400, 1500)}


def take(page, folder):
    """Pictures report-SCHEME-WIDTH.png of the file `page`; says so where there is no Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        print("There is no Chromium here: no pictures of the report.")
        return
    for scheme, number in SCHEMES.items():
        for name, (width, height) in SIZES.items():
            with tempfile.TemporaryDirectory() as profile:
                subprocess.run(
                    [
                        program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}",
                        f"--blink-settings=preferredColorScheme={number}", f"--window-size={width},{height}",
                        f"--screenshot={folder / f'report-{scheme}-{name}.png'}", page.as_uri(),
                    ],
                    check=True, capture_output=True, timeout=60,
                )  # fmt: skip
