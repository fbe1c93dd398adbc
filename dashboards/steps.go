package dashboards

import (
	"time"

	"github.com/seamark-hq/seamark"
)

// maxBuckets is how many bars a histogram has at most.
const maxBuckets = 120

func stepFor(span seamark.Span) time.Duration { return seamark.StepFor(span, maxBuckets) }
