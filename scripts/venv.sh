#!/usr/bin/env bash
# Make a Python environment that holds exactly what a locked requirements file names.
#
#   scripts/venv.sh FOLDER REQUIREMENTS VERSION [PYTHON]     VERSION: the oldest Python that will do, such as 3.10
#   scripts/venv.sh --find VERSION                           prints the Python that would be taken
#
# Nothing is done where it is there already. Without PYTHON one is looked for: on the path, then among pyenv's.
set -euo pipefail
if [ "$1" = --find ]; then
  folder= requirements= version=$2 python=
else
  folder=$1 requirements=$2 version=$3 python=${4:-}
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

[ -n "$folder" ] || { find_python; exit; }

stamp=$(sha256sum "$requirements" | cut -d' ' -f1)
[ "$(cat "$folder/.ready" 2>/dev/null)" = "$stamp" ] && exit 0
python=$(find_python)
echo "venv: installing $(grep -c '==' "$requirements") packages into $folder"
rm -rf "$folder"
"$python" -m venv "$folder"
"$folder/bin/pip" install -q --disable-pip-version-check --no-deps --prefer-binary --require-hashes -r "$requirements"
echo "$stamp" >"$folder/.ready"
