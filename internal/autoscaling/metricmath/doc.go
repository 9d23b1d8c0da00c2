// Package metricmath evaluates CloudWatch metric math, as metric alarms,
// target tracking on customized metrics and GetMetricData use it.
//
// [Parse] reads one expression. [Compile] takes all queries of an alarm or of a
// request together, because expressions refer to each other and METRICS() to
// all metrics; it settles types once. [Program.Evaluate] then computes an
// expression over a [Grid] of periods, as often as one likes.
//
// A value is a scalar, a time series or an array of time series. A series has
// one value for each period of the grid; a missing point is NaN. What is no
// finite number, such as the result of a division by zero, is a missing point.
//
// Operators and functions follow the Amazon CloudWatch User Guide, "Using math
// expressions with CloudWatch metrics". AWS documents neither the precedence of
// operators nor how they associate; here they are as in arithmetic, from weak
// to strong: OR, AND, comparisons, + and -, * and /, unary minus, ^. All
// associate to the left but ^. Other choices where AWS says nothing are marked
// where they are made. Functions that AWS documents and that need more than the
// series at hand, such as SEARCH, are refused by name.
package metricmath
