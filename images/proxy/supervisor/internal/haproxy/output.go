package haproxy

import (
	"bufio"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// output passes on what HAProxy says, and remembers the last of it.
type output struct {
	done  chan struct{} // closed when all is read
	mutex sync.Mutex
	last  []string
}

// lastOutput is how long what an ended HAProxy said last may take to be read.
const lastOutput = time.Second

// linesKept is enough for the alerts of one failed start.
const linesKept = 40

func (o *output) pass(from io.ReadCloser, log *slog.Logger) {
	defer close(o.done)
	defer from.Close()
	reader := bufio.NewReaderSize(from, longestLine)
	omitted := 0
	for {
		text, isCut, err := reader.ReadLine()
		if err != nil {
			break
		}
		line := string(text)
		if isCut || !isKnown(line) {
			omitted++
			continue
		}
		o.mutex.Lock()
		o.last = append(o.last[max(0, len(o.last)-linesKept+1):], line)
		o.mutex.Unlock()
		if !repeats(line) {
			log.Info("HAProxy says", "line", line)
		}
	}
	if omitted > 0 {
		log.Warn("HAProxy said more, which may name clients and is left out", "lines", omitted)
	}
}

// longestLine is longer than any line that is passed on.
const longestLine = 16 << 10

// known are the forms of the lines that are passed on. None has room for a client's address: what HAProxy says of itself, of its proxies and of its
// configuration, and of a crash where in its own code that was. All else may be part of a dump of sessions.
var known = []*regexp.Regexp{
	regexp.MustCompile(`^\[(?:NOTICE|WARNING|ALERT)\] +\(\d+\) : `),
	regexp.MustCompile(`^\* ?Thread \d+ : |^ *Thread \d+ (?:: id=0x|is about to kill the process\.$)`),
	regexp.MustCompile(`^ +(?:curr_task=0x[0-9a-f]+ \(\w+\) calls=\d+ last=\d+|fct=0x[0-9a-f]+\(\w+\) ctx=0x[0-9a-f]+|call trace\(\d+\):)$`),
	regexp.MustCompile(`^ +\| 0x[0-9a-f]+ \[[0-9a-f ]+\]: [\w+.\-/ ]+$`),
	regexp.MustCompile(`^HAProxy version [\w.\-+]+ [\d/]+ - `),
}

// namesClient tells what HAProxy writes before a client's address, in any of its dumps.
var namesClient = regexp.MustCompile(`\b(?:src|source|from|client)=`)

func isKnown(line string) bool {
	return !namesClient.MatchString(line) && slices.ContainsFunc(known, func(form *regexp.Regexp) bool { return form.MatchString(line) })
}

// repeats tells lines that come once for each of some hundred lanes and say nothing new: a lane was paused or resumed (by us) or stopped (at a
// reload), or its servers follow the ones that are checked for all, or lead where those lead.
func repeats(line string) bool {
	for _, part := range []string{" stopped (cumulated conns", " : Paused frontend ", " : Resumed frontend ", " : Server lane-", " : backend 'lane-", " : lane-"} {
		if strings.Contains(line, part) {
			return true
		}
	}
	return false
}

func (o *output) awaitEnd() {
	select {
	case <-o.done:
	case <-time.After(lastOutput): // another process may hold the pipe still
	}
}

// lastWords are the alerts of a HAProxy that has ended.
func (o *output) lastWords() string {
	o.awaitEnd()
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return alerts(strings.Join(o.last, "\n"))
}
