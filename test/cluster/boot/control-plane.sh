# shellcheck shell=bash
# etcd (without fsync: nothing here outlives a crash), the API server, controllers and scheduler. Sourced by init.sh.
start etcd etcd --data-dir etcd --unsafe-no-fsync --log-level warn --listen-client-urls http://127.0.0.1:2379 \
  --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380

# What an operator asks is noted, without the objects themselves: the end-to-end suite "rights" compares it with the rights it has.
# With OwnerReferencesPermissionEnforcement the API server is as strict as those of some distributions are.
cat >audit-policy.yaml <<YAML
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    users: ["system:serviceaccount:proxyfleet-system:proxyfleet", "system:serviceaccount:proxyfleet-limited:proxyfleet"]
  - level: None
YAML
start kube-apiserver kube-apiserver --etcd-servers http://127.0.0.1:2379 --bind-address 0.0.0.0 --advertise-address "$node" \
  --secure-port 6443 --tls-cert-file pki/api.crt --tls-private-key-file pki/api.key --client-ca-file pki/ca.crt \
  --service-cluster-ip-range 10.96.0.0/16 --service-account-issuer https://kubernetes.default.svc \
  --service-account-key-file pki/service-accounts.key --service-account-signing-key-file pki/service-accounts.key \
  --authorization-mode Node,RBAC --allow-privileged --kubelet-preferred-address-types InternalIP \
  --kubelet-client-certificate pki/admin.crt --kubelet-client-key pki/admin.key \
  --audit-policy-file audit-policy.yaml --audit-log-path log/audit.log --enable-admission-plugins OwnerReferencesPermissionEnforcement
