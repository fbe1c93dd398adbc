package aws_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// TestAccounts: units are walked down, page by page; who is in two is listed once, and the
// suspended are listed as such.
func TestAccounts(t *testing.T) {
	f := newFake(t)
	f.meet = func(w http.ResponseWriter, c call) bool {
		var in struct{ ParentId, NextToken string }
		if err := json.Unmarshal([]byte(c.body), &in); err != nil {
			t.Error(err)
		}
		answers := map[string]string{
			"ListAccounts":                           `{"Accounts":[{"Id":"333333333333","Name":"c","Status":"SUSPENDED"}],"NextToken":"2"}`,
			"ListAccounts2":                          `{"Accounts":[{"Id":"111111111111","Name":"a","State":"ACTIVE"}]}`,
			"ListAccountsForParent ou-1":             `{"Accounts":[{"Id":"222222222222","Name":"b","State":"ACTIVE","Status":"SUSPENDED"}],"NextToken":"2"}`,
			"ListAccountsForParent ou-12":            `{"Accounts":[{"Id":"444444444444","Name":"d","State":"PENDING_CLOSURE"}]}`,
			"ListAccountsForParent ou-2":             `{"Accounts":[{"Id":"111111111111","Name":"a","Status":"ACTIVE"}]}`,
			"ListOrganizationalUnitsForParent ou-1":  `{"OrganizationalUnits":[],"NextToken":"2"}`,
			"ListOrganizationalUnitsForParent ou-12": `{"OrganizationalUnits":[{"Id":"ou-2"}]}`,
			"ListOrganizationalUnitsForParent ou-2":  `{"OrganizationalUnits":[{"Id":"ou-1"}]}`, // a circle, which AWS does not allow
		}
		key := c.operation
		if in.ParentId != "" {
			key += " " + in.ParentId
		}
		_, _ = fmt.Fprint(w, answers[key+in.NextToken])
		return true
	}
	op, err := aws.New(t.Context(), aws.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := op.Accounts(t.Context(), nil)
	if d := cmp.Diff([]inventory.Account{{ID: "111111111111", Name: "a", Active: true}, {ID: "333333333333", Name: "c", Active: false}}, got); err != nil || d != "" {
		t.Errorf("whole organisation: %v\n%s", err, d)
	}
	got, err = op.Accounts(t.Context(), []string{"ou-1", "ou-2"})
	if d := cmp.Diff([]inventory.Account{{ID: "111111111111", Name: "a", Active: true}, {ID: "222222222222", Name: "b", Active: true}, {ID: "444444444444", Name: "d", Active: false}}, got); err != nil || d != "" {
		t.Errorf("units: %v\n%s", err, d)
	}
}

func TestAccountFaults(t *testing.T) {
	for code, remedy := range map[string]string{
		"AccessDeniedException": "management account", "AWSOrganizationsNotInUseException": "list accounts in the configuration", "ParentNotFoundException": "ou-",
	} {
		f := newFake(t)
		f.meet = func(w http.ResponseWriter, c call) bool { refuse(w, c, 400, code, "no"); return true }
		op, err := aws.New(t.Context(), aws.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = op.Accounts(t.Context(), []string{"ou-1"})
		wantFault(t, err, seamark.Permanent, "AWS Organizations", "cannot be listed", remedy)
	}
}
