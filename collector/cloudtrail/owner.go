package cloudtrail

import "strings"

// owner knows the calls that the collector makes itself: without that each change of ours
// would be looked at once more.
type owner struct{ role, session string }

// newOwner takes a role as the configuration names it: by name, path or ARN.
func newOwner(role, session string) owner {
	return owner{role: role[strings.LastIndexByte(role, '/')+1:], session: session}
}

// is reports whether a call was made by the collector: in a session of its role, or in one
// of its name. A forged name delays what it hides until the next sweep.
func (w owner) is(identity object) bool {
	role, session := assumed(identity)
	if role == "" {
		return false
	}
	return w.role != "" && w.role == role || w.session != "" && w.session == session
}

// caller names who made a call, for people.
func (w owner) caller(identity object) string {
	for _, key := range []string{"arn", "invokedBy", "userName", "type"} {
		if s := identity.text(key); s != "" {
			return shorten(s)
		}
	}
	return "somebody"
}

// assumed returns the names of an assumed role and its session. The role is the session's
// issuer; the session's own ARN leaves the role's path out:
// arn:aws:sts::111122223333:assumed-role/role/session.
func assumed(identity object) (role, session string) {
	if identity.text("type") != "AssumedRole" {
		return "", ""
	}
	if _, rest, ok := strings.Cut(identity.text("arn"), ":assumed-role/"); ok {
		role, session, _ = strings.Cut(rest, "/")
	}
	issuer := identity.object("sessionContext").object("sessionIssuer")
	if name := issuer.text("userName"); name != "" {
		role = name
	} else if arn := issuer.text("arn"); arn != "" {
		role = arn[strings.LastIndexByte(arn, '/')+1:]
	}
	return role, session
}
