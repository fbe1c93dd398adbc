package main

import (
	"net"
	"strings"
	"testing"
)

// TestListenNear: a port in use makes way for the next; an address that is nobody's is a fault.
func TestListenNear(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	l, err := listenNear(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if l.Addr().String() == taken.Addr().String() {
		t.Errorf("listens on %s, which is taken", l.Addr())
	}
	if l, err := listenNear("192.0.2.1:8080"); err == nil || !strings.Contains(err.Error(), "cannot listen") {
		t.Errorf("192.0.2.1 is nobody's here: %v, %v", l, err)
	}
}
