package seamark_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark"
	"pgregory.net/rapid"
)

// TestShellArg: a shell reads the argument back as it was.
func TestShellArg(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no sh")
	}
	if got := seamark.ShellArg("/data/lake-1"); got != "/data/lake-1" {
		t.Errorf("%s is quoted without need", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.StringMatching(`[a-z '"$\\*;|&~#!?é\n]{0,12}`), 1, 40).Draw(t, "args")
		var line strings.Builder
		for _, s := range want {
			line.WriteString(" " + seamark.ShellArg(s))
		}
		out, err := exec.Command("sh", "-c", "printf '%s\\0'"+line.String()).Output()
		if err != nil || string(out) != strings.Join(want, "\x00")+"\x00" {
			t.Fatalf("%q became %q: %v", want, out, err)
		}
	})
}
