#!/bin/sh
# Install what the full tests, `make serve` and `make bench` need beside Python: PostgreSQL, Redis, a Chromium, a
# Chinese font, wrk.
# Never fails: what is missing then, the tests name and leave out.
wanted="postgresql redis-server chromium fonts-noto-cjk wrk"

have() {
    command -v "$1" >/dev/null 2>&1
}

missing=""
have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
have redis-server || have valkey-server || missing="$missing redis-server"
have chromium-headless-shell || have chromium || have chromium-browser || have google-chrome ||
    have google-chrome-stable || missing="$missing chromium"
have wrk || missing="$missing wrk"
# Without a Chinese font the pictures show boxes.
if have fc-list; then
    [ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ] || missing="$missing fonts-noto-cjk"
else
    missing="$missing fonts-noto-cjk"
fi

if [ -z "$missing" ]; then
    echo "PostgreSQL, Redis, Chromium, a Chinese font and wrk are here."
    exit 0
fi

if ! have apt-get; then
    echo "Missing:$missing. Please install the like of: $wanted"
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif have sudo && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "Missing:$missing. Please run as root: apt-get install$missing"
    exit 0
fi

echo "Installing$missing …"
export DEBIAN_FRONTEND=noninteractive
# The packages would start servers of their own; ours are private, on sockets and ports of their own.
$as_root apt-get update -qq || echo "The list of packages could not be renewed; trying the old one."
# The one without windows starts sooner and needs a third of the work.
if apt-cache show chromium-headless-shell >/dev/null 2>&1; then
    missing=$(echo "$missing" | sed 's/ chromium$/ chromium-headless-shell/; s/ chromium / chromium-headless-shell /')
fi
# shellcheck disable=SC2086
if $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
    echo "Done."
else
    echo "That did not work. Please install by hand:$missing"
fi
exit 0
