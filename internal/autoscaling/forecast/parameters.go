package forecast

import (
	"fmt"
	"strconv"
)

// Parameter is a number that the model depends on.
type Parameter struct{ Name, Value, Meaning, Source string }

const (
	documented = "Application Auto Scaling User Guide: how predictive scaling works"
	chosen     = "Chosen once on synthetic and real traces."
)

// Parameters lists the numbers of the model, for documentation.
func Parameters() []Parameter {
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	return []Parameter{
		{"history", fmt.Sprintf("%d to %d hours", MinHistory, MaxHistory), "How much load is needed, and how much of it counts at most.", documented},
		{"horizon", fmt.Sprintf("%d hours", Horizon), "How far a forecast reaches.", documented},
		{"daily decay", number(dailyDecay), "The weight of a day relative to the day after it, in the expert for the same hour of the days before.", chosen},
		{"weekly decay", number(weeklyDecay), "The weight of a week relative to the week after it, in the expert for the same hour of the weeks before.", chosen},
		{"level trust", number(levelTrust), "How much of a change of level since the day before is believed.", chosen},
		{"level fade", number(levelFade), "How much of that remains with each hour.", chosen},
		{"greatest ratio", number(maxRatio), "No change of level is taken for more than this, or for less than its inverse.", chosen},
		{"backtest", fmt.Sprintf("%d days", backtestDays), "The days on which the experts are tested, each from what was known before it.", chosen},
		{"sharpness", number(sharpness), "How strongly a better expert is preferred: its weight is its mean squared error to this power, inverted.", chosen},
	}
}
