package cloudtrail

import (
	"net/url"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// resource is what an event is about; the zero value is something that is not onboarded.
type resource struct {
	group    string
	function string
	api      hint.APIRef
	whole    bool            // nothing that can be looked at alone
	owner    inventory.Place // as its ARN says; parts may be empty
	why      string          // why it is nothing of ours
}

// name is for people.
func (r resource) name() string {
	switch {
	case r.group != "":
		return r.group
	case r.function != "":
		return "function " + r.function
	case r.api.ID != "":
		return string(r.api.Protocol) + " API " + r.api.ID
	}
	return ""
}

func nothing(why string) resource { return resource{why: why} }

// plain undoes percent-encoding: some calls have the ARN in their path.
func plain(s string) string {
	if decoded, err := url.PathUnescape(s); err == nil {
		return decoded
	}
	return s
}

// ofARN is the resource that an ARN names; those of log groups may end in ":*".
func ofARN(arn string) resource {
	parts := strings.SplitN(plain(arn), ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return nothing("it names no resource by ARN")
	}
	owner, rest := inventory.Place{Account: parts[4], Region: parts[3]}, parts[5]
	var r resource
	switch kind, name, _ := strings.Cut(rest, ":"); {
	case parts[2] == "logs" && kind == "log-group":
		r = ofGroup(strings.TrimSuffix(name, ":*"))
	case parts[2] == "lambda" && kind == "function":
		r = ofFunction(name)
	case parts[2] == "apigateway":
		r = ofAPIPath(rest)
	default:
		r = nothing("nothing of this kind is onboarded: " + shorten(parts[2]+":"+kind))
	}
	r.owner = owner
	return r
}

// ofGroup holds a name to the grammar of log groups (CreateLogGroup, CloudWatch Logs API).
func ofGroup(name string) resource {
	if !spelled(name, 512, "_-/.#") {
		return nothing("it names no log group")
	}
	return resource{group: name}
}

// ofFunction takes a function's name, partial or whole ARN, with a version or without.
func ofFunction(text string) resource {
	if text = plain(text); strings.HasPrefix(text, "arn:") {
		return ofARN(text)
	}
	var owner inventory.Place
	if account, rest, partial := strings.Cut(text, ":function:"); partial {
		owner.Account, text = account, rest
	}
	name, _, _ := strings.Cut(text, ":")
	if !spelled(name, 140, "_-") {
		return nothing("it names no function")
	}
	return resource{function: name, owner: owner}
}

// ofAPIPath takes "/restapis/<id>/stages/<stage>" and "/apis/<id>".
func ofAPIPath(path string) resource {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(parts) < 2 {
		return nothing("it names no API")
	}
	switch parts[0] {
	case "restapis":
		return ofAPI(parts[1], inventory.REST)
	case "apis":
		return ofAPI(parts[1], inventory.HTTP)
	}
	return nothing("nothing of this kind is onboarded: apigateway:" + shorten(parts[0]))
}

func ofAPI(id string, p inventory.Protocol) resource {
	if !spelled(id, 64, "-_") {
		return nothing("it names no API")
	}
	return resource{api: hint.APIRef{ID: id, Protocol: p}}
}

// spelled reports whether s is 1 to most of letters, digits and others.
func spelled(s string, most int, others string) bool {
	if s == "" || len(s) > most {
		return false
	}
	for _, c := range s {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.ContainsRune(others, c):
		default:
			return false
		}
	}
	return true
}

// isPlace holds an account and a region to their grammar: they become part of the name of
// a state object.
func isPlace(p inventory.Place) bool {
	region := spelled(p.Region, 32, "-") && strings.Count(p.Region, "-") >= 2 && p.Region == strings.ToLower(p.Region)
	return seamark.IsAccountID(p.Account) && region
}
