package metricstore

import "slices"

// chunkPoints is how many points a chunk holds: enough that what it costs by
// itself does not count, and few enough that columns stay constant in it.
const chunkPoints = 256

// chunk is points in the order of their times, which are steps since 1970.
type chunk struct {
	first   int64
	offsets []uint32 // of the times from first; nil while there are no gaps
	n       int
	columns [4]column // sample count, sum, minimum, maximum
	packs   packs     // the values of points that have several
}

// sumColumn is the column that others may equal.
const sumColumn = 1

// column is one value for each point.
type column struct {
	values   []float64 // nil: all are constant, or as in the sum
	constant float64
	likeSum  bool
}

func (c *chunk) time(i int) int64 {
	if c.offsets == nil {
		return c.first + int64(i)
	}
	return c.first + int64(c.offsets[i])
}

func (c *chunk) last() int64 { return c.time(c.n - 1) }

// find returns where a time is or belongs.
func (c *chunk) find(t int64) (int, bool) {
	switch {
	case t < c.first:
		return 0, false
	case c.offsets == nil:
		i := t - c.first
		return int(min(i, int64(c.n))), i < int64(c.n)
	case t > c.last():
		return c.n, false
	}
	return slices.BinarySearch(c.offsets, uint32(t-c.first))
}

func (c *chunk) get(i int) point {
	return point{c.value(0, i), c.value(sumColumn, i), c.value(2, i), c.value(3, i)}
}

func (c *chunk) value(k, i int) float64 {
	col := &c.columns[k]
	switch {
	case col.values != nil:
		return col.values[i]
	case col.likeSum:
		return c.value(sumColumn, i)
	}
	return col.constant
}

// insert makes room at i for a time that is not there.
func (c *chunk) insert(i int, t int64) {
	switch {
	case c.n == 0:
		c.first = t
		c.columns[2].likeSum, c.columns[3].likeSum = true, true
	case c.offsets == nil && t == c.first+int64(c.n):
	default:
		c.insertOffset(i, t)
	}
	for k := range c.columns {
		switch values := c.columns[k].values; {
		case values == nil:
		case i == len(values):
			c.columns[k].values = append(values, 0)
		default:
			c.columns[k].values = slices.Insert(values, i, 0)
		}
	}
	c.packs.insert(i)
	c.n++
}

func (c *chunk) insertOffset(i int, t int64) {
	if c.offsets == nil {
		c.offsets = make([]uint32, c.n, c.n+1)
		for j := range c.offsets {
			c.offsets[j] = uint32(j)
		}
	}
	if t < c.first {
		by := uint32(c.first - t)
		for j := range c.offsets {
			c.offsets[j] += by
		}
		c.first = t
	}
	if i == len(c.offsets) {
		c.offsets = append(c.offsets, uint32(t-c.first))
		return
	}
	c.offsets = slices.Insert(c.offsets, i, uint32(t-c.first))
}

// set writes a point.
func (c *chunk) set(i int, p point) {
	// The sum comes first: the others compare with it.
	c.setColumn(sumColumn, i, p.sum)
	c.setColumn(0, i, p.count)
	c.setColumn(2, i, p.least)
	c.setColumn(3, i, p.most)
}

func (c *chunk) setColumn(k, i int, x float64) {
	col := &c.columns[k]
	if col.values == nil {
		if c.n == 1 && !col.likeSum {
			col.constant = x
		}
		if c.value(k, i) == x {
			return
		}
		values := make([]float64, c.n, max(c.n+1, 8))
		for j := range values {
			values[j] = c.value(k, j)
		}
		col.values, col.likeSum = values, false
	}
	col.values[i] = x
}

// seal gives back the memory that the columns do not need.
func (c *chunk) seal() {
	c.offsets = slices.Clip(c.offsets)
	c.packs.bytes, c.packs.ends = slices.Clip(c.packs.bytes), slices.Clip(c.packs.ends)
	for _, k := range [...]int{0, 2, 3, sumColumn} {
		col := &c.columns[k]
		switch {
		case col.values == nil:
		case constant(col.values):
			*col = column{constant: col.values[0]}
		case k >= 2 && c.equalsSum(k):
			*col = column{likeSum: true}
		default:
			col.values = slices.Clip(col.values)
		}
	}
}

func constant(values []float64) bool {
	return !slices.ContainsFunc(values, func(x float64) bool { return x != values[0] })
}

func (c *chunk) equalsSum(k int) bool {
	for i := range c.n {
		if c.value(k, i) != c.value(sumColumn, i) {
			return false
		}
	}
	return true
}
