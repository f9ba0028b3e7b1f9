#!/usr/bin/env bash
# Installs Debian's Chromium for the tests in a browser, when there is none.
set -euo pipefail

if command -v chromium >/dev/null || [ -n "${CHROMIUM_PATH:-}" ]; then exit 0; fi
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
as_root apt-get update -qq
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium
