// Package watch tells when a mounted directory changed.
package watch

import (
	"context"
	"os"
	"syscall"
	"time"
)

const (
	// quiet is how long a directory must be still before a change is told: several files change together.
	quiet = 30 * time.Millisecond
	// interval is how often a look is due even if nothing was noticed: a safety net, should a notice be lost.
	interval = 5 * time.Second
)

// Changes sends whenever files may have changed: after the kernel's notice (inotify), and every few seconds anyway. It ends with ctx.
func Changes(ctx context.Context, directory string) <-chan struct{} {
	return changesEvery(ctx, directory, interval)
}

func changesEvery(ctx context.Context, directory string, interval time.Duration) <-chan struct{} {
	changes := make(chan struct{}, 1)
	notices := make(chan struct{}, 1)
	events, err := open(directory) // before this returns, so that no later change goes unnoticed
	go notice(ctx, directory, events, err, notices)
	go func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			case <-notices:
				settle(ctx, notices)
			}
			offer(changes)
		}
	}()
	return changes
}

// settle waits until no notice has come for a while.
func settle(ctx context.Context, notices <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-notices:
		case <-time.After(quiet):
			return
		}
	}
}

// notice passes on the kernel's notices. Without inotify (or while the directory is missing) the interval must do.
func notice(ctx context.Context, directory string, events *os.File, err error, notices chan<- struct{}) {
	for ctx.Err() == nil {
		if err == nil {
			passOn(ctx, events, notices)
		}
		select {
		case <-ctx.Done():
		case <-time.After(interval):
			events, err = open(directory)
		}
	}
}

func passOn(ctx context.Context, events *os.File, notices chan<- struct{}) {
	defer events.Close()
	defer context.AfterFunc(ctx, func() { events.Close() })()
	for buffer := make([]byte, 4096); ; {
		if _, err := events.Read(buffer); err != nil {
			return
		}
		offer(notices)
	}
}

// open asks the kernel for notices. The kubelet changes a mounted Secret by renaming a link into place (IN_MOVED_TO).
func open(directory string) (*os.File, error) {
	descriptor, err := syscall.InotifyInit1(syscall.IN_CLOEXEC | syscall.IN_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("inotify_init1", err)
	}
	events := os.NewFile(uintptr(descriptor), "inotify")
	if _, err := syscall.InotifyAddWatch(descriptor, directory, syscall.IN_MOVED_TO|syscall.IN_CLOSE_WRITE|syscall.IN_DELETE); err != nil {
		events.Close()
		return nil, os.NewSyscallError("inotify_add_watch", err)
	}
	return events, nil
}

func offer(channel chan<- struct{}) {
	select {
	case channel <- struct{}{}:
	default:
	}
}
