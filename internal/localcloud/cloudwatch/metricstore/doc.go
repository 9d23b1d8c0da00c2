// Package metricstore keeps metrics as CloudWatch does: by the minute, and by
// the second for metrics of high resolution, aggregated as they arrive, rolled
// up with age, and read as statistics over periods.
//
// A [Store] has a [Series] for each metric: namespace, name and exact set of
// dimensions. What was put with different units is kept and read apart. Of each
// minute a series has the sample count, the sum, the minimum and the maximum,
// in columns that take no memory where a column is constant or equals another;
// a metric with one value a minute takes about eight bytes a minute, and none takes
// more than 100.
//
// What is put waits beside the head of its series and goes into the columns several
// at a time, or when somebody reads it; that nobody can see. Several may read a
// series at the same time, while nobody puts.
//
// Percentiles need the values themselves. Those of the minutes that were put last
// are kept as they are, and so are few values, or whole numbers that are near each
// other; of others there are bins, in up to 60 bytes, as fine as there is room for.
// A percentile is then wrong by 4.5 percent at most if the greatest value is ten
// times the least above zero, and by 10 percent if it is a hundred times. Sums,
// counts and extremes are exact.
//
// Retention is the documented one: seconds for 3 hours, minutes for 15 days,
// five minutes for 63 days and hours for 455 days (AWS API:
// GetMetricStatistics). What grows too old is added to the next coarser step.
//
// Time is an argument and in seconds since 1970, the unit of periods.
package metricstore
