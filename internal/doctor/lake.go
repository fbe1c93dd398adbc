package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/lake/athena"
	"github.com/seamark-hq/seamark/lake/senders"
)

// Lake is what is asked of a lake.
type Lake interface {
	// Last is the newest of the last 14 days on which each account sent, yyyy-mm-dd, by account.
	Last(ctx context.Context) (map[string]string, error)
	// Names are the products and environments that the lake has.
	Names(ctx context.Context) (athena.Names, error)
}

// Index is an OpenSearch.
type Index interface {
	Check(ctx context.Context) error
	// Stale names the index templates that are not those of this version.
	Stale(ctx context.Context) ([]string, error)
	// StaleDays are those with an index that was made of an older template, oldest first.
	StaleDays(ctx context.Context) ([]time.Time, error)
}

func isMissing(err error) bool { return errors.Is(err, ErrMissing) }

func freshness(ctx context.Context, p *Patient) (out []Finding) {
	if p.Lake == nil || len(p.Places) == 0 {
		return nil
	}
	if p.Hub != nil && p.inline(ctx) {
		return []Finding{notChecked("the lake", "ask Athena for the newest rows of each account", "Firehose calls the transformer, and nobody notes who sent")}
	}
	last, err := p.Lake.Last(ctx)
	if err != nil {
		return []Finding{failed("the lake", err, "")}
	}
	day := func(ago int) string { return p.Now.UTC().AddDate(0, 0, -ago).Format(time.DateOnly) }
	seen := map[string]bool{}
	for _, place := range p.Places {
		a := place.Account
		if seen[a] {
			continue
		}
		seen[a] = true
		switch {
		case last[a] == "":
			out = append(out, warn(a, "seamark onboard status --account "+a+" says what is attached; an account without traffic sends nothing", "has sent nothing in %d days", senders.Days))
		case last[a] < day(1):
			out = append(out, broken(a, "docs/runbooks/silent-account.md", "has sent nothing since %s", last[a]))
		default:
			out = append(out, ok(a, "sent on %s", last[a]))
		}
	}
	return out
}

// tables looks whether Athena finds what the lake has.
func tables(ctx context.Context, p *Patient) (out []Finding) {
	if p.Hub == nil {
		return nil
	}
	database := strings.ReplaceAll(p.Name, "-", "_")
	var names athena.Names
	var unknown error
	if p.Lake != nil {
		names, unknown = p.Lake.Names(ctx)
	}
	for _, table := range []string{"access_logs", "access_logs_all", "logs", "logs_all"} {
		is, err := p.Hub.Table(ctx, database, table)
		if isMissing(err) {
			out = append(out, warn(database+"."+table, apply+" (athena); without it nobody can ask Athena", "there is no such table"))
			continue
		}
		if err != nil {
			out = append(out, failed(database+"."+table, err, apply))
			continue
		}
		lacks := missingOf(is, "environment", names.Environments)
		if is["projection.product.type"] == "enum" {
			lacks = append(lacks, missingOf(is, "product", names.Products)...)
		}
		switch {
		case is["projection.enabled"] != "true":
			out = append(out, broken(database+"."+table, apply, "its partitions are not projected: Athena finds nothing"))
		case unknown != nil:
			out = append(out, failed("the lake", unknown, ""))
		case len(lacks) > 0:
			out = append(out, warn(database+"."+table, "the collector adds them with its next sweep: see whether its log says `tables cannot be kept`", "does not know %s, so that Athena leaves their rows out", strings.Join(lacks, ", ")))
		default:
			out = append(out, ok(database+"."+table, "knows all products and environments of the lake"))
		}
	}
	return out
}

func missingOf(parameters map[string]string, column string, values []string) (lacks []string) {
	known := strings.Split(parameters["projection."+column+".values"], ",")
	for _, v := range values {
		if !slices.Contains(known, v) {
			lacks = append(lacks, column+" "+v)
		}
	}
	return lacks
}

