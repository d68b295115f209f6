// Stands for ExternalDNS. All that decides is its own: the merging of endpoints, the TXT registry, the plan, and the
// provider for dynamic updates (RFC 2136). Only the reading of DNSEndpoints is left to whoever runs it, since not
// every machine can have the packages of its sources.
//
// Each line of the input is a DNSEndpointList as JSON, and one round of work; each line of the output says how that
// ended: "ok", or what went wrong. Flags are ExternalDNS's.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"sigs.k8s.io/external-dns/apis/v1alpha1"
	"sigs.k8s.io/external-dns/endpoint"
	"sigs.k8s.io/external-dns/pkg/apis/externaldns"
	"sigs.k8s.io/external-dns/plan"
	"sigs.k8s.io/external-dns/provider"
	"sigs.k8s.io/external-dns/provider/rfc2136"
	"sigs.k8s.io/external-dns/registry"
	"sigs.k8s.io/external-dns/registry/txt"
)

// worker carries out rounds with one configuration.
type worker struct {
	config   *externaldns.Config
	domains  *endpoint.DomainFilter
	registry registry.Registry
}

func main() {
	worker, err := newWorker(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(nil, 1<<24)
	for input.Scan() {
		if err := worker.round(context.Background(), input.Bytes()); err != nil {
			fmt.Println("failed:", err)
		} else {
			fmt.Println("ok")
		}
	}
}

func newWorker(flags []string) (*worker, error) {
	config := externaldns.NewConfig()
	if err := config.ParseFlags(flags); err != nil {
		return nil, err
	}
	domains := endpoint.NewDomainFilter(config.DomainFilter)
	updates, err := rfc2136.New(context.Background(), config, domains)
	if err != nil {
		return nil, err
	}
	owned, err := txt.New(config, updates)
	if err != nil {
		return nil, err
	}
	return &worker{config, domains, owned}, nil
}

// round makes DNS what the list asks for.
func (w *worker) round(ctx context.Context, list []byte) error {
	current, err := w.registry.Records(ctx)
	if err != nil {
		return err
	}
	ctx = context.WithValue(ctx, provider.RecordsContextKey, current)
	wanted, err := endpointsOf(list)
	if err != nil {
		return err
	}
	desired, err := w.registry.AdjustEndpoints(endpoint.MergeEndpoints(wanted))
	if err != nil {
		return err
	}
	next := (&plan.Plan{
		Policies:       []plan.Policy{plan.Policies[w.config.Policy]},
		Current:        current,
		Desired:        desired,
		DomainFilter:   endpoint.MatchAllDomainFilters{w.domains, w.registry.GetDomainFilter()},
		ManagedRecords: w.config.ManagedDNSRecordTypes,
		OwnerID:        w.registry.OwnerID(),
	}).Calculate()
	if !next.Changes.HasChanges() {
		return nil
	}
	return w.registry.ApplyChanges(ctx, next.Changes)
}

// endpointsOf reads a list as ExternalDNS's source does: each endpoint names the object that it comes from, which the
// TXT registry publishes.
func endpointsOf(list []byte) ([]*endpoint.Endpoint, error) {
	var objects v1alpha1.DNSEndpointList
	if err := json.Unmarshal(list, &objects); err != nil {
		return nil, err
	}
	var all []*endpoint.Endpoint
	for _, object := range objects.Items {
		for _, one := range object.Spec.Endpoints {
			if one.Labels == nil {
				one.Labels = endpoint.NewLabels()
			}
			one.Labels[endpoint.ResourceLabelKey] = fmt.Sprintf("crd/%s/%s", object.Namespace, object.Name)
			all = append(all, one)
		}
	}
	return all, nil
}
