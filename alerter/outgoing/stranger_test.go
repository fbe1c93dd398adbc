package outgoing

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestStrangerAddresses(t *testing.T) {
	for _, a := range []string{
		"127.0.0.1", "127.255.0.9", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "169.254.170.2", "100.64.0.1",
		"100.100.100.200", "0.0.0.0", "255.255.255.255", "224.0.0.1", "198.18.0.1", "192.0.0.192", "240.0.0.1",
		"[::1]", "[::]", "[fe80::1]", "[fe80::1%eth0]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[::ffff:10.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]",
		"[64:ff9b::a00:1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]", "[2002:a00:1::]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::]", "[::127.0.0.1]", "[2001:db8::1]",
	} {
		if refusePrivate("tcp", a+":443", nil) == nil {
			t.Errorf("%s is allowed", a)
		}
	}
	for _, a := range []string{"54.239.28.85", "8.8.8.8", "[2600:9000::1]", "[::ffff:8.8.8.8]", "[64:ff9b::808:808]", "172.32.0.1", "100.128.0.1"} {
		if err := refusePrivate("tcp", a+":443", nil); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
	if refusePrivate("tcp", "nonsense", nil) == nil {
		t.Error("what is no address is allowed")
	}
}

func TestStrangerAsksNobodyElse(t *testing.T) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		t.Setenv(name, "")
	}
	asked := 0
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "https://")
	for _, u := range []string{server.URL, "http://" + host, "https://other.example.com/"} {
		resp, err := Stranger(host).Get(u)
		if err == nil {
			resp.Body.Close()
			t.Errorf("%s was asked for", u)
		}
	}
	if asked != 0 {
		t.Errorf("the loopback server was asked %d times", asked)
	}
}
