# shellcheck shell=bash
# The network: the node is the router between the test hosts, and the world routes external addresses to it. There is no way to
# the machine's own network. Sourced by init.sh.
node=172.30.0.1
ip link set lo up
sysctl --quiet --write net.ipv4.ip_forward=1
ip link add uplink type bridge
ip address add "$node/24" dev uplink
ip link set uplink up
ip route add default dev uplink

# host NAME NODE_ADDRESS HOST_ADDRESS
host() {
  ip netns add "$1"
  ip link add "to-$1" type veth peer name eth0 netns "$1"
  ip address add "$2/24" dev "to-$1"
  ip link set "to-$1" up
  ip -netns "$1" link set lo up
  ip -netns "$1" address add "$3/24" dev eth0
  ip -netns "$1" link set eth0 up
  ip -netns "$1" route add default via "$2"
}
host meta 192.0.2.1 192.0.2.10       # plays WhatsApp
host abroad 198.51.100.1 198.51.100.2 # a client, or a control, that no censor sits in front of
host inside 198.51.101.1 198.51.101.2 # a client behind the censor: rules on the node can drop what it sends
