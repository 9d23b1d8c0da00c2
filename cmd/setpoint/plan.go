package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/manifest"
	"github.com/setpoint-io/setpoint/internal/plan"
	"github.com/setpoint-io/setpoint/internal/report"
	"github.com/setpoint-io/setpoint/internal/validation"
)

type planOptions struct {
	inputs
	cluster
	fromCluster bool
	withCluster bool

	aws    awsOptions
	format format
}

func planCommand(h host) *cobra.Command {
	o := planOptions{format: newFormat("table", "json", "markdown")}
	cmd := &cobra.Command{
		Use:     "plan (-f FILE | -k DIR | --from-cluster) [-o FORMAT]",
		Aliases: []string{"diff"},
		Short:   "Show what manifests, or the objects of a cluster, would change in AWS",
		Long: `Compares manifests, or the objects of a cluster, with what AWS has, by the same
comparison that the controller makes, and shows what would be created, updated
(field by field), replaced, deleted and adopted, and what follows from it.
Policies and scheduled actions that AWS has under the same scalable targets and
that nobody declares are listed, and left alone.

kubectl diff says what an apply would change in the cluster; setpoint plan says
what that would change in AWS. Manifests do not tell what the controller made,
nor what was taken out of them since: with --with-cluster the objects of the
cluster are read too, and their finalizers and status do. --from-cluster plans
those objects as they are.

AWS settings come from the AWS SDK's default chain (AWS_PROFILE, AWS_REGION and
so on). It takes the rights application-autoscaling:DescribeScalableTargets,
DescribeScalingPolicies and DescribeScheduledActions, and ListTagsForResource
where tags are declared; with the latter it also says who manages what is there
already. With cloudwatch:DescribeAlarms the alarms of target tracking policies
are looked at too, and with sagemaker:DescribeEndpoint it says what the capacity
of a variant would become. What is missing is named.

Objects of several Regions are planned together. Other accounts are named, and
planned with --profile.

Exit codes, as those of kubectl diff: 0 no changes, 1 changes, 2 the plan is not
complete: something could not be read, or the API server or the controller would
refuse an object.`,
		Example: `  # What would these manifests change?
  setpoint plan -f examples/sagemaker/hosting-autoscaling-predefined.yaml

  # Against the lab
  setpoint plan --endpoint-url http://127.0.0.1:4566 -R -f deploy/

  # What would applying them to this cluster change?
  setpoint plan --with-cluster -f web.yaml

  # Has anything drifted from what the cluster declares?
  setpoint plan --from-cluster -A

  # As a comment on a pull request
  setpoint plan -k overlays/prod -o markdown > comment.md`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), h) },
	}
	o.inputs.bind(cmd)
	o.cluster.bind(cmd)
	o.format.bind(cmd)
	cmd.Flags().BoolVar(&o.fromCluster, "from-cluster", false, "plan the objects of the cluster instead of manifests")
	cmd.Flags().BoolVar(&o.withCluster, "with-cluster", false, "plan manifests as the cluster would have them once they were applied")
	o.aws.bind(cmd)
	cmd.MarkFlagsMutuallyExclusive("from-cluster", "with-cluster")
	cmd.MarkFlagsMutuallyExclusive("from-cluster", "filename")
	cmd.MarkFlagsMutuallyExclusive("from-cluster", "kustomize")
	return cmd
}

func (o *planOptions) run(ctx context.Context, h host) error {
	if !o.fromCluster && !o.given() {
		return errors.New("nothing to plan: name manifests with -f or -k, or write --from-cluster")
	}
	if !o.fromCluster && (o.allNamespaces || o.selector != "") {
		return errors.New("--all-namespaces and --selector choose objects of a cluster: write --from-cluster, or leave them out")
	}
	aws, err := o.account(ctx)
	if err != nil {
		return err
	}
	defer aws.Close()
	home := aws.home(ctx)
	groups, locate, notes, err := o.groups(ctx, h, home)
	if err != nil {
		return err
	}
	progress := newProgress(h, "reading AWS", "scalable targets")
	p := plan.Make(ctx, groups, plan.Options{
		Open: aws.open, Home: home, Now: h.now(), FromCluster: o.fromCluster || o.withCluster, Locate: locate, Progress: progress.show,
	})
	progress.clear()
	for _, note := range notes {
		p.Note(note)
	}
	aws.notes.addTo(p)
	if err := o.write(p, h); err != nil {
		return err
	}
	switch {
	case p.Summary.Trouble():
		return errTrouble
	case p.Summary.Changes():
		return errFound
	}
	return nil
}

// groups reads what shall be planned.
func (o *planOptions) groups(ctx context.Context, h host, home declared.Place) (groups []declared.Group, locate locator, notes []string, err error) {
	o.progress = newProgress(h, "reading the cluster", "objects")
	defer o.progress.clear()
	if o.fromCluster {
		groups, notes, err = o.cluster.read(ctx, home)
		return groups, nil, notes, err
	}
	set, err := o.inputs.read(h)
	if err != nil {
		return nil, nil, nil, err
	}
	validator, err := validation.New()
	if err != nil {
		return nil, nil, nil, err
	}
	if o.withCluster {
		groups, notes, err = o.cluster.apply(ctx, set, home, validator)
		return groups, located(set.Documents), append(notes, ignored(set)...), err
	}
	objects, err := set.Objects(o.namespace)
	if err != nil {
		return nil, nil, nil, err
	}
	setting := declared.Surroundings{Home: home}
	for _, d := range set.Others {
		setting.Learn(d.Content, o.namespace)
	}
	groups = declared.Gather(objects, setting)
	return groups, located(set.Documents), ignored(set), validator.Admit(ctx, set.Documents, nil, groups)
}

// ignored tells of documents that are not planned.
func ignored(set *manifest.Set) []string {
	if n := len(set.Others); n > 0 {
		return []string{report.Counted(n, "document") + " of other kinds ignored"}
	}
	return nil
}

// locator says where an object was written.
type locator = func(*declared.Member) report.Location

func located(documents []*manifest.Document) locator {
	return func(m *declared.Member) report.Location {
		if m.Index >= len(documents) {
			return report.Location{} // it is in the cluster only
		}
		at := documents[m.Index].At("")
		return report.Location{File: at.File, Line: at.Line, Column: at.Column, Built: at.Built}
	}
}

func (o *planOptions) write(p *report.Plan, h host) error {
	var err error
	switch o.format.value {
	case "json":
		err = p.WriteJSON(h.out)
	case "markdown":
		err = p.WriteMarkdown(h.out)
	default:
		err = p.WriteTable(h.out, h.style())
	}
	if err != nil {
		return err
	}
	for _, note := range p.Notes {
		fmt.Fprintln(h.err, "note:", note)
	}
	_, err = fmt.Fprintln(h.err, p.Headline())
	return err
}
