package transformer_test

import (
	"bytes"
	"context"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

func system(account, region string) string {
	return fmt.Sprintf(`,"extractedFields":{"@aws.account":%q,"@aws.region":%q}`, account, region)
}

// TestCentralCopy: the events of one payload may come from several accounts. A filter that
// claims nothing leaves the product to the records and to workloads; pins look at the
// account an event came from, not at the one that holds the copy.
func TestCentralCopy(t *testing.T) {
	const own, copied = "222222222222", "/central/app"
	record := func(product string) string {
		return fmt.Sprintf(`"{\"product\":\"%s\",\"environment\":\"prod\",\"message\":\"m\"}"`, product)
	}
	shared := seamark.Workload{Product: seamark.Unassigned, Environment: seamark.Unassigned, Region: "eu-central-1", Component: "app"}.FilterName()
	booking := seamark.Workload{Product: "booking", Environment: "prod", Region: "eu-central-1", Component: "app"}.FilterName()
	cases := map[string]struct {
		filter string
		owners *transformer.Owners
		events []string // message and what follows it
		want   []string // product account region
	}{
		"accounts take turns": {filter: shared, events: []string{
			record("a") + system("111111111111", "eu-west-1"), record("b") + system("333333333333", "us-east-1"),
			record("c"), record("d") + system("111111111111", "eu-west-1"), record("e") + system("111111111111", "eu-north-1"),
		}, want: []string{"a 111111111111 eu-west-1", "b 333333333333 us-east-1", "c 222222222222 eu-central-1", "d 111111111111 eu-west-1", "e 111111111111 eu-north-1"}},
		"workloads": {filter: shared, owners: &transformer.Owners{Patterns: []transformer.SourcePattern{{Source: "/central/*", Product: "shop", Environment: "prod"}}},
			events: []string{record("a") + system("111111111111", "eu-west-1")}, want: []string{"shop 111111111111 eu-west-1"}},
		"pinned": {filter: booking, owners: &transformer.Owners{Accounts: map[string][]string{"booking": {"111111111111"}}},
			events: []string{record("x") + system("111111111111", "eu-west-1"), record("x") + system("333333333333", "eu-west-1"), record("x")},
			want:   []string{"booking 111111111111 eu-west-1", "unassigned 222222222222 eu-central-1", "unassigned 333333333333 eu-west-1"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var events []string
			for i, e := range c.events {
				events = append(events, fmt.Sprintf(`{"id":"%d","timestamp":%d,"message":%s}`, i, vectorTime, e))
			}
			payload := fmt.Sprintf(`{"messageType":"DATA_MESSAGE","owner":%q,"logGroup":%q,"logStream":"s","subscriptionFilters":[%q],"logEvents":[%s]}`,
				own, copied, c.filter, strings.Join(events, ","))
			got := whose(t, payload, c.owners)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// whose lists product, account and region of the rows of a payload, sorted.
func whose(t *testing.T, payload string, owners *transformer.Owners) []string {
	t.Helper()
	l, err := lake.Open(context.Background(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	src, err := transformer.Spool(bytes.NewReader([]byte(payload)), vectorArrival)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if _, err := transformer.New(l, &transformer.Options{Owners: owners}).Transform(context.Background(), src, false); err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, h := range readAll(t, l) {
		rows = append(rows, h.Product+" "+h.Log.AccountID+" "+h.Log.Region)
	}
	sort.Strings(rows)
	return rows
}
