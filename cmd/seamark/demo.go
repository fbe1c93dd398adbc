package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/app/demo"
)

func (c *cli) demoCmd() *cobra.Command {
	var flags upFlags
	var seed uint64
	var once bool
	var rate float64
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Watch the whole pipeline at work on a simulated company",
		Long: `Run the appliance together with a simulated shipping company (4 accounts, 6 products, 3 environments)
that delivers genuine CloudWatch Logs payloads to the front door as Firehose does. After 20 s a
release breaks one product for 30 s: a card appears, the fault is fixed, the card resolves.
Without --data everything goes to a new temporary folder.`,
		Example: "  seamark demo\n  seamark demo --once --json --seed 7",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if rate < 0 || rate > 100_000 {
				return &usageError{&seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%v events per second", rate), Where: "--rate", Remedy: "use 1 to 100000"}}
			}
			cfg, err := c.config()
			if err != nil {
				return err
			}
			flags.apply(cfg)
			frugalGC()
			if flags.data == "" {
				if cfg.Data, err = os.MkdirTemp("", "seamark-demo-"); err != nil {
					return err
				}
			}
			if cfg.Data, err = filepath.Abs(cfg.Data); err != nil {
				return err
			}
			demo.Hasten(cfg)
			tell, level := c.out, slog.LevelWarn
			if c.json {
				tell = io.Discard
			}
			if !cmd.Flags().Changed("seed") {
				seed = uint64(time.Now().UnixNano())
			}
			var listener net.Listener
			if flags.listen == "" {
				if listener, err = listenNear(cfg.Listen); err != nil {
					return err
				}
				if got := listener.Addr().String(); got != cfg.Listen {
					fmt.Fprintf(tell, "%s is in use: the demo takes %s\n", cfg.Listen, got)
				}
			}
			result, err := demo.Run(cmd.Context(), demo.Options{
				Options: app.Options{Config: cfg, Listener: listener, Logger: c.logger(level), Version: buildVersion(), Listening: func(url string) {
					fmt.Fprintf(tell, "Seamark demo, seed %d. Everything is in %s\nOpen %s   (Ctrl-C stops)\n\n", seed, cfg.Data, url)
				}},
				Seed: seed, Once: once, Rate: rate, Tell: tell,
			})
			if c.json {
				if err == nil || result.EventsIn > 0 {
					c.writeJSON(c.out, result)
				}
			} else if result.EventsIn > 0 {
				toCard := ""
				if result.SecondsToCard > 0 {
					toCard = fmt.Sprintf("; %.1f s to the card", result.SecondsToCard)
				}
				fmt.Fprintf(tell, "\nevents_in %s = rows %s + quarantined %s; control_messages %s%s\n", count(result.EventsIn),
					count(result.Rows), count(result.Quarantined), count(result.ControlMessages), toCard)
				if cmd.Context().Err() != nil {
					fmt.Fprintf(tell, "Stopped. What arrived is kept: `seamark up --data %s` shows it\n", cfg.Data)
				}
			}
			return err
		},
	}
	flags.add(cmd)
	cmd.Flags().Uint64Var(&seed, "seed", 0, "of the company (default: a new one each time)")
	cmd.Flags().Float64Var(&rate, "rate", 300, "events per second, on average")
	cmd.Flags().BoolVar(&once, "once", false, "stop when the incident has resolved")
	return cmd
}

// listenNear listens on addr, or on the first of the next nineteen ports that is free: a demo
// beside whatever else runs here is no fault.
func listenNear(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	host, port, _ := net.SplitHostPort(addr)
	first, _ := strconv.Atoi(port)
	for next := first + 1; errors.Is(err, syscall.EADDRINUSE) && next < first+20; next++ {
		l, err = net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(next)))
	}
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "cannot listen", Where: addr, Err: err, Remedy: "name another address with --listen; --listen 127.0.0.1:0 takes any free port"}
	}
	return l, nil
}
