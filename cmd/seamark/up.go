package main

import (
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seamark-hq/seamark/internal/app"
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

// apply puts the flags over the configuration.
func (f *upFlags) apply(cfg *config.Config) {
	for _, o := range []struct {
		flag string
		into *string
	}{{f.data, &cfg.Data}, {f.listen, &cfg.Listen}, {f.opensearch, &cfg.OpenSearch.URL}, {f.tlsCert, &cfg.FrontDoor.TLSCert}, {f.tlsKey, &cfg.FrontDoor.TLSKey}} {
		if o.flag != "" {
			*o.into = o.flag
		}
	}
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
			cfg, err := c.config()
			if err != nil {
				return err
			}
			flags.apply(cfg)
			frugalGC()
			a, err := app.New(cmd.Context(), app.Options{Config: cfg, Logger: c.logger(slog.LevelInfo), Version: buildVersion(),
				Listening: func(url string) { c.printListening(cfg, url) }})
			if err != nil {
				return err
			}
			return a.Run(cmd.Context())
		},
	}
	flags.add(cmd)
	return cmd
}

// printListening tells where everything is; the last line is the one to read.
func (c *cli) printListening(cfg *config.Config, url string) {
	key := cfg.FrontDoor.AccessKeyFile
	if key == "" {
		key = filepath.Join(cfg.Data, "access-key")
	}
	if c.json {
		c.writeJSON(c.out, map[string]string{"url": url, "front_door": url + "/ingest/firehose", "access_key_file": key, "lake": app.LakeFolder(cfg)})
		return
	}
	fmt.Fprintf(c.out, "lake        %s\nfront door  %s/ingest/firehose   access key in %s\npage        %s\n", app.LakeFolder(cfg), url, key, url)
}
