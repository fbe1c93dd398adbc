package fleet

import (
	"fmt"
	"math"
)

// second is all that the company does in one second.
type second struct {
	f       *Fleet
	k       int64 // since the fleet's start
	ms      int64 // Unix time of its beginning
	r       *random
	w       scribe
	j       journey
	order   []*batch
	batches map[source]*batch
}

type source struct {
	component *Component
	stream    uint64
}

func newSecond(f *Fleet, k int64) *second {
	return &second{
		f: f, k: k, ms: (f.start.Unix() + k) * 1000, r: newRandom(f.seed, uint64(k)),
		batches: map[source]*batch{},
	}
}

func (s *second) run() {
	for _, d := range s.f.deployments {
		if s.releases(d) {
			s.announce(d)
		}
		// Requests are counted, not drawn: how many there were before this second follows
		// from the rate, and so each has a number that any run knows.
		first := uint64(math.Floor(d.rate * float64(s.k)))
		last := uint64(math.Floor(d.rate * float64(s.k+1)))
		for n := first; n < last; n++ {
			s.request(d, n)
		}
	}
}

// request plays one request to the API of d.
func (s *second) request(d *deployment, n uint64) {
	s.j.begin(s.r, s.ms/1000)
	s.j.n = n
	x := exchange{stage: d.api, route: s.pickRoute(d.api.api), j: &s.j, bytes: 180 + int64(s.r.Uint64N(4000))}
	x.status = x.route.status
	x.latencyMs = s.r.latency(x.route.medianMs)
	end := s.ms + int64(s.r.Uint64N(1000))
	if s.broken(d) && mix(s.f.seed^n)%100 < brokenPercent {
		s.refuse(d, &x, end)
		return
	}
	if status, message := s.clientFault(d, n); status != 0 {
		x.status, x.fault, x.bytes, x.latencyMs = status, message, 64, s.r.latency(9)
		s.log(&d.api.Component, 0, end, s.w.access(&x, end-int64(x.latencyMs)), "", status)
		return
	}
	x.integrationMs = max(x.latencyMs-2-float64(s.r.Uint64N(4)), 1)
	begin := end - int64(x.latencyMs)
	if auth := d.function("booking-authorizer"); auth != nil && s.r.chance(200) { // else its policy is cached
		s.invoke(d, auth, begin, s.r.latency(12), nil)
		s.r.uuid(s.j.invocation[:])
	}
	s.invoke(d, d.function(x.route.function), begin+1, x.integrationMs, nil)
	s.log(&d.api.Component, 0, end, s.w.access(&x, begin), "", x.status)
	if x.route.after != "" {
		s.r.uuid(s.j.invocation[:])
		took := s.r.latency(80)
		s.invoke(d, d.function(x.route.after), max(begin, s.ms), min(took, float64(s.ms+999-max(begin, s.ms))), nil)
	}
}

func (s *second) pickRoute(a *api) *route {
	var total uint64
	for i := range a.routes {
		total += a.routes[i].weight
	}
	pick := s.r.Uint64N(total)
	for i := range a.routes {
		if pick < a.routes[i].weight {
			return &a.routes[i]
		}
		pick -= a.routes[i].weight
	}
	return &a.routes[0]
}

// clientFault makes 1.5% of the requests to a busy API fail through their callers' own fault.
// They are spread so evenly (at least 40 apart, the first after 45) that no stretch of 20
// requests or more passes 5%. Quiet APIs have none: one in 20 would be 5% already.
func (s *second) clientFault(d *deployment, n uint64) (int, string) {
	const block = 67
	if d.rate < 1 || n%block != 46+mix(s.f.seed^d.index<<40^n/block)%20 {
		return 0, ""
	}
	switch mix(n) % 4 {
	case 0:
		return 400, "Invalid request body"
	case 1:
		return 403, "Forbidden"
	case 2:
		return 429, "Too Many Requests"
	default:
		return 404, "Not Found"
	}
}

// invoke plays one run of fn that begins at ms and lasts for took milliseconds.
func (s *second) invoke(d *deployment, fn *instance, ms int64, took float64, t *trouble) {
	end := ms + int64(took)
	s.j.tookMs = int64(took)
	v := invocation{fn: fn, j: &s.j, version: "$LATEST", ms: took, memoryMB: fn.fn.memoryMB * (40 + int(s.r.Uint64N(30))) / 100}
	stream := s.j.n % fn.containers
	if d.env.name == "prod" {
		v.version = s.release(d)
	}
	if s.r.chance(4) || t != nil && s.r.chance(30) {
		v.initMs = s.r.latency(320)
		s.log(&fn.Component, stream, ms, s.w.initStart(&v, ms), platformLevel, 0)
	}
	s.log(&fn.Component, stream, ms, s.w.start(&v, ms), platformLevel, 0)
	if t != nil {
		s.complain(fn, stream, ms+int64(took/2), t)
	} else {
		s.steps(d, fn, stream, ms, took)
	}
	if !fn.fn.jsonLog {
		s.log(&fn.Component, stream, end, s.w.end(&v), platformLevel, 0)
	}
	s.log(&fn.Component, stream, end, s.w.report(&v, end), platformLevel, 0)
}

func (s *second) steps(d *deployment, fn *instance, stream uint64, ms int64, took float64) {
	for i := range fn.fn.steps {
		st := &fn.fn.steps[i]
		if st.rare > 0 {
			if s.j.n%st.rare != st.rare/2 {
				continue
			}
		} else if !s.r.chance(st.perMille) {
			continue
		}
		at := ms + int64(took*float64(i+1)/float64(len(fn.fn.steps)+1))
		s.log(&fn.Component, stream, at, s.w.line(fn, &s.j, st, at, st.trouble(d)), shownLevel(fn, st), 0)
	}
}

// shownLevel is the level that the line itself names.
func shownLevel(fn *instance, s *step) string {
	if s.foreign && s.style == plain {
		return ""
	}
	return s.level
}

// log adds an event to the payload of its log stream.
func (s *second) log(c *Component, stream uint64, ms int64, message []byte, level string, status int) {
	key := source{c, stream}
	b := s.batches[key]
	if b == nil {
		b = &batch{
			component: c, stream: s.stream(c, stream), filters: []string{c.Workload.FilterName()},
			origin: mix(s.f.seed ^ hash(c.LogGroup+c.Account.ID) ^ mix(uint64(s.k)<<8|stream)),
		}
		s.batches[key] = b
		s.order = append(s.order, b)
	}
	b.add(ms, message, level, status)
}

// stream names a log stream. Execution environments live for a quarter of an hour.
func (s *second) stream(c *Component, n uint64) string {
	id := hash(c.LogGroup + c.Account.ID)
	if c.API {
		return fmt.Sprintf("%016x%016x", id, mix(id))
	}
	age := s.ms / 1000 / 900
	day := s.w.clock.appendRFC3339(nil, age*900_000)
	return fmt.Sprintf("%s/%s/%s/[$LATEST]%016x%016x", day[:4], day[5:7], day[8:10], mix(id^uint64(age)), mix(id+n))
}

func hash(s string) uint64 {
	var h uint64 = 14695981039346656037 // FNV-1a
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
