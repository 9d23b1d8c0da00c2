package sagemaker

// deploy returns the variants that a configuration makes.
func (s *Service) deploy(r *region, c *config) []variant {
	variants := make([]variant, len(c.input.ProductionVariants))
	for i, spec := range c.input.ProductionVariants {
		initial := capacity{weight: 1, instances: value(spec.InitialInstanceCount), serverless: spec.ServerlessConfig}
		if spec.InitialVariantWeight != nil {
			initial.weight = *spec.InitialVariantWeight
		}
		variants[i] = variant{
			spec:     spec,
			image:    r.models[value(spec.ModelName)].image(),
			resolved: s.now(),
			current:  initial,
			desired:  initial,
		}
	}
	return variants
}

// checkQuota refuses a deployment that needs more instances of a type than the
// account may have. Of the endpoint that is updated, only the growth counts.
func (s *Service) checkQuota(r *region, updated string, variants []variant) error {
	quota := int64(s.behaviour.InstanceQuota)
	if quota == 0 {
		return nil
	}
	used, delta := map[string]int64{}, map[string]int64{}
	for name, e := range r.endpoints {
		for _, v := range e.all() {
			used[value(v.spec.InstanceType)] += int64(v.desired.instances)
			if name == updated {
				delta[value(v.spec.InstanceType)] -= int64(v.desired.instances)
			}
		}
	}
	for _, v := range variants {
		delta[value(v.spec.InstanceType)] += int64(v.desired.instances)
	}
	for _, v := range variants {
		t := value(v.spec.InstanceType)
		if delta[t] > 0 && used[t]+delta[t] > quota {
			return limitExceeded(t, quota, used[t], delta[t])
		}
	}
	return nil
}
