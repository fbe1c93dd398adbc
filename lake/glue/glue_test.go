package glue_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	sdk "github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake/athena"
	"github.com/seamark-hq/seamark/lake/glue"
	"github.com/seamark-hq/seamark/schemas"
)

// catalog is a server that answers as Glue does, with versions, and as a test says.
type catalog struct {
	mu      sync.Mutex
	tables  map[string]map[string]any
	updates []map[string]any
	// fault, before it is answered: an error's code, or "".
	fault func(operation, table string) string
}

// full is a table in which whatever a table may carry is set, by the names of the API.
func full(name, product string) map[string]any {
	parameters := map[string]any{"projection.enabled": "true", "projection.environment.type": "enum", "projection.environment.values": "prod,dev", "projection.product.type": product, "of": "theirs"}
	if product == "enum" {
		parameters["projection.product.values"] = "soon, booking"
	}
	return map[string]any{
		"Name": name, "DatabaseName": "seamark", "CatalogId": "999999999999", "CreateTime": 1.7e9, "UpdateTime": 1.7e9, "CreatedBy": "arn:aws:iam::999999999999:role/terraform", "VersionId": "7",
		"Description": "One row for each log event.", "Owner": "platform", "Retention": 3, "LastAccessTime": 1.7e9, "LastAnalyzedTime": 1.7e9, "TableType": "EXTERNAL_TABLE",
		"ViewOriginalText": "a", "ViewExpandedText": "b", "TargetTable": map[string]any{"Name": "x", "DatabaseName": "y"}, "FederatedTable": map[string]any{"Identifier": "f"},
		"Parameters": parameters, "PartitionKeys": []any{map[string]any{"Name": "product", "Type": "string", "Comment": "Whose.", "Parameters": map[string]any{"k": "v"}}},
		"StorageDescriptor": map[string]any{
			"Columns":  []any{map[string]any{"Name": "timestamp", "Type": "timestamp", "Comment": "When."}},
			"Location": "s3://b/lake/logs/", "InputFormat": "in", "OutputFormat": "out", "Compressed": true, "NumberOfBuckets": -1, "StoredAsSubDirectories": true,
			"SerdeInfo":  map[string]any{"SerializationLibrary": "serde", "Name": "s", "Parameters": map[string]any{"a": "b"}},
			"Parameters": map[string]any{"c": "d"}, "BucketColumns": []any{"e"}, "SortColumns": []any{map[string]any{"Column": "f", "SortOrder": 1}},
			"AdditionalLocations": []any{"s3://b/more/"}, "SkewedInfo": map[string]any{"SkewedColumnNames": []any{"g"}},
		},
	}
}

func serve(t *testing.T) (*catalog, *glue.Catalog) {
	t.Helper()
	c := &catalog{tables: map[string]map[string]any{
		"logs": full("logs", "injected"), "access_logs": full("access_logs", "injected"), "logs_all": full("logs_all", "enum"), "access_logs_all": full("access_logs_all", "enum"),
	}, fault: func(string, string) string { return "" }}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	return c, open(t, s.URL, "999999999999")
}

