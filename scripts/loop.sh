#!/usr/bin/env bash
# Whether power cuts and full disks can be tested here: prints 1 where root may mount a
# file on a loop device; else it says what is missing, aloud, on standard error.
set -uo pipefail
folder=$(mktemp -d)
trap 'umount "$folder/mnt" 2>/dev/null; rm -rf "$folder"' EXIT
mkdir "$folder/mnt"
truncate -s 16M "$folder/image"
if why=$({ mkfs.ext4 -q -F "$folder/image" && mount -o loop "$folder/image" "$folder/mnt"; } 2>&1); then
	echo 1
else
	echo "!! NOT TESTED: power cuts and full disks. They need root, mkfs.ext4 and a loop device: ${why//$'\n'/ }" >&2
fi
