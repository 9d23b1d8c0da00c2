package metricmath

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// points reads "30 - 20": a missing point is a dash.
func points(t *testing.T, text string) []float64 {
	t.Helper()
	var xs []float64
	for field := range strings.FieldsSeq(text) {
		x := math.NaN()
		if field != "-" {
			var err error
			if x, err = strconv.ParseFloat(field, 64); err != nil {
				t.Fatal(err)
			}
		}
		xs = append(xs, x)
	}
	return xs
}

func show(xs []float64) string {
	fields := make([]string, len(xs))
	for i, x := range xs {
		if fields[i] = "-"; !math.IsNaN(x) {
			fields[i] = strconv.FormatFloat(x, 'g', 6, 64)
		}
	}
	return strings.Join(fields, " ")
}

// sample is m1, m2 and m3.
var sample = []string{"30 20 0 0 -", "20 - 20 - -", "1 1 0 0 -"}

func evaluate(t *testing.T, expression string, series []string) (string, error) {
	t.Helper()
	queries := []Query{{ID: "e", Expression: expression}}
	metrics := [][]float64{nil}
	for i, s := range series {
		queries = append(queries, Query{ID: "m" + strconv.Itoa(i+1), Period: time.Minute})
		metrics = append(metrics, points(t, s))
	}
	p, err := Compile(queries)
	if err != nil {
		return "", err
	}
	// Saturday, 28 February 2026, 23:58 UTC: the grid crosses into March.
	grid := Grid{Start: time.Date(2026, 2, 28, 23, 58, 0, 0, time.UTC), Period: time.Minute, Len: len(metrics[1])}
	results, err := p.Evaluate(0, grid, metrics)
	if err != nil {
		return "", err
	}
	var shown []string
	for _, s := range results {
		shown = append(shown, show(s.Values))
	}
	return strings.Join(shown, " | "), nil
}

