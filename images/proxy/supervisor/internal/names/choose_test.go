package names

import (
	"net/netip"
	"slices"
	"testing"

	"proxyfleet.dev/supervisor/internal/haproxy"
)

func up(text string) inUse   { return inUse{netip.MustParseAddr(text), true} }
func down(text string) inUse { return inUse{netip.MustParseAddr(text), false} }

func TestWhichAddressesAreUsed(t *testing.T) {
	cases := map[string]struct {
		now           []inUse
		answer, works []string
		want          []string
	}{
		"what answers and is still the name's stays":                               {[]inUse{up("192.0.2.1"), up("192.0.2.2")}, []string{"192.0.2.3", "192.0.2.2", "192.0.2.1"}, []string{"192.0.2.3"}, []string{"192.0.2.1", "192.0.2.2"}},
		"what no longer answers goes for one that does":                            {[]inUse{up("192.0.2.1"), down("192.0.2.2")}, []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"}, []string{"192.0.2.3"}, []string{"192.0.2.1", "192.0.2.3"}},
		"a dead one is not used beside one that answers":                           {[]inUse{up("192.0.2.1")}, []string{"192.0.2.1", "192.0.2.9"}, nil, []string{"192.0.2.1"}},
		"a dead answer takes nothing from living ones that the name no longer has": {[]inUse{up("192.0.2.1"), up("192.0.2.2")}, []string{"192.0.2.9"}, nil, []string{"192.0.2.1", "192.0.2.2"}},
		"once a new one answers, those that the name no longer has go":             {[]inUse{up("192.0.2.1"), up("192.0.2.2")}, []string{"192.0.2.9"}, []string{"192.0.2.9"}, []string{"192.0.2.9"}},
		"where nothing answers, all stays":                                         {[]inUse{down("192.0.2.1")}, []string{"192.0.2.9"}, nil, []string{"192.0.2.1"}},
		"where nothing answers and there was nothing, the answer is tried":         {nil, []string{"2001:db8::1", "192.0.2.1", "192.0.2.2"}, nil, []string{"192.0.2.1", "2001:db8::1"}},
		"no answer at all changes nothing":                                         {[]inUse{up("192.0.2.1"), down("192.0.2.2")}, nil, nil, []string{"192.0.2.1"}},
		"an address that was given up and answers again stays where it is":         {[]inUse{down("192.0.2.1")}, []string{"192.0.2.1"}, []string{"192.0.2.1"}, []string{"192.0.2.1"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			choice := choice{now: c.now, answer: addresses(c.answer...), lines: 2}
			working := slices.DeleteFunc(choice.candidates(), func(a netip.Addr) bool { return !slices.Contains(c.works, a.String()) })
			if got := choice.decide(working); !slices.Equal(got, addresses(c.want...)) {
				t.Fatalf("%v, not %v", got, c.want)
			}
		})
	}
}

func TestNothingIsTriedWhileAllLinesAreInGoodUse(t *testing.T) {
	choice := choice{now: []inUse{up("192.0.2.1"), up("192.0.2.2")}, answer: addresses("192.0.2.1", "192.0.2.2", "192.0.2.3"), lines: 2}
	if candidates := choice.candidates(); len(candidates) != 0 {
		t.Fatal(candidates)
	}
}

func TestAFreeLineIsForTheOtherFamilyFirst(t *testing.T) {
	choice := choice{now: []inUse{up("192.0.2.1")}, answer: addresses("192.0.2.1", "192.0.2.2", "2001:db8::1"), lines: 2}
	if candidates := choice.candidates(); !slices.Equal(candidates, addresses("2001:db8::1", "192.0.2.2")) {
		t.Fatal(candidates)
	}
}

func TestAsFewServersChangeAsPossible(t *testing.T) {
	server := func(name, address string, used bool) haproxy.UpstreamServer {
		return haproxy.UpstreamServer{Name: name, Address: netip.AddrPortFrom(netip.MustParseAddr(address), 1), InUse: used}
	}
	first, second := server("chat-0", "192.0.2.1", true), server("chat-0-1", "192.0.2.2", true)
	resting := server("chat-0-1", "240.0.0.1", false)
	cases := map[string]struct {
		servers []haproxy.UpstreamServer
		chosen  []string
		want    []step
	}{
		"nothing":                   {[]haproxy.UpstreamServer{first, second}, []string{"192.0.2.2", "192.0.2.1"}, nil},
		"one moves":                 {[]haproxy.UpstreamServer{first, second}, []string{"192.0.2.3", "192.0.2.2"}, []step{{first, netip.MustParseAddr("192.0.2.3")}}},
		"one rests":                 {[]haproxy.UpstreamServer{first, second}, []string{"192.0.2.2"}, []step{{first, netip.Addr{}}}},
		"one that rests is used":    {[]haproxy.UpstreamServer{first, resting}, []string{"192.0.2.1", "192.0.2.2"}, []step{{resting, netip.MustParseAddr("192.0.2.2")}}},
		"one that rests goes on so": {[]haproxy.UpstreamServer{first, resting}, []string{"192.0.2.1"}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := steps(c.servers, addresses(c.chosen...)); !slices.Equal(got, c.want) {
				t.Fatalf("%v, not %v", got, c.want)
			}
		})
	}
}
