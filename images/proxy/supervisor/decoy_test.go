package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

const request = "GET / HTTP/1.1\r\nHost: any.example\r\nConnection: close\r\n\r\n"

// inPieces sends a text cut at these places, each piece as a record of its own.
func inPieces(connection net.Conn, text string, cuts ...int) {
	begin := 0
	for _, cut := range append(cuts, len(text)) {
		io.WriteString(connection, text[begin:cut])
		begin = cut
		time.Sleep(20 * time.Millisecond) // so that the other side sees the pieces one by one
	}
}

func TestHTTPOnChatIsAnsweredWithAPageAndReachesNoUpstream(t *testing.T) {
	p := strangersPod(t)
	for name, cuts := range map[string][]int{"at once": nil, "split after its first byte": {1}, "split in the method": {2}, "split in the headers": {1, 16, 30}} {
		connection := p.shakenHands(0)
		inPieces(connection, request, cuts...)
		answer, err := http.ReadResponse(bufio.NewReader(strings.NewReader(string(p.mustBeClosed(connection)))), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if answer.Header.Get("Date") == "" || answer.StatusCode >= 500 {
			t.Errorf("%s: %s %v", name, answer.Status, answer.Header)
		}
	}
	for _, method := range []string{"HEAD", "POST", "OPTIONS", "DELETE", "PROPFIND", "WRITE"} {
		connection := p.shakenHands(0)
		inPieces(connection, strings.Replace(request, "GET", method, 1))
		if said := p.mustBeClosed(connection); !strings.HasPrefix(string(said), "HTTP/1.1 ") {
			t.Errorf("%s: answered %q", method, said)
		}
	}
	if chat := p.chat.spokenTo.Load(); chat > 0 {
		t.Fatalf("%d connections to the chat upstream", chat)
	}
}

func TestWhatIsNoRequestIsAnsweredAsAWebServerDoes(t *testing.T) {
	p := strangersPod(t)
	for said, status := range map[string]string{
		"SSH-2.0-OpenSSH_9.9\r\n": "400", "HELO any.example\r\n": "400", "EHLO any.example\r\n": "400", "\x16\x03\x01\x00\x05hello": "400",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": "400", "G": "408", "GET / HT": "408", "W": "408", "E": "408",
	} {
		connection := p.shakenHands(0)
		io.WriteString(connection, said)
		if answer := p.mustBeClosed(connection); !strings.HasPrefix(string(answer), "HTTP/1.1 "+status) {
			t.Errorf("%q is answered with %q", said, answer)
		}
	}
	if chat := p.chat.spokenTo.Load(); chat > 0 {
		t.Fatalf("%d connections to the chat upstream", chat)
	}
}

func TestPhonesReachTheirUpstreamHoweverTheirFirstBytesCome(t *testing.T) {
	p := strangersPod(t)
	for _, first := range []string{"WA\x06\x03 hello\n", "ED\x00\x01 hello\n", "\x00 whatever comes next year\n", "\xf8 the same\n"} {
		for _, cuts := range [][]int{nil, {1}, {1, 2}, {2}} {
			connection := p.shakenHands(0)
			inPieces(connection, first, cuts...)
			connection.SetDeadline(time.Now().Add(patience))
			if echo, err := bufio.NewReader(connection).ReadString('\n'); err != nil || echo != first {
				t.Errorf("%q cut at %v: %q, %v", first, cuts, echo, err)
			}
		}
	}
}

func TestThePagesOfTwoLanesDiffer(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0), newLane(t, 1), newLane(t, 2), newLane(t, 3))
	p.start()
	p.ready()
	seen := map[string]int{}
	for lane := range 4 {
		connection := p.shakenHands(lane)
		io.WriteString(connection, strings.Replace(request, "/", "/favicon.ico", 1))
		page := string(p.mustBeClosed(connection))
		if other, found := seen[page]; found {
			t.Errorf("lanes %d and %d answer both: %s", lane, other, page)
		}
		seen[page] = lane
	}
}

func TestWhoGoesOnAskingForThePageKeepsNoLaneFromClosing(t *testing.T) {
	p := strangersPod(t)
	asking := p.shakenHands(0)
	io.WriteString(asking, strings.Repeat(strings.Replace(request, "close", "keep-alive", 1), 3))
	if answers := strings.Count(string(p.mustBeClosed(asking)), "HTTP/1.1 "); answers != 1 {
		t.Errorf("%d answers on one connection", answers)
	}
	half := p.shakenHands(0)
	io.WriteString(half, "GET / HT")
	p.applied(p.publish())
	p.mustBeClosed(half)
	p.mustRefuse(0)
}
