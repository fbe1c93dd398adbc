package cloud

import (
	"slices"
	"strings"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// Destination is a logs destination of the hub with its access policy.
type Destination struct {
	ARN      string
	Accounts []string // that may send to it; empty: all
	NeedRole bool     // opened to an organisation: each sender names a role of its own
}

// checkDestination does what CloudWatch Logs does before it takes a filter: the
// destination lies in the same region, is there, lets the account in, and gets a role
// where it needs one. Without Options.Destinations only the region counts.
func (r *Region) checkDestination(f inventory.Filter) error {
	parts := strings.SplitN(f.Destination, ":", 7)
	logs := len(parts) == 7 && parts[2] == "logs" && parts[5] == "destination"
	switch {
	case f.Destination == "":
		return &Error{"InvalidParameterException", "destinationArn"}
	case logs && parts[3] != r.place.Region:
		return &Error{"InvalidParameterException", "the destination is in another region: " + f.Destination}
	case !logs || r.cloud.opt.Destinations == nil:
		return nil
	}
	i := slices.IndexFunc(r.cloud.opt.Destinations, func(d Destination) bool { return d.ARN == f.Destination })
	if i < 0 {
		return &Error{"InvalidParameterException", "Could not deliver test message to specified destination. Check if the destination is valid."}
	}
	switch d := r.cloud.opt.Destinations[i]; {
	case len(d.Accounts) > 0 && !slices.Contains(d.Accounts, r.place.Account):
		return &Error{"AccessDeniedException", "account " + r.place.Account + " is not authorized to perform logs:PutSubscriptionFilter on " + d.ARN}
	case d.NeedRole && !strings.HasPrefix(f.Role, "arn:aws:iam::"+r.place.Account+":role/"):
		return &Error{"InvalidParameterException", "destination " + d.ARN + " needs a role of the sender's account"}
	}
	return nil
}
