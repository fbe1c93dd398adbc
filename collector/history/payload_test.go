package history_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// TestHostileMessages: whatever lines hold, they land as they are; bytes that are not
// UTF-8, which JSON cannot carry, become U+FFFD one by one.
func TestHostileMessages(t *testing.T) {
	messages := []string{
		"", " ", "\x00\x01\x1f\x7f", `"}]}{"messageType":"CONTROL_MESSAGE"`, "\\u0000\\", "\u2028\u2029\ufeff", "é𝄞", "<script>&amp;", "\xff\xfe", "a\xc3", "\xed\xa0\x80",
		strings.Repeat("x", 1<<20), strings.Repeat("\x01", 1<<20), strings.Repeat("\xff", 1<<18), strings.Repeat("[", 100_000), "\x1f\x8b\x08\x00",
	}
	rig.InBubble(t, func(t *testing.T) {
		x := newPast(cloud.Options{})
		group := `/odd "group"\ é`
		x.AddLogGroup(inventory.LogGroup{Name: group, Created: time.Now().UnixMilli()}, rig.Booking()...)
		for _, m := range messages {
			x.Log(group, "str\"eam\n\xff", m)
			time.Sleep(time.Second)
		}
		time.Sleep(time.Hour)
		collector.Sweep(t.Context(), rig.Place, x, x.o)
		x.fetchAll(t)
		got := x.shelf.events(t)
		if len(got) != len(messages) {
			t.Fatalf("%d events, want %d", len(got), len(messages))
		}
		for i, m := range messages {
			if want := string([]rune(m)); got[i].Message != want || got[i].Group != group || got[i].Stream != "str\"eam\n\ufffd" {
				t.Errorf("%d: got %.40q of %q %q, want %.40q", i, got[i].Message, got[i].Group, got[i].Stream, want)
			}
		}
	})
}

func FuzzPayload(f *testing.F) {
	f.Add("s", "message", "\xff\x00\"\\")
	f.Fuzz(func(t *testing.T, stream, one, two string) {
		object := history.PayloadOf(rig.Place.Account, "/g", "filter", []inventory.LogEvent{
			{ID: "2", Stream: stream, Message: two, Timestamp: 2}, {ID: "1", Stream: stream, Message: one, Timestamp: 1},
		})
		got, err := payloads(object)
		if err != nil || len(got) != 2 {
			t.Fatalf("%+v, %v", got, err)
		}
		for i, want := range []string{one, two} {
			if utf8.ValidString(want) && got[i].Message != want || got[i].Message != string([]rune(want)) || got[i].Stream != string([]rune(stream)) {
				t.Errorf("got %q of %q, want %q of %q", got[i].Message, got[i].Stream, want, stream)
			}
		}
	})
}