func TestEvaluate(t *testing.T) {
	cases := []struct{ expression, want, reason string }{
		// The tables of the Amazon CloudWatch User Guide.
		{"m1 < m2", "0 0 1 0 -", "a point that only one series has counts as 0 in the other"},
		{"m1 >= 30", "1 0 0 0 -", "a series compares with a scalar"},
		{"m1 > 15 AND m2 > 15", "1 0 0 0 -", "a logical operator takes a missing point as 0 too"},

		{"m1 + m2", "50 20 20 0 -", "in arithmetic a missing point is 0, and where both miss there is none"},
		{"m1 / m2", "1.5 - 0 - -", "a division by zero yields no point"},
		{"m2 * 2", "40 - 40 - -", "beside a scalar a missing point stays missing"},
		{"100 / m1", "3.33333 5 - - -", "a scalar may be divided"},
		{"m1 ^ 2", "900 400 0 0 -", "powers"},
		{"m1 * (0-1) ^ 0.5", "- - - - -", "what is no real number is no point"},
		{"m1 ^ 1e308", "- - 0 0 -", "what overflows is no point"},
		{"-m1 ^ 2", "-900 -400 -0 -0 -", "a power binds more than a minus"},
		{"m1 - 10 - 5", "15 5 -15 -15 -", "minus associates to the left"},
		{"m1 * 0 + 2 ^ 3 ^ 2", "512 512 512 512 -", "powers associate to the right"},
		{"m1 * 0 + 2 ^ -1", "0.5 0.5 0.5 0.5 -", "an exponent may be negative"},
		{"m1 + 2 * 3", "36 26 6 6 -", "products bind more than sums"},
		{"m1 == 0 || m1 == 30", "1 0 1 1 -", "|| is OR, and binds less than comparisons"},
		{"m1 != 0 && m1 < 30", "0 1 0 0 -", "&& is AND"},
		{"m1 * (2 > 1)", "30 20 0 0 -", "two scalars compare to a scalar"},
		{"m1 + SUM(m1) / MIN(m3)", "- - - - -", "a scalar that is divided by zero leaves no points"},

		{"ABS(m1 - m2)", "10 20 20 0 -", "ABS"},
		{"CEIL(m1 / 7)", "5 3 0 0 -", "CEIL"},
		{"FLOOR(m1 / 7)", "4 2 0 0 -", "FLOOR"},
		{"LOG10(m1 * 10)", "2.47712 2.30103 - - -", "the logarithm of zero is no point"},
		{"LOG(m1 * 0 + 1)", "0 0 0 0 -", "LOG is the natural logarithm"},
		{"[m1, -m2, METRICS(\"3\")]", "30 20 0 0 - | -20 - -20 - - | 1 1 0 0 -", "arrays of series and of arrays"},
		{"METRICS() / 10", "3 2 0 0 - | 2 - 2 - - | 0.1 0.1 0 0 -", "METRICS is all metrics and no expressions"},
		{"100 / [m1, m2]", "3.33333 5 - - - | 5 - 5 - -", "an array may be the right operand"},

		{"SUM([m1, m2])", "50 20 20 0 -", "SUM of an array is a series"},
		{"AVG([m1, m2])", "25 10 10 0 -", "AVG of an array counts missing points as 0"},
		{"MIN([m1, m2])", "20 20 0 0 -", "MIN of an array is of the points there are"},
		{"MAX(METRICS())", "30 20 20 0 -", "MAX of an array"},
		{"STDDEV([m1, m2])", "5 0 10 0 -", "STDDEV of an array is of the points there are"},
		{"DATAPOINT_COUNT(METRICS())", "3 2 3 2 0", "a count of nothing is 0"},
		{"TIME_SERIES(SUM(m1))", "50 50 50 50 50", "SUM of a series is a scalar"},
		{"TIME_SERIES(AVG(m1))", "10 10 10 10 10", "AVG of a series counts missing points as 0"},
		{"TIME_SERIES(SUM(m1) / DATAPOINT_COUNT(m1))", "12.5 12.5 12.5 12.5 12.5", "the documented average of a sparse metric"},
		{"TIME_SERIES(MIN(m2))", "20 20 20 20 20", "MIN of a series is of the points there are"},
		{"TIME_SERIES(STDDEV(m2))", "0 0 0 0 0", "STDDEV of equal points"},
		{"m1 / METRIC_COUNT(METRICS())", "10 6.66667 0 0 -", "METRIC_COUNT"},
		{"m1 / PERIOD(m1)", "0.5 0.333333 0 0 -", "PERIOD is in seconds"},

		{"DIFF(m1)", "- -10 -20 0 -", "the first point has none before it"},
		{"DIFF(m2)", "- - 0 - -", "the point before is the last that exists"},
		{"DIFF_TIME(m2)", "- - 120 - -", "DIFF_TIME is in seconds"},
		{"RATE(m1)", "- -0.166667 -0.333333 0 -", "RATE is per second"},
		{"RUNNING_SUM(m2)", "20 - 40 - -", "a running sum has points where the series has"},
		{"FILL(m2, 7)", "20 7 20 7 7", "FILL with a scalar"},
		{"FILL(m2, m1)", "20 20 20 0 -", "FILL with a series, which may miss points too"},
		{"FILL(m2, REPEAT)", "20 20 20 20 20", "REPEAT takes the point before"},
		{"FILL(m2 + 0 * m1, LINEAR)", "20 0 20 0 -", "LINEAR ends with the last point"},
		{"FILL(DIFF(m2), REPEAT)", "- - 0 0 0", "before the first point there is nothing to repeat"},
		{"FILL([m2, m3], LINEAR)", "20 20 20 - - | 1 1 0 0 -", "LINEAR fills gaps only"},
		{"FILL(m2, MIN(m2))", "20 20 20 20 20", "the scalar may be computed"},

		{"FIRST(SORT(METRICS(), SUM, DESC))", "30 20 0 0 -", "the highest is first of DESC"},
		{"LAST(SORT(METRICS(), SUM, DESC))", "1 1 0 0 -", "the lowest is last"},
		{"SORT(METRICS(), MAX, ASC, 2)", "1 1 0 0 - | 20 - 20 - -", "a limit"},
		{"SLICE(SORT(METRICS(), AVG, ASC), 2)", "30 20 0 0 -", "a slice to the end"},
		{"SLICE(METRICS(), 1, 2)", "20 - 20 - -", "start is in the slice and end is not"},
		{"SLICE(METRICS(), 9)", "", "beyond the array there is nothing"},
		{"FIRST(SLICE(METRICS(), 9))", "- - - - -", "the first of nothing has no points"},
		{"REMOVE_EMPTY([m1, m1 / 0, m2])", "30 20 0 0 - | 20 - 20 - -", "series without points go"},
		{"SORT([m1 / 0, m1, m3], MIN, DESC)", "30 20 0 0 - | 1 1 0 0 - | - - - - -", "what cannot be compared is last"},

		{"MINUTE(m1)", "58 59 0 1 2", "time functions have values where the series has none"},
		{"HOUR(m1)", "23 23 0 0 0", "hours are in UTC"},
		{"DAY(m1)", "6 6 7 7 7", "Saturday is 6 and Sunday 7"},
		{"DATE(m1)", "28 28 1 1 1", "DATE is the day of the month"},
		{"MONTH(m1)", "2 2 3 3 3", "MONTH"},
		{"YEAR(m1) + 0 * EPOCH(m1)", "2026 2026 2026 2026 2026", "YEAR and EPOCH"},
		{"EPOCH(m1) - FIRST([EPOCH(m2)]) + DIFF_TIME(EPOCH(m1))", "0 60 60 60 60", "EPOCH is in seconds"},
		{"IF(DAY(m1) < 7, m1)", "30 20 - - -", "weekdays only"},
	}
	for _, tc := range cases {
		got, err := evaluate(t, tc.expression, sample)
		if err != nil || got != tc.want {
			t.Errorf("%s: %s is %q, %v; want %q", tc.reason, tc.expression, got, err, tc.want)
		}
	}
}