func index(ctx context.Context, p *Patient) []Finding {
	if p.Index == nil {
		return nil
	}
	err := p.Index.Check(ctx)
	switch {
	case errors.Is(err, ErrClosed):
		return []Finding{notChecked("OpenSearch", "export what is missing, or ask where the functions or the appliance run", "%v", err)}
	case err != nil && p.Hub != nil: // its network and its rights are the functions', not this machine's
		return []Finding{notChecked("OpenSearch", "ask from the functions' network, with rights on the domain; the alarm "+p.Name+"-queue-age-index tells when nothing is indexed", "it cannot be asked from here: %v", err)}
	case err != nil:
		return []Finding{broken("OpenSearch", "docs/runbooks/index-waits.md", "%v", err)}
	}
	stale, err := p.Index.Stale(ctx)
	switch {
	case err != nil:
		return []Finding{failed("OpenSearch", err, "")}
	case len(stale) > 0:
		return []Finding{warn("OpenSearch", "the indexer, or `seamark up`, writes them at its next start, unless one of this name is not Seamark's: then rename that", "index templates of another version: %s", strings.Join(stale, ", "))}
	}
	days, err := p.Index.StaleDays(ctx)
	switch {
	case err != nil:
		return []Finding{failed("OpenSearch", err, "")}
	case len(days) > 0:
		return []Finding{warn("OpenSearch", "seamark index reindex --stale makes them anew; else they go with their retention",
			"days whose index is of an older version, %d in all, the first of %s: searches of those days are answered by the lake", len(days), days[0].Format(time.DateOnly))}
	}
	return []Finding{ok("OpenSearch", "answers, with the index templates and indices of this version")}
}

func receivers(ctx context.Context, p *Patient) (out []Finding) {
	for _, name := range p.Receivers {
		if p.Card == nil {
			out = append(out, notChecked(name, "seamark doctor --cards shows each receiver a test card", "nobody is shown a card unasked"))
			continue
		}
		if err := p.Card(ctx, name); err != nil {
			out = append(out, broken(name, "docs/runbooks/card-not-delivered.md", "does not take a card: %v", err))
			continue
		}
		out = append(out, ok(name, "took a test card"))
	}
	return out
}

// Appliance is `seamark up` on this machine.
type Appliance interface {
	// Health is what /healthz says: whether it can store, and the faults by component.
	Health(ctx context.Context) (storing bool, faults map[string]string, err error)
	// Free is the room on the data folder's file system, and how large that is, in bytes.
	Free() (free, size uint64, err error)
}

func appliance(ctx context.Context, p *Patient) (out []Finding) {
	if p.Appliance == nil {
		return nil
	}
	storing, faults, err := p.Appliance.Health(ctx)
	if err != nil {
		return []Finding{broken("seamark up", "start it (seamark up), or name its configuration with --config", "does not answer: %v", err)}
	}
	pages := map[string]string{"front_door": "cannot-store", "upload": "cannot-store", "transformer": "backlog", "index": "index-waits", "queries": "damaged-file", "retention": "compaction"}
	var components []string
	for c := range faults {
		components = append(components, c)
	}
	slices.Sort(components)
	for _, c := range components {
		page := pages[c]
		if page == "" {
			page = "README"
		}
		out = append(out, broken(c, "docs/runbooks/"+page+".md", "%s", faults[c]))
	}
	if !storing && len(out) == 0 {
		out = append(out, broken("front_door", "docs/runbooks/cannot-store.md", "cannot store what it is sent"))
	}
	if len(out) == 0 {
		out = append(out, ok("seamark up", "stores what it is sent, and reports no fault"))
	}
	return out
}

func disk(_ context.Context, p *Patient) []Finding {
	if p.Appliance == nil {
		return nil
	}
	free, size, err := p.Appliance.Free()
	if err != nil || size == 0 {
		return []Finding{failed("data", errors.Join(err, fmt.Errorf("the file system tells no size")), "")}
	}
	share := float64(free) / float64(size) * 100
	const remedy = "free some room, give the volume more, or keep less (seamark retention)"
	switch {
	case share < 3:
		return []Finding{broken("data", remedy, "%.1f%% of the disk is free: soon nothing can be stored", share)}
	case share < 10:
		return []Finding{warn("data", remedy, "%.1f%% of the disk is free", share)}
	}
	return []Finding{ok("data", "%.0f%% of the disk is free", share)}
}
