package main

import (
	"net/http"

	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

func cloudResourcesCommand(h host) *cobra.Command {
	c := newCloudClient(h)
	var p place
	cmd := &cobra.Command{
		Use:   "resources",
		Short: "Show, declare and remove resources whose service is not in a local AWS",
		Long: `A local AWS has SageMaker, ECS and DynamoDB, where resources are created as in AWS.
Of other services, such as Aurora or Lambda, a resource is a number that is
declared and then scaled. setpoint cloud state shows all that can be scaled.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return show(cmd.Context(), c, http.MethodGet, "resources", p.query(""), nil, drawDeclared)
		},
	}
	c.bind(cmd)
	p.bind(cmd)
	cmd.AddCommand(resourcesSetCommand(h), resourcesRemoveCommand(h))
	return cmd
}

func resourcesSetCommand(h host) *cobra.Command {
	c := newCloudClient(h)
	var p place
	var d admin.Declared
	cmd := &cobra.Command{
		Use:     "set RESOURCE-ID --capacity N",
		Short:   "Declare a resource, or ask for another capacity of one",
		Example: "  setpoint cloud resources set cluster:my-cluster --service-namespace rds --capacity 2",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d.Home, d.Key = p.home(), p.key(args[0])
			return show(cmd.Context(), c, http.MethodPut, "resources", nil, d, func(t *table, made admin.Declared) { drawDeclared(t, []admin.Declared{made}) })
		},
	}
	c.bind(cmd)
	p.bind(cmd)
	cmd.Flags().Int32Var(&d.Capacity, "capacity", 0, "what it shall have, in the unit of its dimension")
	cmd.Flags().Int32Var(&d.Quota, "quota", 0, "how much it can have (default: no limit)")
	_ = cmd.MarkFlagRequired("capacity") // the error is about a flag of another name
	return cmd
}

func resourcesRemoveCommand(h host) *cobra.Command {
	c := newCloudClient(h)
	var p place
	cmd := &cobra.Command{
		Use:   "remove RESOURCE-ID",
		Short: "Remove a declared resource",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return show(cmd.Context(), c, http.MethodDelete, "resources", p.query(args[0]), nil, func(t *table, d admin.Declared) {
				t.line("%s is removed.", d.ResourceID)
			})
		},
	}
	c.bind(cmd)
	p.bind(cmd)
	return cmd
}

func drawDeclared(t *table, list []admin.Declared) {
	if len(list) == 0 {
		t.line("No resources are declared. setpoint cloud state shows all that can be scaled.")
		return
	}
	t.row("ACCOUNT", "REGION", "RESOURCE", "DIMENSION", "DESIRED", "CURRENT", "QUOTA")
	for _, d := range list {
		var quota any = "-"
		if d.Quota > 0 {
			quota = d.Quota
		}
		t.row(d.Account, d.Region, d.ResourceID, d.ScalableDimension, d.Capacity, d.Running, quota)
	}
}
