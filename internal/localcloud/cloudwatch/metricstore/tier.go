package metricstore

import "slices"

// tier is the points of a series at one step.
type tier struct {
	step   int64 // seconds
	chunks []*chunk
	// recent are the values, by time, of the points that were put last and have
	// several. Those of the others are packed.
	recent map[int64]*distribution
}

// maxRecent is how many points keep their values as they are: what alarms look at.
const maxRecent = 8

// put adds a sample at a time, in steps.
func (t *tier) put(at int64, sample Sample) {
	t.add(at, sample.point(), func() *distribution { return distributionOf(sample) })
}

// add adds a point with its values, which are asked for when they are needed.
func (t *tier) add(at int64, p point, values func() *distribution) {
	c, i, found := t.newest(at)
	if c == nil {
		c = t.chunkFor(at)
		i, found = c.find(at)
	}
	if !found {
		c.insert(i, at)
		c.set(i, p)
		if p.least != p.most {
			t.know(c, i, values())
		}
		return
	}
	before := c.get(i)
	after := before
	after.add(p)
	var d *distribution
	if after.least != after.most {
		d = merged(t.values(c, i), values())
	}
	c.set(i, after)
	t.know(c, i, d)
}

// newest returns the last chunk and the place of a time in it if that is its last
// or comes after it and there is room, as nearly always when something is put.
func (t *tier) newest(at int64) (c *chunk, i int, found bool) {
	if len(t.chunks) == 0 {
		return nil, 0, false
	}
	c = t.chunks[len(t.chunks)-1]
	switch last := c.last(); {
	case at == last:
		return c, c.n - 1, true
	case at > last && c.n < chunkPoints:
		return c, c.n, false
	}
	return nil, 0, false
}

// values returns the values of a point, nil when they are not known.
func (t *tier) values(c *chunk, i int) *distribution {
	p := c.get(i)
	if d := p.distribution(); d != nil {
		return d
	}
	if d := t.recent[c.time(i)]; d != nil {
		return d
	}
	return unpack(c.packs.of(i), p)
}

// know keeps the values of a point, if they are known. Those of an older one are
// packed then.
func (t *tier) know(c *chunk, i int, d *distribution) {
	at, p := c.time(i), c.get(i)
	c.packs.set(i, c.n, nil)
	if p.least == p.most || p.least < 0 || d == nil {
		delete(t.recent, at)
		return
	}
	if t.recent == nil {
		t.recent = map[int64]*distribution{}
	}
	t.recent[at] = d
	if len(t.recent) <= maxRecent {
		return
	}
	oldest := at
	for known := range t.recent {
		oldest = min(oldest, known)
	}
	c = t.chunks[t.chunkAt(oldest)]
	if i, found := c.find(oldest); found {
		c.packs.set(i, c.n, t.recent[oldest].pack())
	}
	delete(t.recent, oldest)
}

// chunkFor returns the chunk in which a time is or belongs, with room for it.
func (t *tier) chunkFor(at int64) *chunk {
	if len(t.chunks) == 0 {
		t.chunks = append(t.chunks, &chunk{})
		return t.chunks[0]
	}
	i := max(t.chunkAt(at), 0)
	c := t.chunks[i]
	if _, found := c.find(at); found || c.n < chunkPoints {
		return c
	}
	if i == len(t.chunks)-1 && at > c.last() {
		c.seal()
		t.chunks = append(t.chunks, &chunk{})
		return t.chunks[i+1]
	}
	left, right := c.split()
	t.chunks = slices.Replace(t.chunks, i, i+1, left, right)
	if at >= right.first {
		return right
	}
	return left
}

// chunkAt returns the index of the last chunk that begins at a time or before
// it, -1 when there is none.
func (t *tier) chunkAt(at int64) int {
	if last := len(t.chunks) - 1; last >= 0 && t.chunks[last].first <= at {
		return last // as nearly always
	}
	i, found := slices.BinarySearchFunc(t.chunks, at, func(c *chunk, at int64) int {
		switch {
		case c.first < at:
			return -1
		case c.first > at:
			return 1
		}
		return 0
	})
	if found {
		return i
	}
	return i - 1
}

// split returns two chunks with the halves of a full one.
func (c *chunk) split() (left, right *chunk) {
	left, right = &chunk{}, &chunk{}
	for i := range c.n {
		half := left
		if i >= c.n/2 {
			half = right
		}
		half.insert(half.n, c.time(i))
		half.set(half.n-1, c.get(i))
		half.packs.set(half.n-1, half.n, c.packs.of(i))
	}
	left.seal()
	return left, right
}

// visit calls f for the points from one time until before another.
func (t *tier) visit(from, to int64, f func(c *chunk, i int)) {
	for k := max(t.chunkAt(from), 0); k < len(t.chunks) && t.chunks[k].first < to; k++ {
		c := t.chunks[k]
		for i, _ := c.find(from); i < c.n && c.time(i) < to; i++ {
			f(c, i)
		}
	}
}

// has tells whether there are points from one time until before another.
func (t *tier) has(from, to int64) bool {
	for k := max(t.chunkAt(from), 0); k < len(t.chunks) && t.chunks[k].first < to; k++ {
		c := t.chunks[k]
		if i, _ := c.find(from); i < c.n {
			return c.time(i) < to
		}
	}
	return false
}

// expire takes out the chunks that end before a time, and gives their points
// to the next coarser tier, if any.
func (t *tier) expire(before int64, coarser *tier) {
	for len(t.chunks) > 0 && t.chunks[0].last() < before {
		old := t.chunks[0]
		t.chunks = slices.Delete(t.chunks, 0, 1)
		for i := range old.n {
			at := old.time(i)
			if coarser != nil {
				coarser.add(floor(at*t.step, coarser.step), old.get(i), func() *distribution { return t.values(old, i) })
			}
			delete(t.recent, at)
		}
	}
}

// floor and ceil divide seconds into steps.
func floor(seconds, step int64) int64 {
	q := seconds / step
	if seconds%step < 0 {
		q--
	}
	return q
}

func ceil(seconds, step int64) int64 { return -floor(-seconds, step) }
