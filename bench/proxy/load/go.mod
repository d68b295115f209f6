module proxyfleet.dev/load

go 1.26
