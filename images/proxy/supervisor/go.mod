module proxyfleet.dev/supervisor

go 1.26
