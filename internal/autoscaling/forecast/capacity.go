package forecast

import (
	"errors"
	"math"
	"slices"
)

// ErrPerUnit is the error when a unit of capacity is said to bear no load.
var ErrPerUnit = errors.New("the load that a unit of capacity bears must be greater than zero")

// tolerance keeps what is integral but for rounding errors from being rounded
// up.
const tolerance = 1e-9

// Capacity returns the units of capacity that each value of the load needs:
// load divided by what one unit bears, rounded up. Load that is not known needs
// none.
func Capacity(load []float64, perUnit float64) ([]int32, error) {
	if !(perUnit > 0) {
		return nil, ErrPerUnit
	}
	units := make([]int32, len(load))
	for i, x := range load {
		if needed := math.Ceil(x/perUnit - tolerance); needed > 0 {
			units[i] = int32(min(needed, math.MaxInt32))
		}
	}
	return units, nil
}

// PerUnit returns the load that one unit of capacity bears when the scaling
// metric is at its target: the target times the median of the load of a unit
// for one of the scaling metric. The series have a value for each hour. Without
// capacity, or where nothing can be learned, the load is taken to be the
// scaling metric's total over all units, as that of the predefined pairs is,
// and a unit bears the target. AWS does not document how it learns the
// relation.
func PerUnit(load, scaling, capacity []float64, target float64) float64 {
	var ratios []float64
	for i := range min(len(load), len(scaling), len(capacity)) {
		if r := load[i] / (capacity[i] * scaling[i]); r > 0 && !math.IsInf(r, 0) {
			ratios = append(ratios, r)
		}
	}
	if len(ratios) == 0 {
		return target
	}
	slices.Sort(ratios)
	middle := len(ratios) / 2
	if len(ratios)%2 == 1 {
		return target * ratios[middle]
	}
	return target * (ratios[middle-1] + ratios[middle]) / 2
}

// Correlation returns how well the load of a unit of capacity explains the
// scaling metric: Pearson's coefficient of the hours in which all are known, or
// NaN when they do not vary. It is what CloudWatch shows as
// PredictiveScalingMetricPairCorrelation.
func Correlation(load, scaling, capacity []float64) float64 {
	var n, sumX, sumY, sumXX, sumYY, sumXY float64
	for i := range min(len(load), len(scaling), len(capacity)) {
		x, y := load[i]/capacity[i], scaling[i]
		if math.IsNaN(x) || math.IsInf(x, 0) || math.IsNaN(y) {
			continue
		}
		n++
		sumX, sumY = sumX+x, sumY+y
		sumXX, sumYY, sumXY = sumXX+x*x, sumYY+y*y, sumXY+x*y
	}
	return (n*sumXY - sumX*sumY) / math.Sqrt((n*sumXX-sumX*sumX)*(n*sumYY-sumY*sumY))
}

// Maximum returns the maximum capacity that counts while the forecast needs a
// capacity. With IncreaseMaxCapacity it is raised to the forecast and the
// buffer, in percent of the forecast: for 50, a buffer of 10 and a maximum of
// 40 it is 55 (AWS API: PredictiveScalingPolicyConfiguration). With
// HonorMaxCapacity the maximum stays.
func Maximum(needed, maximum int32, increase bool, buffer int32) int32 {
	if !increase {
		return maximum
	}
	raised := math.Ceil(float64(needed)*(1+float64(buffer)/100) - tolerance)
	return max(maximum, int32(min(raised, math.MaxInt32)))
}
