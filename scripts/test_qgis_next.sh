#!/usr/bin/env bash
# Run the QGIS tests on the newest QGIS that Debian packages: a Debian 13 with its backports in a folder of its own, under build/qgis-next/.
# Nothing on this machine changes but for the package debootstrap. Arguments go to pytest.
#
# Every mount is made in a mount namespace of this script's own, read-only where it shows the checkout: when the script ends, however it
# ends, the mounts are gone.
set -euo pipefail
cd "$(dirname "$0")/.."
release=trixie
packages=(qgis python3-qgis python3-venv ca-certificates fonts-dejavu-core)

say() { echo "qgis-next: $*" >&2; }

if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { say "needs root (debootstrap, chroot), and there is no sudo"; exit 1; }
    exec sudo -E "$0" "$@"
fi
if [ "${SIRAN_OWN_MOUNTS:-}" != yes ]; then
    SIRAN_OWN_MOUNTS=yes exec unshare --mount --propagation private -- "$0" "$@"
fi
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
checkout=$PWD
folder=$checkout/build/qgis-next
root=$folder/root
mkdir -p "$folder"
exec 9>"$folder/.lock"
flock 9

mounts_below() { awk -v below="$root/" 'index($5 "/", below) == 1 { print $5 }' /proc/self/mountinfo; }

# 1. A Debian of its own, once ----------------------------------------------------------------------------------------
wanted="$release ${packages[*]}"
if [ "$(cat "$root/.siran-ready" 2>/dev/null)" != "$wanted" ]; then
    if ! command -v debootstrap >/dev/null; then
        say "installing debootstrap"
        apt-get -qq update </dev/null >&2 || say "apt-get update had complaints; going on"
        apt-get -qq install --yes --no-install-recommends debootstrap </dev/null >"$folder/apt.log" 2>&1 || { tail "$folder/apt.log" >&2; exit 1; }
    fi
    # The mirror that this machine itself uses for its distribution.
    own=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mirror=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' | awk -v own="$own" '$1 == own && $2 == "main" { print $3; exit }')
    [ -n "$mirror" ] || { say "apt knows no mirror of Debian $own; run apt-get update"; exit 1; }
    if [ -e "$root" ]; then
        [ -z "$(mounts_below)" ] || { say "something is mounted below $root; not touching it"; exit 1; }
        say "removing an unfinished or older $root"
        rm -rf --one-file-system "$root"
    fi
    say "making a Debian $release in $root"
    debootstrap --variant=minbase --include=ca-certificates "$release" "$root" "$mirror" >"$folder/debootstrap.log" 2>&1 ||
        { tail "$folder/debootstrap.log" >&2; exit 1; }
    printf 'deb %s %s main\n' "$mirror" "$release" "$mirror" "$release-updates" "$mirror" "$release-backports" >"$root/etc/apt/sources.list"
    apt-config dump 2>/dev/null | grep -iE '^Acquire::(http|https)::Proxy ' >"$root/etc/apt/apt.conf.d/90proxy" || true
    fresh=yes
fi

# 2. What it needs of this machine, while this script runs ------------------------------------------------------------
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
# The certificates and the pip settings that this machine trusts and uses.
[ -f /etc/ssl/certs/ca-certificates.crt ] && cp -L /etc/ssl/certs/ca-certificates.crt "$folder/ca.crt"
[ -f /etc/pip.conf ] && cp -L /etc/pip.conf "$root/etc/pip.conf"
mkdir -p "$root/siran" "$root/opt/siran"
mount --bind "$checkout" "$root/siran"
mkdir -p "$checkout/.qgis-settings" # pytest-qgis keeps its profile there
mount -o remount,bind,ro "$root/siran"
mount -t tmpfs tmpfs "$root/siran/.qgis-settings"

inside() {
    local settings=() name
    for name in $(compgen -e | grep -E '^(PIP_|(http|https|no|HTTP|HTTPS|NO)_(proxy|PROXY)$)' | grep -vE '^PIP_(CERT|CACHE_DIR|FIND_LINKS)$'); do
        settings+=("$name=${!name}")
    done
    # pip inside, the one that the plugin starts too, trusts what pip outside does.
    [ -f "$root/opt/siran/ca.crt" ] && settings+=(PIP_CERT=/opt/siran/ca.crt)
    chroot "$root" /usr/bin/env -i PATH="$PATH" HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "${settings[@]}" "$@" </dev/null
}

if [ "${fresh:-}" = yes ]; then
    say "installing QGIS from $release-backports (2 GB)"
    inside apt-get -qq update >&2
    inside apt-get -qq -o Dpkg::Use-Pty=0 -t "$release-backports" install --yes --no-install-recommends "${packages[@]}" \
        >"$folder/apt.log" 2>&1 || { tail "$folder/apt.log" >&2; exit 1; }
    inside apt-get clean
    echo "$wanted" >"$root/.siran-ready"
fi
if [ -f "$folder/ca.crt" ]; then cp "$folder/ca.crt" "$root/opt/siran/ca.crt"; fi

# 3. Two environments on its Python: the backend's, and the tests' on top of its PyQGIS -------------------------------
environment() { # NAME VENV_OPTION|'' REQUIREMENTS
    local at=/opt/siran/$1 key
    key=$(sha256sum <"$checkout/$3")
    [ "$(cat "$root$at/.siran-stamp" 2>/dev/null)" = "$key" ] && return
    say "installing $3 into $at"
    inside python3 -m venv --clear ${2:+"$2"} "$at"
    inside "$at/bin/python" -m pip install --quiet --no-input --disable-pip-version-check -r "/siran/$3" >&2
    echo "$key" >"$root$at/.siran-stamp"
}
environment backend '' backend/requirements-cpu.txt
environment tests --system-site-packages tests/requirements-qgis.txt

# 4. The tests --------------------------------------------------------------------------------------------------------
say "$(inside dpkg-query -W -f='QGIS ${Version}' qgis), $(inside python3 --version)"
[ $# -gt 0 ] || set -- tests/qgis
inside QT_QPA_PLATFORM=offscreen QGIS_CUSTOM_CONFIG_PATH=/tmp/qgis PYTHONDONTWRITEBYTECODE=1 SIRAN_PYTHON=/opt/siran/backend/bin/python \
    sh -c 'cd /siran && exec /opt/siran/tests/bin/python -m pytest -p no:cacheprovider "$@"' sh "$@"
