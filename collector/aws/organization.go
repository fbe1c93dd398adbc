package aws

import (
	"context"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// Accounts lists the accounts in organisational units (ou-… or r-…) and in those below
// them, each once, sorted by id; without units those of the whole organisation. It is
// asked with the caller's own credentials, which must be of the management account or
// of a delegated administrator.
func (s *Session) Accounts(ctx context.Context, units []string) ([]inventory.Account, error) {
	if s.cfg.Region == "" {
		return nil, noRegion()
	}
	w := &unitWalk{client: organizations.NewFromConfig(s.cfg), seen: map[string]bool{}}
	walk := w.whole
	if len(units) > 0 {
		walk = func(ctx context.Context) error { return w.below(ctx, units) }
	}
	if err := walk(ctx); err != nil {
		return nil, s.organizationFault(ctx, err)
	}
	slices.SortFunc(w.accounts, func(a, b inventory.Account) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(w.accounts, func(a, b inventory.Account) bool { return a.ID == b.ID }), nil
}

// unitWalk goes down the tree of an organisation.
type unitWalk struct {
	client   *organizations.Client
	seen     map[string]bool // units
	accounts []inventory.Account
}

func (w *unitWalk) whole(ctx context.Context) error {
	pages := organizations.NewListAccountsPaginator(w.client, &organizations.ListAccountsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		w.add(page.Accounts)
	}
	return nil
}

func (w *unitWalk) below(ctx context.Context, units []string) error {
	for len(units) > 0 {
		unit := units[0]
		units = units[1:]
		if w.seen[unit] {
			continue
		}
		w.seen[unit] = true
		if err := w.accountsOf(ctx, unit); err != nil {
			return err
		}
		children, err := w.childrenOf(ctx, unit)
		if err != nil {
			return err
		}
		units = append(units, children...)
	}
	return nil
}

func (w *unitWalk) accountsOf(ctx context.Context, unit string) error {
	pages := organizations.NewListAccountsForParentPaginator(w.client, &organizations.ListAccountsForParentInput{ParentId: &unit})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		w.add(page.Accounts)
	}
	return nil
}

func (w *unitWalk) childrenOf(ctx context.Context, unit string) ([]string, error) {
	var children []string
	pages := organizations.NewListOrganizationalUnitsForParentPaginator(w.client, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &unit})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, u := range page.OrganizationalUnits {
			children = append(children, sdk.ToString(u.Id))
		}
	}
	return children, nil
}

// add looks at State; Status, which it replaces, is still all that some answers have.
func (w *unitWalk) add(accounts []types.Account) {
	for _, a := range accounts {
		active := a.State == types.AccountStateActive || a.State == "" && a.Status == types.AccountStatusActive
		w.accounts = append(w.accounts, inventory.Account{ID: sdk.ToString(a.Id), Name: sdk.ToString(a.Name), Active: active})
	}
}

func (s *Session) organizationFault(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, own := s.cfg.Credentials.Retrieve(ctx); own != nil {
		return noCredentials(ctx, own)
	}
	e := failure(err)
	f := &seamark.Fault{Class: classOf(e), Where: "AWS Organizations", What: "the accounts cannot be listed", Err: e, Remedy: "try again"}
	switch {
	case f.Class == seamark.Temporary:
	case e.Code == "AWSOrganizationsNotInUseException":
		f.Remedy = "this account is in no organisation: list accounts in the configuration instead"
	case e.Code == "ParentNotFoundException" || e.Code == "OrganizationalUnitNotFoundException" || e.Code == "InvalidInputException":
		f.Remedy = "mend onboard.organization.units: ids look like ou-ab12-11111111, or r-ab12 for the root"
	default:
		f.Remedy = "use credentials of the management account or a delegated administrator that may call organizations:ListAccounts, ListAccountsForParent and ListOrganizationalUnitsForParent"
	}
	return f
}
