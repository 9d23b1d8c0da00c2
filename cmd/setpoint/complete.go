package main

import (
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd/api"
)

// completePatience is how long somebody who pressed the tabulator key waits for
// the cluster.
const completePatience = 2 * time.Second

// completeContext lists the contexts of the kubeconfig file.
func (c *cluster) completeContext(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return completed(c, func(config api.Config) iter.Seq[string] { return maps.Keys(config.Contexts) })
}

// completeCluster lists its clusters.
func (c *cluster) completeCluster(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return completed(c, func(config api.Config) iter.Seq[string] { return maps.Keys(config.Clusters) })
}

// completeUser lists its users.
func (c *cluster) completeUser(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return completed(c, func(config api.Config) iter.Seq[string] { return maps.Keys(config.AuthInfos) })
}

func completed(c *cluster, names func(api.Config) iter.Seq[string]) ([]cobra.Completion, cobra.ShellCompDirective) {
	config, err := c.config().RawConfig()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return slices.Sorted(names(config)), cobra.ShellCompDirectiveNoFileComp
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
