package seamark_test

import (
	"strings"
	"testing"

	"github.com/seamark-hq/seamark"
)

func TestPatternText(t *testing.T) {
	of := func(message string) *seamark.Log { return &seamark.Log{Message: message} }
	for _, c := range []struct {
		a, b *seamark.Log
		want string
	}{
		{of("no route to host"), of("no route to host"), "no route to host"},
		{of("carrier answered 504 after 29000 ms bookingId=[123]"), of("carrier answered 504 after 812 ms bookingId=[77]"), "carrier answered 504 after … ms bookingId=[…]"},
		{of("cannot save a b c\nat x"), of("cannot save d\nat y"), "cannot save …"},
		{of("lost 3 of 4 rows"), of("lost rows"), "lost … rows"},
		{&seamark.Log{Message: "m", ErrorType: "IOError", ErrorMessage: "disk 1 is full"}, &seamark.Log{Message: "n", ErrorType: "IOError", ErrorMessage: "disk 2 is full"}, "IOError: disk … is full"},
		{&seamark.Log{ErrorType: "IOError"}, &seamark.Log{ErrorType: "IOError"}, "IOError"},
		{&seamark.Log{EventName: "Booking failed"}, &seamark.Log{EventName: "Booking failed"}, "Booking failed"},
		{of("user=anna@x.org host=10.0.0.1:80"), of("user=bob@x.org host=10.0.0.2:80"), "user=….org host=10.0.0.…:80"},
		{of("aa"), of("aaa"), "aaa"},
		{of("[aa]"), of("[aaa]"), "[…]"},
		{of("a.a"), of("a.a.a"), "a.…"},
		{of(""), of("x"), "x"},
		{of("one two"), of("three"), "three"},
	} {
		if got := seamark.PatternText(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: got %q, want %q", c.a.Message, c.b.Message, got, c.want)
		}
	}
	if long := seamark.PatternText(of(strings.Repeat("ä", 500)), of(strings.Repeat("ä", 500))); len(long) > 310 || !strings.HasSuffix(long, "ä…") {
		t.Errorf("%d bytes: %q", len(long), long)
	}
}
