package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/seamark-hq/seamark/dashboards"
	"github.com/seamark-hq/seamark/internal/app"
)

func (c *cli) sessionCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "session", Short: "See who is logged in to the page, and end that", Args: cobra.NoArgs,
		Long: `See who is logged in to the page, and end that. Sessions last a week. The appliance may run meanwhile: it
sees at the next request that a session was ended. A new login token ends all of them, too.`,
		Example: "  seamark session list\n  seamark session revoke 5f2a\n  seamark session revoke --all",
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(c.sessionListCmd(), c.sessionRevokeCmd())
	return cmd
}

func (c *cli) sessions() (*dashboards.Sessions, error) {
	cfg, err := c.config()
	if err != nil {
		return nil, err
	}
	return app.Sessions(cfg)
}

func (c *cli) sessionListCmd() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the sessions, those that end first ahead", Args: cobra.NoArgs,
		Example: "  seamark session list\n  seamark session list --json",
		RunE: func(*cobra.Command, []string) error {
			s, err := c.sessions()
			if err != nil {
				return err
			}
			list, err := s.List()
			if err != nil {
				return err
			}
			if c.json {
				return c.writeJSON(c.out, map[string]any{"sessions": append([]dashboards.Session{}, list...)})
			}
			if len(list) == 0 {
				fmt.Fprintln(c.out, "Nobody is logged in.")
				return nil
			}
			g := newGrid("ID", "SINCE", "UNTIL", "FROM", "BROWSER")
			for _, x := range list {
				g.add(x.ID, x.Since.Format(time.RFC3339), x.Until.Format(time.RFC3339), visible(x.Address), visible(x.Browser))
			}
			g.print(c.out)
			return nil
		},
	}
}

func (c *cli) sessionRevokeCmd() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: "revoke ID... | --all", Short: "End sessions: their browsers must log in again",
		Long:    "End the sessions whose ids begin so: their browsers must log in again.",
		Example: "  seamark session revoke 5f2a\n  seamark session revoke --all",
		RunE: func(_ *cobra.Command, ids []string) error {
			if all == (len(ids) > 0) {
				return &usageError{errors.New("name the sessions, or --all")}
			}
			s, err := c.sessions()
			if err != nil {
				return err
			}
			if all {
				n, err := s.EndAll()
				if err == nil {
					fmt.Fprintf(c.out, "%s ended\n", plural(int64(n), "session"))
				}
				return err
			}
			for _, id := range ids {
				x, err := s.End(id)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%s ended\n", x.ID)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "end all of them")
	return cmd
}
