package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/persist"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
	"github.com/setpoint-io/setpoint/internal/report"
)

// kept makes the local AWS that is in the file of --persist, or begins one in it.
func (o *cloudOptions) kept(ctx context.Context, h host, given func(string) bool, options localcloud.Options) (*localcloud.Cloud, *persist.File, error) {
	file, err := persist.Open(o.persist)
	if err != nil {
		return nil, nil, fmt.Errorf("--persist: %w", err)
	}
	isNew := file.Begun() == nil
	cloud, err := o.load(ctx, h, given, file, options)
	if err != nil {
		err = errors.Join(err, file.Close())
		if isNew {
			err = errors.Join(err, os.Remove(o.persist)) // nothing has begun
		}
		return nil, nil, err
	}
	return cloud, file, nil
}

func (o *cloudOptions) load(ctx context.Context, h host, given func(string) bool, file *persist.File, options localcloud.Options) (*localcloud.Cloud, error) {
	begun := file.Begun()
	if begun != nil {
		if err := o.takeOver(*begun, given); err != nil {
			return nil, err
		}
	}
	progress := newProgress(h, "reading "+o.persist, "bytes")
	cloud, dropped, err := file.Load(ctx, persist.Begin{
		Account: o.account, Region: o.region, ProvisioningDelay: traffic.Duration(o.delay), Seed: o.seed, Assume: o.assume,
	}, options, progress.show)
	progress.clear()
	if err != nil {
		return nil, fmt.Errorf("--persist: %w", err)
	}
	if dropped > 0 {
		fmt.Fprintf(h.err, "note: the last line of %s was cut off after %s, and is dropped\n", o.persist, report.Counted(dropped, "byte"))
	}
	if begun == nil {
		return cloud, o.begin(ctx, cloud)
	}
	if given("speed") {
		if err := cloud.Clock().SetSpeed(o.speed); err != nil {
			return nil, fmt.Errorf("--speed: %w", err)
		}
	}
	return cloud, nil
}

// takeOver takes from the file how the local AWS began. Who says otherwise means
// another one.
func (o *cloudOptions) takeOver(b persist.Begin, given func(string) bool) error {
	delay := time.Duration(b.ProvisioningDelay)
	for _, f := range []struct {
		name, have, want string
	}{
		{"account", b.Account, o.account},
		{"region", b.Region, o.region},
		{"provisioning-delay", delay.String(), o.delay.String()},
		{"assume", strings.Join(b.Assume, " "), strings.Join(o.assume, " ")},
		{"seed", fmt.Sprint(b.Seed), fmt.Sprint(cmp.Or(o.seed, b.Seed))},
	} {
		if given(f.name) && f.have != f.want {
			return fmt.Errorf("--%s %s: the local AWS in %s has %s; leave the flag out, or name another file", f.name, f.want, o.persist, cmp.Or(f.have, "none"))
		}
	}
	o.account, o.region, o.delay, o.seed = b.Account, b.Region, delay, b.Seed
	return nil
}
