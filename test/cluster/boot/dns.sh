# shellcheck shell=bash
# The cluster's DNS, also for the node and the test hosts. Names outside of the cluster come from upstream.hosts; any other does
# not exist (the empty root zone says so: without it the answer would be a server failure). Sourced by init.sh.
cp "$here/../upstream.hosts" .
echo ". 1 IN SOA dns.proxyfleet.test. nobody.proxyfleet.test. 1 1 1 1 1" >root.zone
cat >Corefile <<COREFILE
cluster.local:53 {
  bind $node
  kubernetes cluster.local {
    kubeconfig $state/admin.conf embedded
  }
}
.:53 {
  bind $node
  hosts $state/upstream.hosts {
    ttl 1
    reload 1s
    fallthrough
  }
  file $state/root.zone .
}
COREFILE
