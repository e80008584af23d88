module vidra/testing/public-charts

go 1.26.0

require (
	github.com/cert-manager/cert-manager v1.18.2
	github.com/crossplane/crossplane/v2 v2.0.2
	github.com/external-secrets/external-secrets v0.16.2
	go.universe.tf/metallb v0.15.2
	k8s.io/ingress-nginx v0.0.0-20240708192948-52c50467d67d
	sigs.k8s.io/external-dns v0.19.0
	sigs.k8s.io/kueue v0.17.0
	sigs.k8s.io/kwok v0.8.0
	sigs.k8s.io/metrics-server v0.8.0
)
