# shellcheck shell=bash
# The cluster's certificate authority, the API server's certificate and the admin's. Sourced by init.sh.
mkdir -p pki
openssl genrsa -out pki/service-accounts.key 2048 2>/dev/null
new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
openssl req -x509 "${new_key[@]}" -keyout pki/ca.key -out pki/ca.crt -subj /CN=proxyfleet-test-ca -days 30 2>/dev/null

# certificate NAME SUBJECT [EXTENSION]
certificate() {
  openssl req "${new_key[@]}" -keyout "pki/$1.key" -out "pki/$1.csr" -subj "$2" 2>/dev/null
  openssl x509 -req -in "pki/$1.csr" -CA pki/ca.crt -CAkey pki/ca.key -CAcreateserial -days 30 -out "pki/$1.crt" -extfile <(echo "${3:-}") 2>/dev/null
}
certificate admin /O=system:masters/CN=admin
certificate api /CN=kube-apiserver "subjectAltName=IP:127.0.0.1,IP:$node,IP:10.96.0.1,DNS:localhost,DNS:kubernetes.default.svc"

cat >admin.conf <<YAML
apiVersion: v1
kind: Config
current-context: embedded
contexts: [{name: embedded, context: {cluster: embedded, user: admin}}]
clusters: [{name: embedded, cluster: {server: "https://$node:6443", certificate-authority-data: $(base64 -w0 pki/ca.crt)}}]
users: [{name: admin, user: {client-certificate-data: $(base64 -w0 pki/admin.crt), client-key-data: $(base64 -w0 pki/admin.key)}}]
YAML
