#!/usr/bin/env bash
# Install what is missing for `make demo` and `make test`, and nothing that is there. Called again it looks, and is done in a moment.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
# The distribution's own tools and Python, whatever else is first in PATH.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PIP_DISABLE_PIP_VERSION_CHECK=1
unset PYTHONHOME PYTHONPATH VIRTUAL_ENV PIP_REQUIRE_VIRTUALENV PIP_USER

mkdir -p build
exec 9>build/.setup.lock
flock 9 # two `make` at once: the second waits for the first, then finds everything there

say() { echo "setup: $*" >&2; }

# 1. Packages of the distribution -------------------------------------------------------------------------------------
packages=(qgis python3-qgis python3-venv xvfb xauth fonts-dejavu-core ca-certificates)
missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { say "these packages are missing, and there is neither root nor sudo to install them: ${missing[*]}"; exit 1; }
        as_root=(sudo)
    fi
    say "installing ${missing[*]} (QGIS takes a few minutes and 2 GB)"
    apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
    # A package source that is down and has nothing to do with us is no reason to stop: the install says whether something is lacking.
    "${apt[@]}" update </dev/null >&2 || say "apt-get update had complaints; going on"
    "${apt[@]}" install --yes --no-install-recommends "${missing[@]}" </dev/null >build/apt.log 2>&1 || { tail -n 20 build/apt.log >&2; exit 1; }
fi

# 2. Two Python environments ------------------------------------------------------------------------------------------
# What an environment should hold (the requirement files) and what it does hold (the names of its installed packages). Where the stamp
# beside it says otherwise, pip has a look; and pip is quick where nothing is lacking.
fingerprint() { # ENVIRONMENT REQUIREMENTS...
    local environment=$1
    shift
    { cat "$@"; "$environment/bin/python" -c 'import sys; print(sys.version)'; ls -d "$environment"/lib/python3*/site-packages/*.dist-info; } | sha256sum
}

environment() { # ENVIRONMENT VENV_OPTION|'' REQUIREMENTS...
    local environment=$1 option=$2
    shift 2
    if ! "$environment/bin/python" -c 'import pip' 2>/dev/null; then
        say "making $environment"
        /usr/bin/python3 -m venv --clear ${option:+"$option"} "$environment"
    fi
    if [ "$(fingerprint "$environment" "$@" 2>/dev/null)" != "$(cat "$environment/.siran-stamp" 2>/dev/null)" ]; then
        say "installing into $environment: $*"
        local file
        for file in "$@"; do # one by one: a file with hashes asks for hashes everywhere
            "$environment/bin/python" -m pip install --quiet --no-input -r "$file" </dev/null >&2
        done
        fingerprint "$environment" "$@" >"$environment/.siran-stamp"
    fi
}

environment .venv '' backend/requirements-cpu.txt training/requirements.txt tests/requirements.txt
environment build/qgis-venv --system-site-packages tests/requirements-qgis.txt

# 3. A QGIS profile with the plugin in it -----------------------------------------------------------------------------
profile=build/qgis/profiles/default
if [ "$(readlink -f "$profile/python/plugins/siran" 2>/dev/null)" != "$root" ]; then
    say "putting the plugin into the QGIS profile $profile"
    mkdir -p "$profile/python/plugins"
    ln -sfn "$root" "$profile/python/plugins/siran"
fi
ini=$profile/QGIS/QGIS3.ini
if ! grep -qs '^siran=true' "$ini"; then
    mkdir -p "$(dirname "$ini")"
    if grep -qs '^\[PythonPlugins\]' "$ini"; then
        sed -i -e '/^siran=/d' -e 's/^\[PythonPlugins\]/&\nsiran=true/' "$ini"
    else
        printf '\n[PythonPlugins]\nsiran=true\n' >>"$ini"
    fi
fi
