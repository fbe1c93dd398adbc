package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
)

const warnLevel = slog.LevelWarn

// upFlags are what up and demo share.
type upFlags struct {
	data, listen, opensearch, tlsCert, tlsKey string
}

func (f *upFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.data, "data", "", "folder for everything the appliance keeps (default .seamark)")
	cmd.Flags().StringVar(&f.listen, "listen", "", "address of page, API and front door (default 127.0.0.1:8080)")
	cmd.Flags().StringVar(&f.opensearch, "opensearch", "", "URL of an OpenSearch to index into")
	cmd.Flags().StringVar(&f.tlsCert, "tls-cert", "", "certificate file (PEM); Firehose speaks HTTPS only")
	cmd.Flags().StringVar(&f.tlsKey, "tls-key", "", "key file of the certificate (PEM)")
	cmd.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	_ = cmd.MarkFlagDirname("data")
}

// apply puts the flags over the configuration, and returns the keys that they say, with their names.
func (f *upFlags) apply(cfg *config.Config) map[string]string {
	said := map[string]string{}
	for _, o := range []struct {
		key, name, flag string
		into            *string
	}{
		{"data", "--data", f.data, &cfg.Data}, {"listen", "--listen", f.listen, &cfg.Listen}, {"opensearch.url", "--opensearch", f.opensearch, &cfg.OpenSearch.URL},
		{"frontDoor.tlsCert", "--tls-cert", f.tlsCert, &cfg.FrontDoor.TLSCert}, {"frontDoor.tlsKey", "--tls-key", f.tlsKey, &cfg.FrontDoor.TLSKey},
	} {
		if o.flag != "" {
			*o.into = o.flag
			said[o.key] = o.name
		}
	}
	return said
}

// runConfig loads the configuration that an appliance shall run by. What is wrong with a flag is
// wrong usage.
func (c *cli) runConfig(flags *upFlags) (*config.Config, error) {
	name := c.configFile
	if _, err := os.Stat("seamark.yml"); name == "" && err == nil {
		name = "seamark.yml"
	}
	cfg, err := config.LoadToRun(name, config.Running{
		Change: func(cfg *config.Config) { flags.apply(cfg) }, Flags: flags.apply(config.Default()), Checks: []config.Check{app.CheckAlerts},
	})
	if faults, ok := errors.AsType[config.Faults](err); ok {
		for _, f := range faults {
			if strings.HasPrefix(f.Where, "--") {
				return nil, &usageError{faults}
			}
		}
	}
	return cfg, err
}

func (c *cli) upCmd() *cobra.Command {
	var flags upFlags
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Run the appliance: front door, lake, search, rules, cards and page in one process",
		Long: `Run the whole of Seamark in one process. Firehose delivers to POST /ingest/firehose with the access
key that the first start puts into the data folder. What is acknowledged is on disk. Killed
at any point it continues where it was; SIGTERM drains.`,
		Example: `  seamark up
  seamark up --data /var/lib/seamark --config /etc/seamark.yml --tls-cert cert.pem --tls-key key.pem`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := c.runConfig(&flags)
			if err != nil {
				return err
			}
			frugalGC()
			var a *app.App
			a, err = app.New(cmd.Context(), app.Options{Config: cfg, Logger: c.logger(slog.LevelInfo), Version: buildVersion(),
				Listening: func(url string) { c.printListening(cfg, url, a.LocalURL()) }})
			if err != nil {
				return err
			}
			return a.Run(cmd.Context())
		},
	}
	flags.add(cmd)
	return cmd
}

// printListening tells where everything is; the last line is the one to read. Where people come by
// another name than this machine listens on, it tells both: the name may not lead here yet.
func (c *cli) printListening(cfg *config.Config, url, local string) {
	key := cfg.FrontDoor.AccessKeyFile
	if key == "" {
		key = filepath.Join(cfg.Data, "access-key")
	}
	if c.json {
		c.writeJSON(c.out, map[string]string{"url": url, "listening": local, "front_door": url + "/ingest/firehose", "access_key_file": key, "lake": lakes.Place(cfg)})
		return
	}
	if url != local {
		fmt.Fprintf(c.out, "listening   %s\n", local)
	}
	fmt.Fprintf(c.out, "lake        %s\nfront door  %s/ingest/firehose   access key in %s\npage        %s\n", lakes.Place(cfg), url, key, url)
}
