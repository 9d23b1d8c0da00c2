package lab

import (
	"context"
	"fmt"
	"slices"
	"time"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	clientset "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/api/crds"
)

// InstallCRDs creates our CRDs in a fresh API server and waits until it serves
// them.
func InstallCRDs(ctx context.Context, config *rest.Config) error {
	client, err := clientset.NewForConfig(config)
	if err != nil {
		return err
	}
	files, err := crds.All()
	if err != nil {
		return err
	}
	definitions := client.ApiextensionsV1().CustomResourceDefinitions()
	var names []string
	for _, file := range files {
		var crd apiextensions.CustomResourceDefinition
		if err := yaml.Unmarshal(file.YAML, &crd); err != nil {
			return fmt.Errorf("%s: %w", file.Name, err)
		}
		if _, err := definitions.Create(ctx, &crd, metav1.CreateOptions{}); err != nil {
			return fmt.Errorf("%s: %w", file.Name, err)
		}
		names = append(names, crd.Name)
	}
	for _, name := range names {
		err := wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, 10*time.Second, true, func(ctx context.Context) (bool, error) {
			crd, err := definitions.Get(ctx, name, metav1.GetOptions{})
			return err == nil && established(crd) && discovered(client.Discovery(), crd), nil
		})
		if err != nil {
			return fmt.Errorf("waiting for the API server to serve %s: %w", name, err)
		}
	}
	return nil
}

// discovered says that clients which look for the kind find it: the API server
// lists a kind a moment after it serves it.
func discovered(client discovery.ServerResourcesInterface, crd *apiextensions.CustomResourceDefinition) bool {
	for _, v := range crd.Spec.Versions {
		list, err := client.ServerResourcesForGroupVersion(crd.Spec.Group + "/" + v.Name)
		if err != nil || !slices.ContainsFunc(list.APIResources, func(r metav1.APIResource) bool { return r.Kind == crd.Spec.Names.Kind }) {
			return false
		}
	}
	return true
}

func established(crd *apiextensions.CustomResourceDefinition) bool {
	for _, c := range crd.Status.Conditions {
		if c.Type == apiextensions.Established && c.Status == apiextensions.ConditionTrue {
			return true
		}
	}
	return false
}
