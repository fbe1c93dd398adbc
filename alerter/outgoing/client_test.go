package outgoing

import (
	"net/netip"
	"testing"
)

// Addresses behind which clouds keep credentials, in every spelling.
func TestRefusedAddresses(t *testing.T) {
	for _, s := range []string{
		"169.254.169.254", "169.254.170.2", "169.254.0.1", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "fe80::1", "fe80::1%eth0",
		"fd00:ec2::254", "0.0.0.0", "::", "0.1.2.3", "224.0.0.1", "ff02::1", "255.255.255.255", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe",
		"2002:a9fe:a9fe::1", "::169.254.169.254", "100.100.100.200", "192.0.0.192", "fec0::1",
	} {
		if !refused(netip.MustParseAddr(s)) {
			t.Errorf("%s is not refused", s)
		}
	}
	for _, s := range []string{"127.0.0.1", "::1", "10.0.0.7", "192.168.1.1", "52.1.2.3", "2600::1", "64:ff9b::3401:203"} {
		if refused(netip.MustParseAddr(s)) {
			t.Errorf("%s is refused", s)
		}
	}
}
