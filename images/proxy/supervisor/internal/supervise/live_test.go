package supervise

import (
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"proxyfleet.dev/supervisor/internal/haproxy"
)

func TestALoopThatIsBusyWithManyLanesLivesWhileHAProxyAnswers(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		io.Copy(io.Discard, connection)
		io.WriteString(connection, "# workers\n15   worker  0  0d 3.0\n\n")
		connection.Close()
	}()
	client := haproxy.NewClient(socket)
	v := &view{client: &client, beat: time.Now().Add(-2 * stuckAfter)}
	if v.Live() == nil {
		t.Fatal("a loop that is stuck lives")
	}
	if _, err := client.Workers(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := v.Live(); err != nil {
		t.Fatal(err)
	}
}
