package supervise

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"proxyfleet.dev/supervisor/internal/haproxy"
	"proxyfleet.dev/supervisor/internal/lanes"
	"proxyfleet.dev/supervisor/internal/names"
	"proxyfleet.dev/supervisor/internal/status"
)

// stuckAfter is longer than the loop may take without an answer of HAProxy's.
const stuckAfter = 2 * time.Minute

// view is what the status server may know of the loop. It implements status.Source.
type view struct {
	keeper *lanes.Keeper
	book   *names.Book
	// started is when the supervisor began, with its monotonic reading.
	started time.Time

	mutex  sync.Mutex
	beat   time.Time
	client *haproxy.Client // nil until HAProxy runs
	ready  bool
	// openPorts are those of the lanes that are open.
	openPorts []haproxy.LanePort
	document  status.Document
}

func newView(keeper *lanes.Keeper, book *names.Book) *view {
	return &view{keeper: keeper, book: book, started: time.Now(), beat: time.Now()}
}

// running is how HAProxy is spoken to; nil until it runs.
func (v *view) running() *haproxy.Client {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return v.client
}

func (v *view) update(change func(v *view)) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	change(v)
}

// Live fails when the loop is stuck. HAProxy's end ends this process too, so it needs no look here.
func (v *view) Live() error {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	last := v.beat
	if v.client != nil && v.client.Heard().After(last) {
		last = v.client.Heard() // a step over some hundred lanes may take long on a busy node
	}
	if since := time.Since(last); since > stuckAfter {
		return fmt.Errorf("the supervisor has been stuck for %s", since.Round(time.Second))
	}
	return nil
}

// Ready fails until the lanes are bound with a valid configuration, and never again while HAProxy lives.
func (v *view) Ready() error {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	switch {
	case v.ready:
		return nil
	case v.document.Refused != nil:
		return fmt.Errorf("the configuration %s was refused: %s", v.document.Refused.Revision, v.document.Refused.Message)
	default:
		return errors.New("the lanes are not bound yet")
	}
}

// Status asks HAProxy for the lanes as they are now.
func (v *view) Status(ctx context.Context) (status.Document, error) {
	v.mutex.Lock()
	client, document := v.client, v.document
	v.mutex.Unlock()
	document.UptimeSeconds = int64(time.Since(v.started).Seconds())
	document.Lanes, document.Upstreams = []lanes.State{}, []haproxy.Upstream{}
	if client == nil {
		return document, nil
	}
	report, err := v.keeper.Report(ctx, *client)
	if err != nil {
		return status.Document{}, err
	}
	document.Lanes, document.Upstreams, document.OldWorkers = report.Lanes, haproxy.WithRefused(report.Upstreams, v.book.Refused()), report.OldWorkers
	return document, nil
}
