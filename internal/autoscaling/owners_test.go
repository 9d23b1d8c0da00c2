package autoscaling

import "testing"

func TestOwnerOf(t *testing.T) {
	const stackID = "arn:aws:cloudformation:us-west-2:123456789012:stack/web-prod/0a1b2c3d"
	cases := map[string]struct {
		reason string
		tags   map[string]string
		want   Owner
	}{
		"nobody":          {"without tags nothing tells", nil, Owner{}},
		"other tags":      {"a tag about something else tells nothing", map[string]string{"team": "ml", "Name": "x"}, Owner{}},
		"stack":           {"CloudFormation names its stack", map[string]string{"aws:cloudformation:stack-name": "web-prod", "aws:cloudformation:stack-id": stackID}, Owner{ToolCloudFormation, "web-prod"}},
		"stack ID":        {"the ID holds the name", map[string]string{"aws:cloudformation:stack-id": stackID}, Owner{ToolCloudFormation, "web-prod"}},
		"odd stack ID":    {"an ID of another form is better than nothing", map[string]string{"aws:cloudformation:stack-id": "s"}, Owner{ToolCloudFormation, "s"}},
		"managed by":      {"the common key of Terraform modules", map[string]string{"managed-by": "terraform"}, Owner{Tool: ToolTerraform}},
		"ManagedBy":       {"upper and lower case are habit", map[string]string{"ManagedBy": "Terraform"}, Owner{Tool: ToolTerraform}},
		"terraform=true":  {"the key may say it", map[string]string{"Terraform": "true"}, Owner{Tool: ToolTerraform}},
		"terraform=false": {"the key may deny it", map[string]string{"terraform": "false"}, Owner{}},
		"a longer word":   {"a name that holds the word is a name", map[string]string{"Name": "terraform-training"}, Owner{}},
		"opentofu":        {"the fork counts as Terraform", map[string]string{"managed_by": "OpenTofu"}, Owner{Tool: ToolTerraform}},
		"ACK": {"the ACK controllers tag by default",
			map[string]string{"services.k8s.aws/controller-version": "v1", "services.k8s.aws/namespace": "prod"}, Owner{ToolACK, "prod"}},
		"ACK of a service":   {"a service's own prefix is one too", map[string]string{"applicationautoscaling.services.k8s.aws/x": "y"}, Owner{Tool: ToolACK}},
		"stack by Terraform": {"AWS's own tags cannot be set by anybody else", map[string]string{"aws:cloudformation:stack-name": "s", "terraform": "true"}, Owner{ToolCloudFormation, "s"}},
		"ACK and Terraform":  {"an automatic tag tells more than a label", map[string]string{"services.k8s.aws/namespace": "n", "managed-by": "terraform"}, Owner{ToolACK, "n"}},
	}
	for name, c := range cases {
		if got := OwnerOf(c.tags); got != c.want {
			t.Errorf("%s: %+v, want %+v: %s", name, got, c.want, c.reason)
		} else if (got.String() == "") != (got.Tool == ToolUnknown) {
			t.Errorf("%s: %+v prints as %q", name, got, got)
		}
	}
}

func FuzzOwnerOf(f *testing.F) {
	f.Add("managed-by", "terraform", "aws:cloudformation:stack-id", "arn:aws:cloudformation:r:a:stack/")
	f.Add("services.k8s.aws/namespace", "", "TERRAFORM", "False")
	f.Fuzz(func(t *testing.T, key, value, otherKey, otherValue string) {
		tags := map[string]string{key: value, otherKey: otherValue}
		got := OwnerOf(tags)
		if again := OwnerOf(tags); got != again {
			t.Fatalf("%q: %+v, then %+v", tags, got, again)
		}
		if (got.String() == "") != (got.Tool == ToolUnknown) {
			t.Fatalf("%q: %+v prints as %q", tags, got, got)
		}
		if one := OwnerOf(map[string]string{key: tags[key]}); one.Tool != ToolUnknown && got.Tool == ToolUnknown {
			t.Fatalf("%q: a further tag hid %+v", tags, one)
		}
	})
}
