package lanes

import (
	"time"

	"proxyfleet.dev/supervisor/internal/podconfig"
	"proxyfleet.dev/supervisor/internal/rundir"
)

// Which claim a lane serves is all that HAProxy can't show, so it is remembered. A supervisor that starts anew starts HAProxy anew.

func (k *Keeper) serving(number int, claim podconfig.Lane) bool {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	lane, serves := k.serves[number]
	return serves && lane.SameClaim(claim)
}

// setServes remembers what a lane serves, and tells whether that is new.
func (k *Keeper) setServes(lane podconfig.Lane) bool {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	old, served := k.serves[lane.Number]
	if !served || !old.SameClaim(lane) {
		k.tally.begin(lane.Number)
		delete(k.fullAt, lane.Number)
		k.headers.Begin(lane.Number)
		k.looks.begin(lane.Number)
	}
	k.serves[lane.Number] = lane
	return !old.SameClaim(lane) || old.Certificate.SHA256 != lane.Certificate.SHA256
}

// forget makes a lane serve nothing, and tells what it served.
func (k *Keeper) forget(number int) (podconfig.Lane, bool) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	lane, served := k.serves[number]
	delete(k.serves, number)
	return lane, served
}

// mayKeep tells whether a lane may keep its sessions: it is to serve the claim that it serves now.
func (k *Keeper) mayKeep(number int, wanted podconfig.Snapshot) bool {
	claim, open := wanted.Open[number]
	return open && k.serving(number, claim)
}

func (k *Keeper) isLeaving() bool {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	return k.leaving
}

// placeholder makes, once, the certificate that a lane has while it is closed.
func (k *Keeper) placeholder(number int) (podconfig.Certificate, error) {
	if known, ok := k.knownPlaceholder(number); ok {
		return known, nil
	}
	text, err := rundir.Placeholder(time.Now())
	if err != nil {
		return podconfig.Certificate{}, err
	}
	certificate, err := podconfig.ParseCertificate(text)
	if err == nil {
		k.mutex.Lock()
		defer k.mutex.Unlock()
		k.placeholders[number] = certificate
	}
	return certificate, err
}

func (k *Keeper) knownPlaceholder(number int) (podconfig.Certificate, bool) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	known, ok := k.placeholders[number]
	return known, ok
}

func (k *Keeper) writePlaceholder(number int) error {
	certificate, err := k.placeholder(number)
	if err == nil {
		_, err = k.write(number, certificate, nil)
	}
	return err
}
