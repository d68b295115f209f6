package haproxy

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// List tells the ranges in a worker's list of that file name, sorted.
func (w Worker) List(ctx context.Context, file string) ([]string, error) {
	answer, err := w.ask(ctx, "show acl "+file)
	if err != nil {
		return nil, err
	}
	ranges := []string{}
	for line := range strings.Lines(answer) {
		fields := strings.Fields(line) // "0x55d0c8a2b1e0 10.0.0.0/8"
		if len(fields) == 2 && strings.HasPrefix(fields[0], "0x") {
			ranges = append(ranges, fields[1])
		} else if len(fields) > 0 {
			return nil, fmt.Errorf("HAProxy has no list %s: %s", file, strings.TrimSpace(answer))
		}
	}
	slices.Sort(ranges)
	return ranges, nil
}

// ListCounts tells how many ranges each of a worker's lists has, by file name.
func (w Worker) ListCounts(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	err := w.client.lines(ctx, w.addressed("show acl"), func(line string) {
		// 0 (/run/proxyfleet/lanes/0.proxies) pattern loaded from file … curr_ver=0 next_ver=0 entry_cnt=0
		_, rest, _ := strings.Cut(line, "(")
		file, rest, found := strings.Cut(rest, ") pattern loaded from file ")
		_, count, _ := strings.Cut(rest, " entry_cnt=")
		if number, err := strconv.Atoi(count); found && err == nil {
			counts[file] = number
		}
	})
	return counts, err
}

// LoadList replaces a list at once: the new ranges are added to a version that nobody sees until it is committed.
func (w Worker) LoadList(ctx context.Context, file string, ranges []string) error {
	answer, err := w.ask(ctx, "prepare acl "+file)
	if err != nil {
		return err
	}
	version, found := strings.CutPrefix(answer, "New version created: ")
	if !found {
		return fmt.Errorf("HAProxy made no new version of the list %s: %s", file, answer)
	}
	for _, each := range ranges {
		if err := w.order(ctx, fmt.Sprintf("add acl @%s %s %s", version, file, each)); err != nil {
			return err
		}
	}
	return w.order(ctx, fmt.Sprintf("commit acl @%s %s", version, file))
}
