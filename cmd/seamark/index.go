package main

import (
	"github.com/spf13/cobra"
)

func (c *cli) indexCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "index", Hidden: true, RunE: func(*cobra.Command, []string) error { return nil }}
	return cmd
}
