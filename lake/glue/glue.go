package glue

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/smithy-go"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake/athena"
	"github.com/seamark-hq/seamark/schemas"
)

// Catalog is a database of Glue's Data Catalog. It is safe for concurrent use.
type Catalog struct {
	client   *glue.Client
	database string
}

// Open makes ready for a database, with credentials and region as the SDK finds them.
func Open(ctx context.Context, database string) (*Catalog, error) {
	c, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: "Glue database " + database, What: "cannot be used", Err: err, Remedy: "check the AWS settings of the environment"}
	}
	return &Catalog{glue.NewFromConfig(c), database}, nil
}

// Change is what was added to the lists of a table.
type Change struct {
	Table string
	Added athena.Names
}

// Keep adds to the lists of all tables what they lack of names. It goes on after a table
// that fails. What it returns was done, whatever the error.
func (c *Catalog) Keep(ctx context.Context, names athena.Names) (done []Change, err error) {
	var faults []error
	for _, table := range schemas.AthenaTables() {
		change, err := c.keep(ctx, table, names)
		if err != nil {
			faults = append(faults, err)
		} else if len(change.Added.Products)+len(change.Added.Environments) > 0 {
			done = append(done, change)
		}
	}
	return done, errors.Join(faults...)
}

// The bounds of trying again where somebody else changes the table at the same time.
const (
	attempts = 6
	pause    = 100 * time.Millisecond // before the second; each later one is twice as long
)

// keep reads a table and writes it with what its lists lack. Another's change in between is
// kept: the table is then read again.
func (c *Catalog) keep(ctx context.Context, table string, names athena.Names) (Change, error) {
	for n := 0; ; n++ {
		change, err := c.try(ctx, table, names)
		if err == nil || !conflict(err) || n == attempts-1 {
			return change, c.fault(table, err)
		}
		wait := pause << n
		select {
		case <-time.After(wait/2 + rand.N(wait/2)):
		case <-ctx.Done():
			return change, c.fault(table, err)
		}
	}
}

func (c *Catalog) try(ctx context.Context, table string, names athena.Names) (Change, error) {
	change := Change{Table: table}
	got, err := c.client.GetTable(ctx, &glue.GetTableInput{DatabaseName: &c.database, Name: &table})
	if err != nil {
		return change, err
	}
	if got.Table == nil || got.Table.ViewDefinition != nil {
		return change, errNotOurs
	}
	in := input(got.Table)
	change.Added.Products = add(in.Parameters, "product", names.Products)
	change.Added.Environments = add(in.Parameters, "environment", names.Environments)
	if len(change.Added.Products)+len(change.Added.Environments) == 0 {
		return change, nil
	}
	// With the version a change that came in between is a conflict, as Iceberg's catalog relies upon too.
	// No archive: a table keeps a bounded number of old versions, and this one says nothing new.
	_, err = c.client.UpdateTable(ctx, &glue.UpdateTableInput{DatabaseName: &c.database, TableInput: in, VersionId: got.Table.VersionId, SkipArchive: aws.Bool(true)})
	return change, err
}

// errNotOurs is of a table that cannot be written back as it was read.
var errNotOurs = errors.New("it is a view, no table")

// input is what writes a table back as it was read. Who made it and when Glue keeps by itself.
func input(t *types.Table) *types.TableInput {
	return &types.TableInput{
		Name: t.Name, Description: t.Description, FederatedTable: t.FederatedTable, LastAccessTime: t.LastAccessTime, LastAnalyzedTime: t.LastAnalyzedTime,
		Owner: t.Owner, Parameters: maps.Clone(t.Parameters), PartitionKeys: t.PartitionKeys, Retention: t.Retention, StorageDescriptor: t.StorageDescriptor,
		TableType: t.TableType, TargetTable: t.TargetTable, ViewExpandedText: t.ViewExpandedText, ViewOriginalText: t.ViewOriginalText,
	}
}

// add adds to the list of a partition column what it lacks, and returns that. A column that
// is not listed, such as an injected product, stays as it is.
func add(parameters map[string]string, column string, values []string) (added []string) {
	key := "projection." + column + ".values"
	if parameters["projection."+column+".type"] != "enum" {
		return nil
	}
	var list []string
	for value := range strings.SplitSeq(parameters[key], ",") {
		if value = strings.TrimSpace(value); value != "" {
			list = append(list, value)
		}
	}
	for _, value := range values {
		if !slices.Contains(list, value) {
			list, added = append(list, value), append(added, value)
		}
	}
	if len(added) > 0 {
		parameters[key] = strings.Join(list, ",")
	}
	return added
}

// conflict reports whether the table must be read again.
func conflict(err error) bool {
	if _, ok := errors.AsType[*types.ConcurrentModificationException](err); ok {
		return true
	}
	_, ok := errors.AsType[*types.ResourceNotReadyException](err)
	return ok
}

// fault says what to do about a table that could not be kept.
func (c *Catalog) fault(table string, err error) error {
	if err == nil {
		return nil
	}
	f := &seamark.Fault{Class: seamark.Temporary, Where: fmt.Sprintf("Glue table %s.%s", c.database, table), What: "its lists of products and environments are not current", Err: err, Remedy: "the next sweep tries again"}
	var api smithy.APIError
	switch {
	case errors.Is(err, errNotOurs):
		f.Class, f.Remedy = seamark.Rejected, "give Seamark's tables a database of their own"
	case !errors.As(err, &api):
	case api.ErrorCode() == "EntityNotFoundException":
		f.Class, f.Remedy = seamark.Rejected, "make the tables: terraform apply of modules/hub, or `seamark lake athena`; or take SEAMARK_GLUE_DATABASE away"
	case strings.Contains(api.ErrorCode(), "AccessDenied"):
		f.Class, f.Remedy = seamark.Rejected, "allow the function's role glue:GetTable and glue:UpdateTable on catalog, database and table; with Lake Formation DESCRIBE and ALTER besides"
	case api.ErrorCode() == "InvalidInputException" || api.ErrorCode() == "ValidationException":
		f.Class, f.Remedy = seamark.Rejected, "look at the table's properties in the console: a list may hold 512,000 bytes"
	}
	return f
}
