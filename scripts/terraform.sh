#!/usr/bin/env bash
# Checks what is in terraform/, without AWS: every module and example with the genuine provider.
#
#   scripts/terraform.sh           all checks
#   scripts/terraform.sh CHECK…    these alone:
#     fmt validate test            terraform's own
#     mutants                      a place broken at a time: a test must notice each (scripts/terraform/mutants.py)
#     readme                       the tables in the READMEs are those of the modules
#     policies patterns tables     the plan of all modules: roles by parliament, events by AWS's rule engine, tables by schemas/
#     rights                       each role allows what its function was seen to ask for, and nothing else
#     runbooks functions           each alarm names a page that is there; hub and functions mean the same
#     configuration                the seamark.yml that the hub writes, by Seamark
#     checkov                      plan and template, but for what scripts/terraform/checkov.yaml excepts and why
#     cloudformation               the StackSet's template: cfn-lint, and the same as the modules
#     ministack                    hub and spoke applied to an emulator of its own and destroyed, meanwhile (scripts/terraform/ministack.sh)
#     userdata                     what the appliance's machine runs: read by bash and systemd
#
# Nothing is left behind below terraform/: the work is done on a copy in .cache/terraform.
#
# Needed: terraform 1.9 or newer on the path, and a folder that mirrors the provider hashicorp/aws
# 5.x, as `terraform providers mirror` makes it: TF_PLUGIN_MIRROR names it, else the usual places are
# searched. Where either is missing that is a failure if CI is set; elsewhere it is said and skipped.
# The rest is installed from PyPI, each file by its hash (scripts/terraform/requirements.txt). To raise a version: printf
# '%s\n' checkov==<v> cfn-lint==<v> parliament==<v> | pip-compile --generate-hashes --strip-extras
# --no-emit-index-url --no-emit-find-links --no-header -o scripts/terraform/requirements.txt -
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
checks="fmt readme validate test mutants policies rights patterns tables runbooks functions configuration checkov cloudformation userdata ministack"
wanted=${*:-$checks}
for name in $wanted; do
	case " $checks " in *" $name "*) ;; *) echo "terraform: no check is called $name; there are: $checks" >&2; exit 2 ;; esac
done

lack() { # WHAT REMEDY
	echo "!! terraform: $1: $2" >&2
	[ -z "${CI:-}" ] || exit 1
	echo "!! terraform: SKIPPED: nothing in terraform/ was checked" >&2
	exit 0
}
command -v terraform >/dev/null || lack "terraform is not on the path" "install version 1.9 or newer"
for mirror in "${TF_PLUGIN_MIRROR:-}" /opt/tf-plugins /usr/local/share/terraform/plugins /usr/share/terraform/plugins "$HOME/.terraform.d/plugins" none; do
	[ -n "$mirror" ] && compgen -G "$mirror/*/hashicorp/aws/5.*/*" >/dev/null && break
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
    include = ["hashicorp/*"]
  }
}
HCL
export TF_CLI_CONFIG_FILE=$work/cli.tfrc TF_IN_AUTOMATION=1 TF_INPUT=0
root=$work/../..
venv=$("$root/scripts/venv.sh" "$root/scripts/terraform/requirements.txt" 3.11) || exit 1
python() { "$venv/bin/python" "$@"; }

# The provider is started once for all of it: terraform starts it anew for each run of each test
# elsewhere, which costs a second of CPU each (it is 700 MB; `terraform test` 106 s, so 18 s). Nothing
# here configures it but one plan, so that what follows another cannot see it. The emulator's apply
# has its own.
provider=$(compgen -G "$mirror/*/hashicorp/aws/5.*/$(go env GOOS)_$(go env GOARCH)/terraform-provider-aws*" | sort -V | tail -1)
[ -n "$provider" ] || lack "$mirror has no provider for $(go env GOOS)_$(go env GOARCH)" "make one with 'terraform providers mirror'"
"$provider" -debug >"$work/provider.log" 2>&1 </dev/null &
provider=$!
trap 'kill $provider 2>/dev/null; "$root/scripts/ministack/stop.sh" "$work/ministack-data"' EXIT
until attach=$(grep -o "TF_REATTACH_PROVIDERS='.*'" "$work/provider.log"); do
	kill -0 $provider 2>/dev/null || { cat "$work/provider.log"; echo "!! terraform: the provider did not start" >&2; exit 1; }
	sleep 0.1
done
export TF_REATTACH_PROVIDERS
TF_REATTACH_PROVIDERS=$(tr -d "'" <<<"${attach#*=}")

