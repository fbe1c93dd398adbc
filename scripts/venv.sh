#!/usr/bin/env bash
# Make a Python environment that holds exactly what a locked requirements file names, and print its folder.
#
#   scripts/venv.sh REQUIREMENTS VERSION [PYTHON]     VERSION: the oldest Python that will do, such as 3.10
#   scripts/venv.sh --find VERSION                    prints the Python that would be taken
#
# It is made once for all clones, below VENV_CACHE (/var/tmp/venvs-dev), one for each content of the file.
# Without PYTHON one is looked for: on the path, then among pyenv's.
set -euo pipefail
if [ "$1" = --find ]; then
  requirements= version=$2 python=
else
  requirements=$1 version=$2 python=${3:-}
fi

fits() { "$1" -c "import sys, venv, ensurepip; sys.exit(sys.version_info < tuple(map(int, '$version'.split('.'))))" 2>/dev/null; }
find_python() {
  local p
  for p in "$python" python3 python3.1{3,2,1,0} "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python3; do
    if [ -n "$p" ] && command -v "$p" >/dev/null && fits "$p"; then
      echo "$p"
      return
    fi
  done
  echo "venv: no Python $version or later was found: install one with its venv module" >&2
  exit 1
}

[ -n "$requirements" ] || { find_python; exit; }

stamp=$(sha256sum "$requirements" | cut -c1-16)
python=$(find_python)
cache=${VENV_CACHE:-/var/tmp/venvs-dev}
mkdir -p "$cache"
[ -O "$cache" ] || { echo "venv: $cache belongs to somebody else: name a folder of yours in VENV_CACHE" >&2; exit 1; }
made=$cache/$stamp-$("$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])')
( # one at a time
  flock 9
  [ -e "$made/.ready" ] && exit 0
  echo "venv: installing $(grep -c '==' "$requirements") packages into $made"
  rm -rf "$made"
  "$python" -m venv "$made"
  "$made/bin/pip" install -q --disable-pip-version-check --no-deps --prefer-binary --require-hashes -r "$requirements"
  touch "$made/.ready"
) 9>"$made.lock" >&2
echo "$made"
