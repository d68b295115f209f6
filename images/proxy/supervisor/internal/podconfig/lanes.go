package podconfig

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// lanesDocument is lanes.json. Fields that only others need are left out.
type lanesDocument struct {
	Revision string     `json:"revision"`
	Bank     int        `json:"bank"`
	Open     []openLane `json:"open"`
	// Upstreams are the ranges to which a pod may not lead, and the exceptions among them. Older operators name none.
	Upstreams struct {
		Refused []string `json:"refused"`
		Allowed []string `json:"allowed"`
	} `json:"upstreams"`
}

type openLane struct {
	Lane              int      `json:"lane"`
	Address           string   `json:"address"`
	UID               string   `json:"uid"`
	CertificateSHA256 string   `json:"certificateSHA256"`
	ProxiesFrom       []string `json:"proxiesFrom"`
}

// mostLanes is what fits below the ports that Linux gives to outgoing connections: 20000 + 4 × 3192 = 32768.
const mostLanes = 3192

// parseLanes reads lanes.json. On an error the document still carries the revision, if the text had one.
func parseLanes(text []byte) (lanesDocument, error) {
	var document lanesDocument
	if err := json.Unmarshal(text, &document); err != nil {
		return document, fmt.Errorf("lanes.json: %w", err)
	}
	if document.Revision == "" {
		return document, errors.New("lanes.json: revision is missing")
	}
	if document.Bank < 1 || document.Bank > mostLanes {
		return document, fmt.Errorf("lanes.json: bank is %d, and must be 1 to %d", document.Bank, mostLanes)
	}
	seen := map[int]bool{}
	for _, lane := range document.Open {
		switch {
		case lane.Lane < 0 || lane.Lane >= document.Bank:
			return document, fmt.Errorf("lanes.json: lane %d is not in the bank of %d", lane.Lane, document.Bank)
		case seen[lane.Lane]:
			return document, fmt.Errorf("lanes.json: lane %d is open twice", lane.Lane)
		case lane.Address == "":
			return document, fmt.Errorf("lanes.json: lane %d serves no address", lane.Lane)
		}
		seen[lane.Lane] = true
	}
	return document, nil
}

// canonicalRanges parses ranges ("10.0.0.0/8", "192.0.2.1") and returns them masked, sorted and each once. The canonical form keeps HAProxy's
// command socket free of anything that is not an address.
func canonicalRanges(texts []string) ([]string, error) {
	ranges := make([]string, 0, len(texts))
	for _, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, addressErr := netip.ParseAddr(text)
			if addressErr != nil || address.Zone() != "" {
				return nil, fmt.Errorf("%q is not a range of addresses such as 10.0.0.0/8", text)
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		ranges = append(ranges, prefix.Masked().String())
	}
	slices.Sort(ranges)
	return slices.Compact(ranges), nil
}
