// Package cloud is a simulated AWS control plane: many accounts and regions with log
// groups, functions, APIs, tags, subscription filters and alarms, as the collector sees them.
//
// It enforces what AWS enforces and no emulator does all of: a quota per account, region
// and API with each service's error codes, page sizes, the limits of names, tags, filters,
// patterns and rules (limits.go), destinations with their policies, composite alarms whose
// children must exist and cannot be deleted before them; tags that the tagging API shows
// seconds later, and listings that lag. On demand it throttles and fails at random, from a
// seed. What it hands over is a copy. Time is time.Now, so that a testing/synctest bubble
// makes it simulated.
package cloud

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// Options say how the cloud behaves.
type Options struct {
	Seed        uint64
	Latency     time.Duration // of each call
	TagDelay    time.Duration // until the tagging API shows a change
	ListDelay   time.Duration // until listings show a new log group or alarm
	FilterLimit int           // subscription filters per log group; documents say 2, and 5
	PageSize    int           // of all listings; 0: AWS's own
	Throttle    float64       // share of calls that are throttled though the quota allows them
	Fault       float64       // share of calls that fail with a 500; half of them after they took effect

	FilterDelay  time.Duration // at most, until a new filter forwards
	VisibleDelay time.Duration // at most, until FilterLogEvents shows an event
	EmptyPages   float64       // share of FilterLogEvents' pages that are empty though there is more
	Disorder     bool          // FilterLogEvents lists stream by stream, not by time
	// Deliver takes what filters forward: payloads as CloudWatch Logs compresses them. It may be nil.
	Deliver func(destination string, payload []byte)

	Destinations []Destination // nil: any ARN of a destination in the place's region is taken
}

// Call is one API call, before and after it is carried out.
type Call struct {
	Place inventory.Place
	API   string
	Done  bool
}

// Cloud is all accounts.
type Cloud struct {
	opt     Options
	mu      sync.Mutex
	random  *rand.Rand
	places  map[inventory.Place]*Region
	broken  map[string]string // by account: the error code with which its role cannot be assumed
	calls   map[string]int    // by API
	watch   func(Call)
	telling sync.Mutex // held while watch is told
}

// New makes a cloud without accounts.
func New(o Options) *Cloud {
	if o.FilterLimit == 0 {
		o.FilterLimit = 2
	}
	return &Cloud{
		opt: o, random: rand.New(rand.NewPCG(o.Seed, 0x5ea3a4c)), places: map[inventory.Place]*Region{},
		broken: map[string]string{}, calls: map[string]int{},
	}
}

// Region returns a place, made when it is new.
func (c *Cloud) Region(p inventory.Place) *Region {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.places[p]
	if r == nil {
		r = newRegion(c, p)
		c.places[p] = r
	}
	return r
}

// Chaos sets the shares of calls that are throttled and that fail.
func (c *Cloud) Chaos(throttle, fault float64) {
	c.mu.Lock()
	c.opt.Throttle, c.opt.Fault = throttle, fault
	c.mu.Unlock()
}

// Watch has fn told of each call, one at a time however many are made at once; nil ends it.
// fn may look at the cloud, and cancel the caller's context: before a call so that it has no
// effect, after it so that its answer is lost. It may not call the cloud's API, nor sleep.
func (c *Cloud) Watch(fn func(Call)) {
	c.mu.Lock()
	c.watch = fn
	c.mu.Unlock()
}

func (c *Cloud) tell(call Call) {
	c.mu.Lock()
	fn := c.watch
	c.mu.Unlock()
	if fn != nil {
		c.telling.Lock()
		defer c.telling.Unlock()
		fn(call)
	}
}

// Break makes an account's role fail with an error code: "AccessDenied", or "AccountSuspended".
func (c *Cloud) Break(account, code string) {
	c.mu.Lock()
	c.broken[account] = code
	c.mu.Unlock()
}

// Open assumes the role in an account, as collector.Opener says.
func (c *Cloud) Open(_ context.Context, p inventory.Place) (collector.Cloud, error) {
	c.mu.Lock()
	code := c.broken[p.Account]
	c.mu.Unlock()
	if code != "" {
		return nil, &Error{code, "sts:AssumeRole in account " + p.Account}
	}
	return c.Region(p), nil
}

// Calls returns how often each API was called, refused calls included.
func (c *Cloud) Calls() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := make(map[string]int, len(c.calls))
	for api, n := range c.calls {
		calls[api] = n
	}
	return calls
}

// Error is an error as the SDK shows it.
type Error struct{ Code, Message string }

// Error reads "ThrottlingException: Rate exceeded".
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// ErrorCode is AWS's code.
func (e *Error) ErrorCode() string { return e.Code }

func notFound(what string) error {
	return &Error{"ResourceNotFoundException", what + " does not exist"}
}
