#!/bin/sh
# Installs django-indieweb (IndieAuth and Micropub) into a venv of its own in .tools/micropub, which git ignores, for
# tests/servers/test_micropub.py. Ten seconds, 110 MB. Run it again whenever you like: what is there already is only checked.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
place="$here/.tools/micropub"
python="${SMM_PYTHON:-$here/.venv/bin/python}"
INDIEWEB=0.6.2

say() { printf '%s\n' "$*" >&2; }

there() { "$place/bin/python" -c "from importlib.metadata import version; import indieweb, sys; sys.exit(version('django-indieweb') != '$INDIEWEB')" 2>/dev/null; }

if there; then
    say "django-indieweb $INDIEWEB: present"
    exit 0
fi
say "django-indieweb $INDIEWEB: installing"
"$python" -m venv --clear "$place"
"$place/bin/python" -m pip install --quiet "django-indieweb==$INDIEWEB"
there || { say "django-indieweb does not load: look at the output of pip above"; exit 1; }
say "django-indieweb $INDIEWEB: installed"