// The tables of the Amazon CloudWatch User Guide, "Using IF expressions".
func TestIf(t *testing.T) {
	series := []string{"1 1 0 0 -", "30 - 0 0 30", "0 0 20 - 20"}
	cases := []struct{ expression, want, reason string }{
		{"IF(m1, m2, m3)", "30 0 20 - -", "a missing trueValue is 0, a missing falseValue drops the point"},
		{"IF(m1, 5, m3)", "5 5 20 - -", "a scalar if true"},
		{"IF(m1, m2, 5)", "30 0 5 5 -", "a scalar if false; without a condition there is no point"},
		{"IF(m1, m2)", "30 0 - - -", "without falseValue the point is dropped"},
		{"IF(m1 < 1, 10, 2)", "2 2 10 10 -", "two scalars"},
		{"IF(-m1, 1, 0)", "1 1 0 0 -", "negative values are true"},
		{"IF(1 > 0, m2, m3)", "30 - 0 0 30", "a scalar condition chooses a series"},
		{"IF(1 < 0, m2, m3)", "0 0 20 - 20", "or the other"},
		{"IF(0, m2)", "- - - - -", "or none"},
	}
	for _, tc := range cases {
		got, err := evaluate(t, tc.expression, series)
		if err != nil || got != tc.want {
			t.Errorf("%s: %s is %q, %v; want %q", tc.reason, tc.expression, got, err, tc.want)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	cases := []struct {
		expression string
		offset     int
		text       string
		reason     string
	}{
		{"", 0, "the expression ends where a number, an Id or a function is expected", "nothing is no expression"},
		{"m1 +", 4, "the expression ends", "an operator has two operands"},
		{"m1 m2", 3, `"m2" is found where an operator`, "between operands there is an operator"},
		{"(m1", 3, `")"`, "parentheses close"},
		{"[m1 m2]", 4, `"," or "]"`, "items are separated"},
		{"[]", 0, "at least one", "arrays have items"},
		{"m1 = 2", 3, "write ==", "assignment is a likely slip"},
		{"m1 & m2", 3, "there are AND, OR", "bitwise operators do not exist"},
		{"m1 § 2", 3, `"§" has no meaning`, "other characters do not exist"},
		{"METRICS(\"a)", 8, "does not end", "quotes close"},
		{"1e999 * m1", 0, "not a number", "numbers have a range"},
		{"sum(m1)", 0, "uppercase", "functions are in uppercase"},
		{"SQRT(m1)", 0, "CloudWatch has no function SQRT; it has ABS, AVG", "functions that do not exist are told apart from those that are not evaluated"},
		{"m1 + SEARCH('{N} x', 'Sum')", 5, "the function SEARCH is not evaluated", "documented functions that are not evaluated are named"},
		{"LAST(ANOMALY_DETECTION_BAND(m1))", 5, "ANOMALY_DETECTION_BAND", "the same, deeper"},
		{"SELECT AVG(x) FROM y", 0, "Metrics Insights", "queries in SQL are another language"},
		{"FOO", 0, "FOO has no meaning", "uppercase words are functions or keywords"},
		{"nobody + 1", 0, "nobody is the Id of no query", "Ids are those of queries"},
		{"AVG(m1)", 0, "the result is a scalar", "a final result is a series, as documented"},
		{"5", 0, "the result is a scalar", "the same of a number"},
		{"REPEAT", 0, "a keyword", "a keyword is no result"},
		{"m1 + LINEAR", 5, "no operand", "a keyword is no operand"},
		{"m1 + 'x'", 5, "no operand", "a text is no operand"},
		{"METRICS() + METRICS()", 10, "between two arrays", "two arrays do not match up"},
		{"METRICS() > 1", 0, "not an array", "arrays do not compare, as documented"},
		{"[m1, 2]", 5, "not a scalar", "arrays have series"},
		{"m1 * ABS(2)", 9, "ABS takes a time series or an array", "functions of points take series, as documented"},
		{"m1 * SUM(2)", 9, "SUM takes", "so do aggregates"},
		{"FIRST(m1)", 6, "FIRST takes an array of time series here, not a time series", "FIRST is of arrays"},
		{"SORT(METRICS(), STDDEV, ASC)", 16, "STDDEV has no meaning", "SORT has four functions"},
		{"SORT(METRICS(), LINEAR, ASC)", 16, "SORT sorts by", "other keywords are not among them"},
		{"SORT(METRICS(), AVG, UP)", 21, "UP has no meaning", "and two orders"},
		{"SORT(METRICS(), AVG, MIN)", 21, "ASC or DESC", "of which this is none"},
		{"FILL(m1, ASC)", 9, "FILL takes a scalar", "FILL has two keywords"},
		{"FILL(m1)", 0, "FILL takes 2 arguments, not 1", "arguments are counted"},
		{"IF(m1)", 0, "IF takes 2 to 3 arguments, not 1", "arguments are counted where they are optional"},
		{"IF(METRICS(), 1, 0)", 3, "IF takes a time series here", "a condition is no array"},
		{"IF(1 > 0, 1, m1)", 10, "IF takes a time series here, not a scalar", "a scalar condition chooses series, as documented"},
		{"m1 / PERIOD(m1 * 2)", 15, "PERIOD takes the Id of a metric", "periods are of metrics"},
		{"HOUR(METRICS())", 5, "HOUR takes a time series", "time functions are of one series"},
		{"METRICS(m1)", 8, "METRICS takes a text in quotes", "METRICS filters by text"},
		{"TIME_SERIES(m1)", 12, "TIME_SERIES takes a scalar", "TIME_SERIES is of a scalar"},
		{"e + 1", 0, "e needs its own result", "an expression does not name itself"},
		{strings.Repeat("(", 300) + "m1", 200, "nested", "nesting is bounded"},
		{strings.Repeat("m1+", 1000) + "m1", 2048, "at most 2048", "length is bounded, as documented"},
	}
	for _, tc := range cases {
		queries := []Query{{ID: "m1"}, {ID: "m2"}, {ID: "e", Expression: tc.expression}}
		if tc.expression == "" {
			_, err := Parse("")
			var e *Error
			if !errors.As(err, &e) || e.Offset != 0 || !strings.Contains(e.Text, tc.text) {
				t.Errorf("%s: %v", tc.reason, err)
			}
			continue
		}
		_, err := Compile(queries)
		var e *Error
		if !errors.As(err, &e) || e.ID != "e" || e.Offset != tc.offset || !strings.Contains(e.Text, tc.text) {
			t.Errorf("%s: %.40s is refused with %v; want position %d and %q", tc.reason, tc.expression, err, tc.offset+1, tc.text)
		}
	}
}

func TestExpressionsOfExpressions(t *testing.T) {
	p, err := Compile([]Query{
		{ID: "total", Expression: "SUM(scaled)"}, {ID: "scaled", Expression: "METRICS('m') * 2"}, {ID: "m1"}, {ID: "m2"}, {ID: "other"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if p.Type(0) != TimeSeries || p.Type(1) != Array || p.Type(2) != TimeSeries {
		t.Errorf("types are known before evaluation: %v %v %v", p.Type(0), p.Type(1), p.Type(2))
	}
	grid := Grid{Period: time.Minute, Len: 2}
	want := [][]Series{{{-1, []float64{8, 12}}}, {{2, []float64{2, 4}}, {3, []float64{6, 8}}}, {{2, []float64{1, 2}}}}
	for i := range want {
		got, err := p.Evaluate(i, grid, [][]float64{nil, nil, {1, 2}, {3, 4}, {5}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[i], got); diff != "" {
			t.Errorf("expressions are computed from what they need, and elements know their metric (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff([][]int{{2, 3}, {2, 3}, {2}}, [][]int{p.Needs(0), p.Needs(1), p.Needs(2)}); diff != "" {
		t.Errorf("needs are through all expressions (-want +got):\n%s", diff)
	}
	if _, err := p.Evaluate(2, grid, [][]float64{nil, nil, {1}, {3, 4}, {5, 6}}); !errors.Is(err, ErrShape) {
		t.Errorf("a metric that does not fit the grid is refused: %v", err)
	}
	if _, err := p.Evaluate(0, grid, nil); !errors.Is(err, ErrShape) {
		t.Errorf("and one that is not given: %v", err)
	}
	for _, wrong := range [][]Query{
		{{ID: "a", Expression: "b"}, {ID: "b", Expression: "a"}},
		{{ID: "a"}, {ID: "a"}},
	} {
		if _, err := Compile(wrong); err == nil {
			t.Errorf("%v has a circle or an Id twice and is compiled", wrong)
		}
	}
	_, err = Compile([]Query{{ID: "a", Expression: "b + 1"}, {ID: "b", Expression: "m1"}})
	var e *Error
	if !errors.As(err, &e) || e.ID != "b" {
		t.Errorf("an error is that of the expression where it is: %v", err)
	}
}

func TestString(t *testing.T) {
	cases := map[string]string{
		"m1+m2*3":                       "m1 + m2 * 3",
		"(m1+m2)*3":                     "(m1 + m2) * 3",
		"((m1))":                        "m1",
		"m1-(m2-m3)":                    "m1 - (m2 - m3)",
		"(2^3)^m1":                      "(2^3)^m1",
		"2^3^m1":                        "2^3^m1",
		"(-m1)^2":                       "(-m1)^2",
		"m1^-2":                         "m1^-2",
		"a||b&&c":                       "a OR b AND c",
		"(a||b)&&c":                     "(a OR b) AND c",
		"SUM(METRICS('4\"xx'))/1000000": "SUM(METRICS('4\"xx')) / 1e+06",
		"FILL( [m1,m2],REPEAT )":        "FILL([m1, m2], REPEAT)",
		".5*m1":                         "0.5 * m1",
	}
	for text, want := range cases {
		e, err := Parse(text)
		if err != nil || e.String() != want {
			t.Errorf("%s is printed as %v, %v; want %s", text, e, err, want)
		}
	}
	e, err := Parse("m2 + SUM([m1, m2]) - METRICS('x')")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"m1", "m2"}, e.IDs()); diff != "" {
		t.Errorf("Ids are those that are named (-want +got):\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"m1+m2*-3^2", "SUM(METRICS(\"errors\"))/SUM(METRICS('requests'))*100", "IF(DAY(m1)<6 AND HOUR(m1)>=9, m1, 0)",
		"SORT([m1,FILL(m2,LINEAR)],AVG,DESC,2)", "SLICE(METRICS(), 1, 1e300)", "[m1,[m2]]/m1", "--m1", "(m1==m2)!=1e-7", "a.b", "\xff", "m1 ^ -1 ^ 2",
		"TIME_SERIES(0/0)", "RATE(RUNNING_SUM(DIFF(m1)))", "PERIOD(m1)*m2",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			var at *Error
			if !errors.As(err, &at) || at.Offset < 0 || at.Offset > len(text) || at.Text == "" {
				t.Errorf("%q is refused with %v", text, err)
			}
			return
		}
		printed := e.String()
		if len(printed) <= maxLength {
			again, err := Parse(printed)
			if err != nil || again.String() != printed {
				t.Errorf("%q is printed as %q, which is read as %v, %v", text, printed, again, err)
			}
		}
		p, err := Compile([]Query{{ID: "m1", Period: time.Minute}, {ID: "m2"}, {ID: "e", Expression: text}})
		if err != nil {
			return
		}
		nan := math.NaN()
		results, err := p.Evaluate(2, Grid{Period: time.Minute, Len: 4}, [][]float64{{1, nan, -3, 0}, {nan, nan, 2, 1e300}, nil})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range results {
			if len(s.Values) != 4 {
				t.Errorf("%q has %d points, not 4", text, len(s.Values))
			}
			for _, x := range s.Values {
				if math.IsInf(x, 0) {
					t.Errorf("%q has a point that is no number of a metric", text)
				}
			}
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	p, err := Compile([]Query{
		{ID: "m1"}, {ID: "m2"}, {ID: "busy", Expression: "FILL(m1, 0) / m2"}, {ID: "e", Expression: "IF(busy > 0.9, busy * 100, m1)"},
	})
	if err != nil {
		b.Fatal(err)
	}
	metrics := [][]float64{make([]float64, 5), make([]float64, 5), nil, nil}
	for i := range 5 {
		metrics[0][i], metrics[1][i] = float64(i), 4
	}
	grid := Grid{Start: time.Unix(0, 0), Period: time.Minute, Len: 5}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Evaluate(3, grid, metrics); err != nil {
			b.Fatal(err)
		}
	}
}
