package names

import (
	"net/netip"
	"testing"
)

func TestWhereAPodMayLead(t *testing.T) {
	guard, err := NewGuard([]string{"10.0.0.0/8", "64:ff9b::a00:0/104", "fe80::/10"}, []string{"10.7.0.0/16"})
	if err != nil {
		t.Fatal(err)
	}
	guard = guard.Also(netip.MustParseAddr("203.0.113.1"))
	for text, allowed := range map[string]bool{
		"192.0.2.1": true, "10.1.2.3": false, "10.7.2.3": true, "::ffff:10.1.2.3": false, "64:ff9b::10.1.2.3": false, "64:ff9b::192.0.2.1": true,
		"fe80::1%eth0": false, "203.0.113.1": false, "2001:db8::1": true,
	} {
		if guard.Allows(netip.MustParseAddr(text)) != allowed {
			t.Errorf("%s: allowed is not %v", text, allowed)
		}
	}
	if !(Guard{}).Allows(netip.MustParseAddr("10.0.0.1")) {
		t.Error("a guard without ranges refuses")
	}
	if _, err := NewGuard([]string{"everything"}, nil); err == nil {
		t.Error("a text that is no range was taken")
	}
}
