package main

import (
	_ "helm.sh/helm/v4/pkg/chart/common"
	_ "helm.sh/helm/v4/pkg/chart/common/util"
	_ "helm.sh/helm/v4/pkg/chart/v2/loader"
	_ "helm.sh/helm/v4/pkg/chart/v2/util"
	_ "helm.sh/helm/v4/pkg/engine"
	_ "helm.sh/helm/v4/pkg/release/v1/util"
	_ "sigs.k8s.io/kustomize/api/krusty"
	_ "github.com/fluxcd/pkg/envsubst"
	_ "golang.org/x/sys/unix"
)

func main() {}
