package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app"
	"github.com/seamark-hq/seamark/internal/config"
)

func (c *cli) indexCmd() *cobra.Command {
	var url, since string
	var wait time.Duration
	var days int
	var replace bool
	cmd := &cobra.Command{
		Use:   "index --lake LAKE --opensearch URL [OBJECT...]",
		Short: "Bring a lake into OpenSearch",
		Long: `Bring the rows of a lake into OpenSearch: templates are installed, documents created with ids made
from the events, so that a second run only finds duplicates. OBJECT is a landing id, a
landing object or a lake file; none means all. A document that OpenSearch refuses is
stored in a reduced form and marked. User and password come from seamark.yml.`,
		Example: `  seamark index --lake ./lake --opensearch http://127.0.0.1:9200
  seamark index --lake ./lake --opensearch http://127.0.0.1:9200 --since 1d --json`,
		RunE: func(cmd *cobra.Command, objects []string) error {
			folder, cfg, err := c.searchedLake(url)
			if err != nil {
				return err
			}
			o := app.IndexOptions{Lake: folder, Config: cfg, Objects: objects, Days: days, Wait: wait, Replace: replace, Logger: c.logger(warnLevel)}
			if since != "" {
				if o.Since, err = seamark.ParseTime(since, time.Now(), time.Local); err != nil {
					return &usageError{err}
				}
			}
			p := c.progress("objects")
			o.Progress = p.show
			begin := time.Now()
			r, err := app.Index(cmd.Context(), o)
			p.clear()
			if c.json && (err == nil || r.Documents > 0) {
				c.writeJSON(c.out, r)
			} else if err == nil {
				fmt.Fprintf(c.out, "objects %s, too_old %s, retries %s, %s\n", count(r.Objects), count(r.TooOld), count(r.Retries), lasted(time.Since(begin)))
				fmt.Fprintf(c.out, "documents %s = created %s + replaced %s + duplicates %s + reduced %s\n", count(r.Documents), count(r.Created), count(r.Replaced), count(r.Duplicates), count(r.Reduced))
			}
			return err
		},
	}
	c.lakeFlag(cmd)
	cmd.Flags().StringVar(&url, "opensearch", "", "URL of the OpenSearch (default: from the configuration)")
	cmd.Flags().StringVar(&since, "since", "", "only objects with rows from then on: 1d, 2026-11-22, …")
	cmd.Flags().IntVar(&days, "retention-days", 0, "leave out events of days older than this (default: index all)")
	cmd.Flags().BoolVar(&replace, "replace", false, "put each document in place of the one with its id (after a replay without an OpenSearch)")
	cmd.Flags().DurationVar(&wait, "wait", 2*time.Minute, "how long to bear an OpenSearch that is down or busy")
	cmd.AddCommand(c.reindexCmd())
	return cmd
}

func (c *cli) reindexCmd() *cobra.Command {
	var url string
	o := app.ReindexOptions{}
	cmd := &cobra.Command{
		Use:   "reindex --lake LAKE --opensearch URL [DATE...]",
		Short: "Make the indices of days anew from the lake, without a gap",
		Long: `Make the OpenSearch indices of days (UTC) anew from the lake, of the templates of this version: an index
keeps the mapping that it was made with, and a search with a later feature leaves it out.

New indices, whose names begin with "rebuild-", are filled beside those that are there, and take their
place in one step: the old name becomes an alias, and the old index is gone. Nobody sees a row twice or
misses one, and indexing goes on; a search in the moment in which a name becomes an alias is answered by the
lake, or has to be asked again. When the lake gives fewer documents than the index has, nothing is
replaced: the lake may no longer keep that day.`,
		Example: `  seamark index reindex --lake ./lake --opensearch http://127.0.0.1:9200 2026-11-22
  seamark index reindex --lake ./lake --opensearch http://127.0.0.1:9200 --stale --dry-run`,
		RunE: func(cmd *cobra.Command, dates []string) (err error) {
			if o.Lake, o.Config, err = c.searchedLake(url); err != nil {
				return err
			}
			if len(dates) == 0 && !o.Stale {
				return &usageError{&seamark.Fault{Class: seamark.Rejected, What: "which days?", Remedy: "name them, such as 2026-11-22, or say --stale for all that an older version made"}}
			}
			for _, date := range dates {
				day, err := time.Parse(time.DateOnly, date)
				if err != nil {
					return &usageError{&seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%q is not a day", date), Remedy: "write it as 2026-11-22"}}
				}
				o.Days = append(o.Days, day)
			}
			p := c.progress("objects")
			o.Progress, o.Logger = p.show, c.logger(warnLevel)
			days, err := app.Reindex(cmd.Context(), o)
			p.clear()
			if c.json && (err == nil || len(days) > 0) {
				c.writeJSON(c.out, struct {
					DryRun bool            `json:"dry_run"`
					Days   []app.Reindexed `json:"days"`
				}{o.DryRun, append([]app.Reindexed{}, days...)})
			} else {
				c.writeReindexed(days, o.DryRun, err == nil)
			}
			return err
		},
	}
	c.lakeFlag(cmd)
	cmd.Flags().StringVar(&url, "opensearch", "", "URL of the OpenSearch (default: from the configuration)")
	cmd.Flags().BoolVar(&o.Stale, "stale", false, "each day with an index that was made of an older template")
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "only tell which days, with how many documents and objects")
	cmd.Flags().BoolVar(&o.Force, "force", false, "also where the lake gives fewer documents than the index has")
	cmd.Flags().DurationVar(&o.Wait, "wait", 2*time.Minute, "how long to bear an OpenSearch that is down or busy")
	return cmd
}

func (c *cli) writeReindexed(days []app.Reindexed, dryRun, all bool) {
	for _, d := range days {
		if dryRun {
			fmt.Fprintf(c.out, "%s would be made anew: %s documents, from %s objects of the lake\n", d.Day, count(d.Was), count(int64(d.Objects)))
		} else {
			fmt.Fprintf(c.out, "%s made anew: %s documents, %s before\n", d.Day, count(d.Now), count(d.Was))
		}
	}
	if len(days) == 0 && all {
		fmt.Fprintln(c.out, "every index is of this version: nothing to do")
	}
}

// searchedLake is the lake, and the configuration with the OpenSearch that a flag may name.
func (c *cli) searchedLake(url string) (string, *config.Config, error) {
	folder, cfg, err := c.lakeFolder()
	if err != nil {
		return "", nil, err
	}
	if url != "" {
		cfg.OpenSearch.URL = url
	}
	if cfg.OpenSearch.URL == "" {
		return "", nil, &usageError{&seamark.Fault{Class: seamark.Rejected, What: "which OpenSearch?", Remedy: "name it with --opensearch URL, or as `opensearch.url:` in seamark.yml"}}
	}
	return folder, cfg, nil
}
