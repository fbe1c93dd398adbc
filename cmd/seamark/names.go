package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	seamark "github.com/seamark-hq/seamark"
)

// mostNames is how many names a remedy lists where none is like the one that was typed.
const mostNames = 12

// noSuch says that a name is none of those there are, and names the nearest.
func noSuch(what, name, where string, names []string) *seamark.Fault {
	f := &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("no %s is called %q", what, name), Where: where}
	switch best := seamark.Nearest(name, names); {
	case best != "":
		f.Remedy = fmt.Sprintf("did you mean %s?", best)
	case len(names) == 0:
		f.Remedy = "there is none at all"
	case len(names) <= mostNames:
		f.Remedy = "there are " + strings.Join(names, ", ")
	default:
		f.Remedy = fmt.Sprintf("there are %s and %d more", strings.Join(names[:mostNames], ", "), len(names)-mostNames)
	}
	return f
}

// checkLevels refuses a level that no row can have.
func checkLevels(levels []string) error {
	for _, l := range levels {
		if !slices.Contains(seamark.Levels(), l) {
			return &usageError{noSuch("level", l, "--level", seamark.Levels())}
		}
	}
	return nil
}

// strangers are the names among some that none of those there are has, each with the nearest.
func strangers(what string, some, names []string) (out []*seamark.Fault) {
	for _, name := range some {
		if !slices.Contains(names, name) {
			out = append(out, noSuch(what, name, "--"+what, names))
		}
	}
	return out
}

// unknownVerb says of a word that a verb does not take what was perhaps meant.
func unknownVerb(cmd *cobra.Command, typed string) *seamark.Fault {
	if !cmd.HasAvailableSubCommands() {
		return &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("it takes no argument, and was given %q", typed), Where: cmd.CommandPath(), Remedy: helpOf(cmd)}
	}
	f := &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("unknown command %q for %q", typed, cmd.CommandPath()), Remedy: helpOf(cmd)}
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	if best := seamark.Nearest(typed, names); best != "" {
		f.Remedy = fmt.Sprintf("did you mean `%s %s`?", cmd.CommandPath(), best)
	}
	return f
}

// flagFault says what is wrong with a flag, and which was perhaps meant.
func flagFault(cmd *cobra.Command, err error) error {
	f := &seamark.Fault{Class: seamark.Rejected, What: err.Error(), Remedy: helpOf(cmd)}
	if typed, ok := strings.CutPrefix(f.What, "unknown flag: --"); ok {
		var names []string
		add := func(x *pflag.Flag) { names = append(names, x.Name) }
		cmd.Flags().VisitAll(add)
		cmd.InheritedFlags().VisitAll(add)
		if best := seamark.Nearest(typed, names); best != "" {
			f.Remedy = fmt.Sprintf("did you mean `--%s`?", best)
		}
	}
	return &usageError{f}
}

func helpOf(cmd *cobra.Command) string { return "see `" + cmd.CommandPath() + " --help`" }