failed=()
check() { # NAME COMMAND…
	local name=$1 at=$SECONDS TIMEFORMAT="== terraform $1: %0U s of CPU, %0S s of the system's"
	shift
	case " $wanted " in *" $name "*) ;; *) return ;; esac
	if time "$@"; then echo "== terraform $name passed in $((SECONDS - at)) s"; else
		echo "!! terraform $name FAILED in $((SECONDS - at)) s"
		failed+=("$name")
	fi
}

roots() { ls -d terraform/modules/*/ terraform/examples/*/ 2>/dev/null; }
init() { # FOLDER
	[ -d "$1/.terraform" ] || terraform -chdir="$1" init -backend=false -no-color >"$work/init.log" 2>&1 || { cat "$work/init.log"; return 1; }
}
validate() { # the examples call every module, and terraform looks at what is called too
	local folder module
	for module in terraform/modules/*/; do
		grep -q "\"../../$(basename "$(dirname "$module")")/$(basename "$module")\"" terraform/examples/*/main.tf || { echo "!! no example calls $module"; return 1; }
	done
	for folder in terraform/examples/*/; do
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

# One plan of all modules, with keys that open nothing and without a network.
plan() {
	[ -s "$work/plan.json" ] && return
	cp -a "$root/scripts/terraform/plan" "$work/plan"
	terraform -chdir="$work/plan" init -backend=false -no-color >"$work/init.log" 2>&1 || { cat "$work/init.log"; return 1; }
	terraform -chdir="$work/plan" plan -no-color -out=plan.bin >"$work/plan.log" 2>&1 || { cat "$work/plan.log"; return 1; }
	terraform -chdir="$work/plan" show -json plan.bin >"$work/plan.json"
}
reads() { # SCRIPT ARGUMENT…: a script that reads the plan
	plan && python "$root/scripts/terraform/$1.py" "${@:2}"
}
patterns() {
	local classes
	classes=$("$root/scripts/eventruler/classpath.sh") && SEAMARK_EVENTRULER=$classes reads patterns plan.json "$root"
}
configuration() {
	plan && (cd "$root" && env CI=1 SEAMARK_HUB_PLAN="$work/plan.json" go test -count=1 -run TestHubConfiguration ./internal/config)
}
checkov() {
	plan || return 1
	"$venv/bin/checkov" --config-file "$root/scripts/terraform/checkov.yaml" --framework terraform_plan -f plan.json &&
		"$venv/bin/checkov" --config-file "$root/scripts/terraform/checkov.yaml" --framework cloudformation -f terraform/cloudformation/spoke.yaml
}
cloudformation() {
	"$venv/bin/cfn-lint" terraform/cloudformation/spoke.yaml && reads cloudformation terraform/cloudformation/spoke.yaml plan.json
}

emulated() {
	. "$root/scripts/ports.sh"
	reserve_port && "$root/scripts/ministack/start.sh" "$reserved" "$work/ministack-data" >"$work/ministack-server.log" 2>&1 || { cat "$work/ministack-server.log"; return 1; }
	env -u TF_REATTACH_PROVIDERS SEAMARK_PYTHON="$venv/bin/python" SEAMARK_MINISTACK="http://127.0.0.1:$reserved" TF_LOG_PROVIDER=DEBUG TF_LOG_PATH="$work/ministack-requests.log" "$root/scripts/terraform/ministack.sh" "$work"
}
emulator=
case " $wanted " in *" ministack "*)
	emulated >"$work/ministack.log" 2>&1 &
	emulator=$!
	;;
esac

check fmt terraform fmt -check -diff -recursive terraform
check readme python "$root/scripts/terraform/readme.py" --check terraform/modules/*/ terraform/examples/*/
check validate validate
check test tests
check policies reads policies plan.json
check rights reads rights plan.json "$root"
check patterns patterns
check tables reads tables plan.json "$root"
check runbooks reads runbooks plan.json "$root"
check functions reads functions plan.json "$root"
check configuration configuration
check checkov checkov
check cloudformation cloudformation
check userdata "$root/scripts/terraform/userdata.sh" terraform/modules/appliance/user-data.sh
mutants() {
	local bad=0 of
	for of in modules examples; do python "$root/scripts/terraform/mutants.py" "terraform/$of" "$work/mutants-$of" || bad=1; done
	return $bad
}
check mutants mutants
if [ -n "$emulator" ]; then # it waits for the emulator most of its time
	wait "$emulator"
	rc=$?
	cat "$work/ministack.log"
	check ministack [ $rc = 0 ]
fi
[ ${#failed[@]} = 0 ] || { echo "!! terraform: failed: ${failed[*]}"; exit 1; }
