package dashboards

import "github.com/seamark-hq/seamark"

// maxTextBytes is how much of one text a listing carries. One event may hold 1 MB; five hundred of
// those would freeze the page.
const maxTextBytes = 2 << 10

func cutRows(hits []seamark.Hit) []seamark.Hit {
	out := make([]seamark.Hit, len(hits))
	for i, h := range hits {
		out[i] = h.Shorten(maxTextBytes)
	}
	return out
}