func open(t *testing.T, url, account string) *glue.Catalog {
	t.Helper()
	for k, v := range map[string]string{"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-central-1", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull} {
		t.Setenv(k, v)
	}
	g, err := glue.Open(t.Context(), "seamark")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (c *catalog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in struct {
		Name, DatabaseName, VersionId string
		SkipArchive                   bool
		TableInput                    map[string]any
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.DatabaseName != "seamark" {
		panic(fmt.Sprint(err, in))
	}
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AWSGlue.")
	name := in.Name
	if in.TableInput != nil {
		name = in.TableInput["Name"].(string)
	}
	code := c.fault(operation, name)
	table := c.tables[name]
	if code == "" && table == nil {
		code = "EntityNotFoundException"
	}
	if code == "" && operation == "UpdateTable" && in.VersionId != table["VersionId"] {
		code = "ConcurrentModificationException"
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if code != "" {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"__type":%q,"message":"told so"}`, code)
		return
	}
	if operation == "GetTable" {
		json.NewEncoder(w).Encode(map[string]any{"Table": table})
		return
	}
	if !in.SkipArchive {
		panic("an archive of each version")
	}
	c.updates = append(c.updates, in.TableInput)
	changed := map[string]any{}
	for _, k := range []string{"DatabaseName", "CatalogId", "CreateTime", "UpdateTime", "CreatedBy"} {
		changed[k] = table[k]
	}
	for k, v := range in.TableInput {
		changed[k] = v
	}
	changed["VersionId"] = fmt.Sprint(table["VersionId"], "'")
	c.tables[name] = changed
	fmt.Fprint(w, `{}`)
}

func (c *catalog) list(table, column string) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tables[table]["Parameters"].(map[string]any)["projection."+column+".values"]
}

var names = athena.Names{Products: []string{"booking", "quote", "search"}, Environments: []string{"canary", "prod"}}

// What the lake has is added behind what is there; what it has not stays; all else of the
// table is written back as it was; and a second time nothing is written.
func TestKeep(t *testing.T) {
	c, g := serve(t)
	done, err := g.Keep(t.Context(), names)
	if err != nil || len(done) != 4 {
		t.Fatalf("%+v, %v", done, err)
	}
	for table, want := range map[string]any{"logs": nil, "access_logs": nil, "logs_all": "soon,booking,quote,search", "access_logs_all": "soon,booking,quote,search"} {
		if got := c.list(table, "product"); got != want {
			t.Errorf("%s: products %v, want %v", table, got, want)
		}
		if got := c.list(table, "environment"); got != "prod,dev,canary" {
			t.Errorf("%s: environments %v", table, got)
		}
		was := full(table, c.tables[table]["Parameters"].(map[string]any)["projection.product.type"].(string))
		got := c.tables[table]
		ignored := cmpopts.IgnoreMapEntries(func(k string, _ any) bool {
			return k == "VersionId" || k == "projection.product.values" || k == "projection.environment.values"
		})
		if diff := cmp.Diff(plain(t, was), plain(t, got), ignored); diff != "" {
			t.Errorf("%s is otherwise than it was:\n%s", table, diff)
		}
	}
	if done, err := g.Keep(t.Context(), names); err != nil || len(done) != 0 || len(c.updates) != 4 {
		t.Errorf("again: %+v, %v, %d updates", done, err, len(c.updates))
	}
	if done, err := g.Keep(t.Context(), athena.Names{}); err != nil || len(done) != 0 {
		t.Errorf("an empty lake: %+v, %v", done, err)
	}
}

func plain(t *testing.T, o map[string]any) (out map[string]any) {
	t.Helper()
	b, err := json.Marshal(o)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A field that a later SDK gives to both shapes must be written back too.
func TestShapes(t *testing.T) {
	input, table := reflect.TypeFor[types.TableInput](), reflect.TypeFor[types.Table]()
	sample := full("logs", "enum")
	for f := range input.Fields() {
		if of, ok := table.FieldByName(f.Name); ok && f.IsExported() && of.Type == f.Type && sample[f.Name] == nil {
			t.Errorf("Glue's tables have %s now: write it back, and set it in this test", f.Name)
		}
	}
	if n := len(schemas.AthenaTables()); n != 4 {
		t.Errorf("%d tables", n)
	}
}

// Somebody else changes the table in between: what they wrote stays.
func TestConflict(t *testing.T) {
	c, g := serve(t)
	met := 0
	c.fault = func(operation, table string) string {
		if operation == "UpdateTable" && table == "logs_all" && met < 3 {
			met++
			c.tables[table]["VersionId"] = fmt.Sprint("other", met)
			c.tables[table]["Description"] = fmt.Sprint("theirs ", met)
			c.tables[table]["Parameters"].(map[string]any)["projection.product.values"] = fmt.Sprint("theirs-", met)
		}
		return ""
	}
	if _, err := g.Keep(t.Context(), names); err != nil || met != 3 {
		t.Fatalf("%v after %d conflicts", err, met)
	}
	if got := c.list("logs_all", "product"); got != "theirs-3,booking,quote,search" || c.tables["logs_all"]["Description"] != "theirs 3" {
		t.Errorf("products %v, %v", got, c.tables["logs_all"]["Description"])
	}
}

// A table that cannot be kept does not keep the others from it, and its fault says what to do.
func TestFaults(t *testing.T) {
	for code, want := range map[string]struct {
		class seamark.Class
		text  string
	}{
		"ConcurrentModificationException": {seamark.Temporary, "next sweep"},
		"EntityNotFoundException":         {seamark.Rejected, "terraform apply"},
		"AccessDeniedException":           {seamark.Rejected, "glue:UpdateTable"},
		"InvalidInputException":           {seamark.Rejected, "512,000"},
		"OperationTimeoutException":       {seamark.Temporary, "next sweep"},
	} {
		t.Run(code, func(t *testing.T) {
			c, g := serve(t)
			c.fault = func(operation, table string) string {
				if table == "logs" && operation == "UpdateTable" {
					return code
				}
				return ""
			}
			done, err := g.Keep(t.Context(), names)
			if len(done) != 3 || err == nil || !strings.Contains(err.Error(), "seamark.logs") || !strings.Contains(err.Error(), want.text) {
				t.Errorf("%d tables, %v", len(done), err)
			}
			f, _ := errors.AsType[*seamark.Fault](err)
			if f == nil || f.Class != want.class {
				t.Errorf("%+v, want class %v", f, want.class)
			}
		})
	}
	t.Run("a view", func(t *testing.T) {
		c, g := serve(t)
		c.tables["logs"]["ViewDefinition"] = map[string]any{"Definer": "x"}
		if done, err := g.Keep(t.Context(), names); len(done) != 3 || err == nil || !strings.Contains(err.Error(), "a view") {
			t.Errorf("%d tables, %v", len(done), err)
		}
	})
	t.Run("no time", func(t *testing.T) {
		c, g := serve(t)
		ctx, cancel := context.WithCancel(t.Context())
		c.fault = func(operation, _ string) string {
			if operation == "UpdateTable" {
				cancel()
				return "ConcurrentModificationException"
			}
			return ""
		}
		if done, err := g.Keep(ctx, names); len(done) != 0 || err == nil {
			t.Errorf("%+v, %v", done, err)
		}
	})
}

// MiniStack: a catalog that others wrote, with tables as terraform makes them.
func TestMiniStack(t *testing.T) {
	url := servertest.MiniStack(t)
	account := fmt.Sprintf("7%011d", time.Now().UnixNano()%1e11)
	g := open(t, url, account)
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client := sdk.NewFromConfig(cfg)
	if _, err := client.CreateDatabase(t.Context(), &sdk.CreateDatabaseInput{DatabaseInput: &types.DatabaseInput{Name: aws.String("seamark")}}); err != nil {
		t.Fatal(err)
	}
	read := func(name string) *types.Table {
		got, err := client.GetTable(t.Context(), &sdk.GetTableInput{DatabaseName: aws.String("seamark"), Name: &name})
		if err != nil {
			t.Fatal(err)
		}
		return got.Table
	}
	before := map[string]*types.Table{}
	for _, name := range schemas.AthenaTables() {
		product := map[bool]string{false: "injected", true: "enum"}[strings.HasSuffix(name, "_all")]
		parameters := map[string]string{"projection.enabled": "true", "projection.product.type": product, "projection.environment.type": "enum", "projection.environment.values": "prod"}
		if product == "enum" {
			parameters["projection.product.values"] = "unassigned"
		}
		in := &types.TableInput{Name: &name, Description: aws.String("One row for each log event."), TableType: aws.String("EXTERNAL_TABLE"), Parameters: parameters,
			PartitionKeys: []types.Column{{Name: aws.String("product"), Type: aws.String("string")}},
			StorageDescriptor: &types.StorageDescriptor{Location: aws.String("s3://b/lake/logs/"), Columns: []types.Column{{Name: aws.String("timestamp"), Type: aws.String("timestamp"), Comment: aws.String("When.")}},
				SerdeInfo: &types.SerDeInfo{SerializationLibrary: aws.String("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe")}}}
		if _, err := client.CreateTable(t.Context(), &sdk.CreateTableInput{DatabaseName: aws.String("seamark"), TableInput: in}); err != nil {
			t.Fatal(err)
		}
		before[name] = read(name)
	}
	if done, err := g.Keep(t.Context(), names); err != nil || len(done) != 4 {
		t.Fatalf("%+v, %v", done, err)
	}
	for name, was := range before {
		got := read(name)
		if list := strings.Split(got.Parameters["projection.environment.values"], ","); !slices.Equal(list, []string{"prod", "canary"}) {
			t.Errorf("%s: environments %v", name, list)
		}
		if products := got.Parameters["projection.product.values"]; strings.HasSuffix(name, "_all") != (products == "unassigned,booking,quote,search") {
			t.Errorf("%s: products %q", name, products)
		}
		got.Parameters, was.Parameters = nil, nil
		if diff := cmp.Diff(was, got, cmpopts.IgnoreUnexported(types.Table{}, types.Column{}, types.StorageDescriptor{}, types.SerDeInfo{}), cmpopts.IgnoreFields(types.Table{}, "UpdateTime", "VersionId")); diff != "" {
			t.Errorf("%s is otherwise than it was:\n%s", name, diff)
		}
	}
	if done, err := g.Keep(t.Context(), names); err != nil || len(done) != 0 {
		t.Errorf("again: %+v, %v", done, err)
	}
}
