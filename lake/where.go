package lake

// SnapshotOf is the key of the snapshot that counts of an hour of events; "" when it has none.
func (l *Lake) SnapshotOf(hour int64) string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if h := l.hours[hour]; h != nil && h.seq > 0 {
		return snapshotKey(hour, h.seq)
	}
	return ""
}
