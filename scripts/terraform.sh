#!/usr/bin/env bash
# Checks what is in terraform/, without AWS: every module and example with the genuine provider.
#
#   scripts/terraform.sh           all checks
#   scripts/terraform.sh CHECK…    these alone: fmt validate test mutants
#
# Nothing is left behind below terraform/: the work is done on a copy in .cache/terraform.
#
# Needed: terraform 1.9 or newer on the path, and a folder that mirrors registry.terraform.io/hashicorp/aws
# 5.x, as `terraform providers mirror` makes it: TF_PLUGIN_MIRROR names it, else the usual places are
# searched. Where either is missing that is a failure if CI is set; elsewhere it is said and skipped.
# The rest is installed from PyPI, each file by its hash (scripts/terraform/requirements.txt). To raise a version: printf
# '%s\n' checkov==<v> cfn-lint==<v> parliament==<v> | pip-compile --generate-hashes --strip-extras
# --no-emit-index-url --no-emit-find-links --no-header -o scripts/terraform/requirements.txt -
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
known="fmt validate test mutants"
wanted=${*:-$known}
for name in $wanted; do
	case " $known " in *" $name "*) ;; *) echo "terraform: no check is called $name; there are: $known" >&2; exit 2 ;; esac
done

lack() { # WHAT REMEDY
	echo "!! terraform: $1: $2" >&2
	[ -z "${CI:-}" ] || exit 1
	echo "!! terraform: SKIPPED: nothing in terraform/ was checked" >&2
	exit 0
}
command -v terraform >/dev/null || lack "terraform is not on the path" "install version 1.9 or newer"
for mirror in "${TF_PLUGIN_MIRROR:-}" /opt/tf-plugins /usr/local/share/terraform/plugins /usr/share/terraform/plugins "$HOME/.terraform.d/plugins" none; do
	[ -n "$mirror" ] && compgen -G "$mirror/registry.terraform.io/hashicorp/aws/5.*/*" >/dev/null && break
done
[ "$mirror" != none ] || lack "no mirror of the AWS provider 5.x was found" "make one with 'terraform providers mirror', and name it in TF_PLUGIN_MIRROR"

work=$PWD/.cache/terraform
rm -rf "$work" && mkdir -p "$work"
cp -a terraform "$work/terraform" && cd "$work" || exit 1
cat >"$work/cli.tfrc" <<HCL
disable_checkpoint = true
provider_installation {
  filesystem_mirror {
    path    = "$mirror"
    include = ["registry.terraform.io/hashicorp/*"]
  }
}
HCL
export TF_CLI_CONFIG_FILE=$work/cli.tfrc TF_IN_AUTOMATION=1 TF_INPUT=0
root=$work/../..
venv=$root/.cache/terraform-venv
python() { "$venv/bin/python" "$@"; }
( # one at a time
	flock 9
	"$root/scripts/venv.sh" "$venv" "$root/scripts/terraform/requirements.txt" 3.11
) 9>"$venv.lock" || exit 1

failed=()
check() { # NAME COMMAND…
	local name=$1 at=$SECONDS
	shift
	case " $wanted " in *" $name "*) ;; *) return ;; esac
	if "$@"; then echo "== terraform $name passed in $((SECONDS - at)) s"; else
		echo "!! terraform $name FAILED in $((SECONDS - at)) s"
		failed+=("$name")
	fi
}

roots() { ls -d terraform/modules/*/ terraform/examples/*/ 2>/dev/null; }
init() { # FOLDER
	[ -d "$1/.terraform" ] || terraform -chdir="$1" init -backend=false -no-color >"$work/init.log" 2>&1 || { cat "$work/init.log"; return 1; }
}
validate() {
	local folder
	for folder in $(roots); do
		{ init "$folder" && terraform -chdir="$folder" validate -no-color; } || { echo "!! $folder"; return 1; }
	done
}
tests() {
	local folder bad=0
	for folder in $(roots); do
		compgen -G "$folder/tests/*.tftest.hcl" >/dev/null || { echo "!! $folder has no tests"; bad=1; continue; }
		{ init "$folder" && terraform -chdir="$folder" test -no-color; } || { echo "!! $folder"; bad=1; }
	done
	return $bad
}

check fmt terraform fmt -check -diff -recursive terraform
check validate validate
check test tests
check mutants python "$root/scripts/terraform/mutants.py" terraform/modules "$work/mutants"
[ ${#failed[@]} = 0 ] || { echo "!! terraform: failed: ${failed[*]}"; exit 1; }
