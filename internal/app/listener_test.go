package app

import (
	"net"
	"testing"

	"golang.org/x/net/netutil"
)

// TestConnectionsAreBounded: no more connections are accepted than there is room for; one that closes
// makes room, and a listener that closes waits for nothing.
func TestConnectionsAreBounded(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := netutil.LimitListener(inner, 2)
	accepted := make(chan net.Conn)
	ended := make(chan error, 1)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				ended <- err
				return
			}
			accepted <- c
		}
	}()
	for range 4 {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	first, second := <-accepted, <-accepted
	select {
	case <-accepted:
		t.Fatal("a third connection was accepted")
	default:
	}
	first.Close()
	first.Close() // gives back one slot only
	third := <-accepted
	l.Close()
	if err := <-ended; err == nil {
		t.Error("no error")
	}
	second.Close()
	third.Close()
}
