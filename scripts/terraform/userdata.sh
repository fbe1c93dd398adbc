#!/usr/bin/env bash
# Fills in user-data.sh of the appliance as terraform would, and has bash and systemd read what it writes.
#
#   userdata.sh USER-DATA.SH
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
sed -e 's/\$\${/@{/g' -e 's/\${volume}/vol0123/g; s/\${region}/eu-central-1/g; s,\${binary},s3://b/k,g; s/\${sha256}/0/g; s/\${configuration}/ZGF0YTo=/g; s/\${secrets}/a=arn:aws:ssm:r:1:parameter\/x b=arn:aws:ssm:r:1:parameter\/y/g' -e 's/@{/${/g' "$1" >"$room/user-data"
! grep -n '\${[a-z]*}' "$room/user-data" || { echo "!! userdata: what terraform fills in is not known here" >&2; exit 1; }
bash -n "$room/user-data"
between() { sed -n "/<<'$1'\$/,/^$1\$/p" "$room/user-data" | sed '1d;$d'; }

# The secrets' script, with an aws that answers: each into its file, readable by its owner alone.
between SECRETS | sed "s,/run/seamark-secrets,$room/secrets,g; s/^chown .*//" >"$room/secrets.sh"
mkdir "$room/secrets" "$room/bin"
printf '#!/bin/bash\nwhile [ "$1" != --name ]; do shift; done\necho "value of $2"\n' >"$room/bin/aws"
chmod +x "$room/bin/aws"
PATH=$room/bin:$PATH bash "$room/secrets.sh"
[ "$(cat "$room/secrets/a" "$room/secrets/b")" = "value of arn:aws:ssm:r:1:parameter/x"$'\n'"value of arn:aws:ssm:r:1:parameter/y" ] && [ "$(stat -c %a "$room/secrets/a")" = 600 ] ||
	{ echo "!! userdata: the secrets are not where they should be" >&2; exit 1; }

# The unit, with commands that are there.
between UNIT | sed 's,=+\?/usr/local/[a-z/-]*seamark[a-z-]*,=/bin/true,' >"$room/seamark.service"
grep -q '^ExecStart=/bin/true up --config' "$room/seamark.service"
if command -v systemd-analyze >/dev/null; then
	said=$(systemd-analyze verify --man=no "$room/seamark.service" 2>&1 | grep seamark.service || true)
	[ -z "$said" ] || { echo "!! userdata: systemd says: $said" >&2; exit 1; }
	echo "bash and systemd read the appliance's user data"
else
	echo "bash reads the appliance's user data; no systemd-analyze here, so that its unit was not read"
fi
