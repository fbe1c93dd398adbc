package card

import "time"

// Ref names a posted card; only the receiver that made it can read it.
type Ref string

// RefUnknown is passed when an earlier delivery ended without an answer: the message may
// exist. A receiver that can search looks first; one that cannot posts, and one twin is possible.
const RefUnknown Ref = "?"

// Throttled is the cause of a Fault when the other side said how long to wait.
type Throttled struct{ After time.Duration }

// Error says how long.
func (t *Throttled) Error() string { return "asked to wait " + t.After.String() }
