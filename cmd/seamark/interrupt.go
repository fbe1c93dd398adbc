package main

import (
	"context"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
)

// writes marks a verb that changes what is kept: stopped half-way, the same command goes on.
func writes(cmd *cobra.Command) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[writing] = ""
	return cmd
}

const writing = "writes"

// interruption is what a verb says, once, that a person stopped: what is safe, and how to go on.
func interruption(verb *cobra.Command) error {
	f := &seamark.Fault{Class: seamark.Temporary, What: "interrupted; nothing was changed", Remedy: "run the same command again"}
	if _, ok := verb.Annotations[writing]; ok {
		f.What, f.Remedy = "interrupted; what is done stays done, nothing is half done", "run the same command again to go on"
	}
	return f
}

// interrupted is the error of a context that a person ended.
func interrupted(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return context.Canceled
}
