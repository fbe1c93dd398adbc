package state

import "cmp"

// Merge joins what two have made of the state base: what only one of them changed is as
// that one has it, and what both changed as mine has it. Of pending history and of backfills
// nothing is lost: see mergeGaps. It changes none of the three; the result may share with
// them what never changes.
func Merge(base, mine, theirs *State) *State {
	m := *mine
	m.Groups = mergeMaps(base.Groups, mine.Groups, theirs.Groups, second)
	m.Alarms = mergeMaps(base.Alarms, mine.Alarms, theirs.Alarms, second)
	m.Pending = mergeMaps(base.Pending, mine.Pending, theirs.Pending, mergeGaps)
	m.Backfills = orNone(mergeMaps(base.Backfills, mine.Backfills, theirs.Backfills, furthest))
	if mine.Surveyed == base.Surveyed {
		m.Surveyed = theirs.Surveyed
	}
	if mine.Destroying == base.Destroying {
		m.Destroying = theirs.Destroying
	}
	m.Writers = orNone(mergeMaps(base.Writers, mine.Writers, theirs.Writers, second))
	m.APIs = orNone(mergeMaps(base.APIs, mine.APIs, theirs.APIs, second))
	m.Fresh = orNone(mergeMaps(base.Fresh, mine.Fresh, theirs.Fresh, second))
	return &m
}

// mergeMaps merges by key. A value that is not there is nil; both is asked where both
// changed a key, in different ways.
func mergeMaps[V comparable](base, mine, theirs map[string]V, both func(base, mine, theirs *V) *V) map[string]V {
	out := make(map[string]V, max(len(mine), len(theirs)))
	one := func(key string) {
		b, m, t := lookUp(base, key), lookUp(mine, key), lookUp(theirs, key)
		var v *V
		switch {
		case equal(m, b), equal(m, t):
			v = t
		case equal(t, b):
			v = m
		default:
			v = both(b, m, t)
		}
		if v != nil {
			out[key] = *v
		}
	}
	for key := range mine {
		one(key)
	}
	for key := range theirs {
		if _, done := mine[key]; !done {
			one(key)
		}
	}
	return out
}

// orNone is m as the JSON has it: without keys it is left out.
func orNone[V any](m map[string]V) map[string]V {
	if len(m) == 0 {
		return nil
	}
	return m
}

func lookUp[V any](m map[string]V, key string) *V {
	v, found := m[key]
	if !found {
		return nil
	}
	return &v
}

func equal[V comparable](a, b *V) bool { return a == b || a != nil && b != nil && *a == *b }

// second says that mine counts.
func second[V any](_, mine, _ *V) *V { return mine }

// mergeGaps joins two gaps of a log group. One that is gone on one side only was fetched in
// part perhaps: it stays. Of two spans that differ all is fetched again, and compared with
// what the lake has.
func mergeGaps(_, mine, theirs *Gap) *Gap {
	switch {
	case mine == nil:
		return theirs
	case theirs == nil:
		return mine
	case mine.Same(*theirs): // at different points of its fetch
		return furthest(nil, mine, theirs)
	}
	g := Gap{From: min(mine.From, theirs.From), To: max(mine.To, theirs.To), Was: cmp.Or(mine.Was, theirs.Was), Doubt: true}
	if mine.To == 0 || theirs.To == 0 {
		g.To = 0
	}
	return &g
}

// furthest is the one of two points of a fetch that is further; one that is closed is at its end.
func furthest(_, mine, theirs *Gap) *Gap {
	switch {
	case mine == nil || theirs == nil:
		return nil
	case theirs.Further(*mine):
		return theirs
	}
	return mine
}
