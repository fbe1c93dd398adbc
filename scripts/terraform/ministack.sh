#!/usr/bin/env bash
# Applies hub and spoke to MiniStack, an emulator of AWS that others wrote, looks whether what must
# be there is there, and destroys all of it.
#
#   scripts/terraform/ministack.sh WORK        WORK: scripts/terraform.sh's copy of terraform/
#   Environment: SEAMARK_MINISTACK  its URL; SEAMARK_PYTHON  a Python; AWS_… and TF_CLI_CONFIG_FILE as terraform takes them
#
# Left out, and why:
#   aws_cloudwatch_log_destination(_policy)  it refuses the tags of a destination
#   OpenSearch domain, VPC                   nothing of ours would speak to them
# Nor is a second plan asked to be empty: it answers some resources otherwise than they were written, and
# nothing is run in its functions. It enforces no IAM.
set -euo pipefail
work=$(realpath "$1")
[ -n "${SEAMARK_MINISTACK:-}" ] || { echo "!! ministack: SEAMARK_MINISTACK names no MiniStack: scripts/ministack/start.sh starts one" >&2; exit 1; }
export AWS_ENDPOINT_URL=$SEAMARK_MINISTACK
rm -rf "$work/ministack" "$work/packages"
cp -a "$(dirname "$0")/ministack" "$work/ministack"
mkdir "$work/packages"
for function in collector transformer indexer alerter; do
	python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1], "w").writestr("bootstrap", "#!/bin/sh\n")' "$work/packages/$function-arm64.zip"
done
cd "$work/ministack"
terraform init -backend=false -no-color >init.log 2>&1 || { cat init.log; exit 1; }
export TF_VAR_packages=$work/packages
targets=(-target=module.hub -target=module.spoke -target=module.spoke_region -target=module.hub_region.aws_iam_role_policy.destination -target=module.hub_region.aws_sns_topic_subscription.alarms)
at=$SECONDS
terraform apply -auto-approve -no-color -input=false "${targets[@]}" >apply.log 2>&1 || { grep -A12 '^Error\|^│ Error' apply.log || tail -30 apply.log; exit 1; }
made=$(grep -o 'Resources: [0-9][0-9]* added' apply.log)
echo "applied in $((SECONDS - at)) s: $made"

# What counts is what is there, asked without terraform.
"$SEAMARK_PYTHON" "$work/../../scripts/terraform/ministack.py"

at=$SECONDS
terraform destroy -auto-approve -no-color -input=false >destroy.log 2>&1 || { grep -A12 '^Error\|^│ Error' destroy.log || tail -30 destroy.log; exit 1; }
gone=$(grep -o '[0-9][0-9]* destroyed' destroy.log)
[ "$(grep -o '[0-9]*' <<<"$made")" = "$(grep -o '[0-9]*' <<<"$gone")" ] || { echo "!! ministack: $made, but $gone"; exit 1; }
echo "destroyed in $((SECONDS - at)) s: $gone"
