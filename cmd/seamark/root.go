package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
)

// Exit codes: done, failed, wrong usage.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// cli is what every verb shares.
type cli struct {
	in  io.Reader
	out io.Writer
	err io.Writer

	json       bool
	quiet      bool
	configFile string
	lake       string
	running    bool // a verb has begun: a fault from here on is no longer one of usage

	cloud onboard.Cloud // whose accounts are looked after; nil: AWS
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	return (&cli{in: in, out: out, err: errOut}).run(ctx, args)
}

func (c *cli) run(ctx context.Context, args []string) int {
	out := &stdout{to: c.out}
	c.out = out
	root := c.root()
	root.SetArgs(args)
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	verb, err := root.ExecuteContextC(ctx)
	if unwritten := out.finish(); unwritten != nil {
		err, c.running = unwritten, true // what the verb says of it is the same, in other words
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = interruption(verb)
	}
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errReported), errors.Is(err, errNobodyReads):
		return exitFailed
	case !c.running:
		if verb == root && len(args) > 0 && !strings.HasPrefix(args[0], "-") {
			err = unknownVerb(root, args[0]) // whatever its flags would have been
		}
		c.printFault(usage(verb, err))
		return exitUsage
	}
	c.printFault(err)
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

// errReported says that a verb failed and has said all there is to say.
var errReported = errors.New("reported")

// usageError is a command line that cannot be run.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

func usage(verb *cobra.Command, err error) error {
	if f, ok := errors.AsType[*seamark.Fault](err); ok {
		return &usageError{f}
	}
	text := strings.TrimSpace(strings.ReplaceAll(err.Error(), "\n\n", "\n"))
	if rest, ok := strings.CutPrefix(text, "unknown command "); ok {
		if quoted, err := strconv.QuotedPrefix(rest); err == nil {
			typed, _ := strconv.Unquote(quoted)
			return &usageError{unknownVerb(verb, typed)}
		}
	}
	return &usageError{&seamark.Fault{Class: seamark.Rejected, What: text, Remedy: helpOf(verb)}}
}

// need refuses a command line without what the verb is about.
func need(least, most int, what, remedy string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) >= least && len(args) <= most {
			return nil
		}
		return &seamark.Fault{Class: seamark.Rejected, What: what, Remedy: remedy}
	}
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "seamark",
		Short: "The observability appliance for many products in many AWS accounts",
		Long: `Seamark turns tagged AWS resources into searchable logs and into cards that say what broke.

  seamark demo                                    watch the whole pipeline at work
  seamark up                                      run it; Firehose delivers to it
  seamark transform --lake ./lake landing/*       landing objects into a lake
  seamark logs --lake ./lake --level ERROR        read the lake's logs
  seamark query --lake ./lake 'SELECT count(*) FROM logs'`,
		SilenceErrors: true, SilenceUsage: true, DisableSuggestions: true, // unknownVerb suggests
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := cmd.ValidateRequiredFlags(); err != nil {
				return err
			}
			if err := cmd.ValidateFlagGroups(); err != nil {
				return err
			}
			c.running = true
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Args: cobra.NoArgs,
	}
	flags := root.PersistentFlags()
	flags.BoolVar(&c.json, "json", false, "write JSON to standard output")
	flags.BoolVar(&c.quiet, "quiet", false, "no progress")
	flags.StringVar(&c.configFile, "config", "", "configuration file (default: seamark.yml, when it is there)")
	root.SetFlagErrorFunc(flagFault)
	root.Version = buildVersion()
	root.SetVersionTemplate(versionLine() + "\n")
	root.AddCommand(writes(c.transformCmd()), c.queryCmd(), c.logsCmd(), writes(c.indexCmd()), c.lambdaCmd(), c.verifyCmd(), c.alertCmd(), c.incidentCmd(), c.upCmd(), c.demoCmd(), c.configCmd(), c.versionCmd(),
		c.quarantineCmd(), c.explainCmd(), c.journeyCmd(), c.lakeCmd(), writes(c.compactCmd()), writes(c.retentionCmd()), writes(c.replayCmd()), c.costCmd(), c.onboardCmd(), c.silenceCmd(), c.sessionCmd(), c.rulesCmd(), c.dlqCmd(), c.doctorCmd(), c.probeCmd(), c.boardsCmd())
	return root
}

// lakeFlag adds --lake to a verb.
func (c *cli) lakeFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.lake, "lake", "", "folder of the lake, data folder of an appliance, or s3://bucket/prefix (default: from the configuration)")
	_ = cmd.MarkFlagDirname("lake")
}

// config loads the configuration, or the defaults where there is none.
func (c *cli) config() (*config.Config, error) {
	name := c.configFile
	if name == "" {
		if _, err := os.Stat("seamark.yml"); err != nil {
			return config.Default(), nil
		}
		name = "seamark.yml"
	}
	return config.Load(name, app.CheckAlerts)
}

// lakeFolder is --lake, or the configuration's.
func (c *cli) lakeFolder() (string, *config.Config, error) {
	cfg, err := c.config()
	if err != nil {
		return "", nil, err
	}
	if c.lake == "" {
		if cfg.Lake == "" && c.configFile == "" {
			if _, err := os.Stat(lakes.Place(cfg)); err != nil {
				return "", nil, &usageError{&seamark.Fault{Class: seamark.Rejected, What: "which lake?", Remedy: "name it with --lake, or as `lake:` in seamark.yml"}}
			}
		}
		return lakes.Place(cfg), cfg, nil
	}
	if lakes.IsRemote(c.lake) {
		return strings.TrimRight(c.lake, "/"), cfg, nil
	}
	if scheme, _, isURL := strings.Cut(c.lake, "://"); isURL {
		if scheme != "file" {
			return "", nil, &usageError{&seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("a lake cannot lie at %s://", scheme), Where: "--lake", Remedy: "name a folder, or s3://bucket/prefix"}}
		}
		c.lake = strings.TrimPrefix(c.lake, "file://")
	}
	return lakeIn(c.lake), cfg, nil
}

// lakeArg is how the lake was named, for a command line that a remedy shows.
func (c *cli) lakeArg() string {
	if c.lake == "" {
		return ""
	}
	return " --lake " + visible(seamark.ShellArg(c.lake))
}

// lakeIn is the lake inside the data folder of an appliance, or else folder itself.
func lakeIn(folder string) string {
	has := func(parts ...string) bool {
		info, err := os.Stat(filepath.Join(append([]string{folder}, parts...)...))
		return err == nil && info.IsDir()
	}
	if !has("ledger") && !has("landing") && (has("lake", "ledger") || has("lake", "landing")) {
		return filepath.Join(folder, "lake")
	}
	return folder
}
