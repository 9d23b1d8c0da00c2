package main

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
)

// completePatience is how long somebody who pressed the tabulator key waits for
// the cluster.
const completePatience = 2 * time.Second

// completeContext lists the contexts of the kubeconfig file.
func (c *cluster) completeContext(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	config, err := c.config().RawConfig()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return slices.Sorted(maps.Keys(config.Contexts)), cobra.ShellCompDirectiveNoFileComp
}

// completeNamespace lists the namespaces of the cluster.
func (c *cluster) completeNamespace(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), completePatience)
	defer cancel()
	rest, err := c.config().ClientConfig()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	client, err := dynamic.NewForConfig(rest)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	found, err := client.Resource(namespaces).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []cobra.Completion
	for i := range found.Items {
		names = append(names, found.Items[i].GetName())
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
