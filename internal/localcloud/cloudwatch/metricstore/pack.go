package metricstore

import (
	"encoding/binary"
	"math"
	"slices"
)

// maxPacked is how many bytes the values of a step take when they are packed.
// With the columns that makes less than 100 bytes for each step.
const maxPacked = 60

// The forms of packed values. Few values are as they were. Of many only bins are
// known, each from one power of 2^(1/2^level) to the next, with how many samples
// are in it: as fine as there is room for.
const (
	asFloats = iota // each value as it is in memory
	asWholes        // whole numbers, each as the difference from the one before
	asBins
	scaledCounts = 1 << 7 // counts are parts of countParts, and a unit precedes them
)

// The levels of bins. At the finest a value is known within 0.3 percent; the
// coarsest has room for all numbers that there are.
const (
	finest   = 7
	coarsest = -6
	noLevel  = finest + 1 // of exact values
)

// countParts is how fine counts are kept in bins when they are many: ranks are
// known within a fortieth of a percent then.
const countParts = 2000

// pack writes a distribution into few bytes. What it does not keep is where in its
// bin a value is.
func (d *distribution) pack() []byte {
	if d.level == noLevel {
		if b, ok := d.packExactly(); ok {
			return b
		}
	}
	level := min(d.level, finest)
	bins := make([]int, len(d.values))
	for i, x := range d.values {
		if x > 0 {
			bins[i] = binOf(x, level)
		}
	}
	for ; ; level-- {
		if b := d.packBins(level, bins); len(b) <= maxPacked || level == coarsest {
			return b
		}
		for i := range bins {
			bins[i] >>= 1
		}
	}
}

// packExactly packs the values themselves, if there is room.
func (d *distribution) packExactly() ([]byte, bool) {
	if len(d.values) > maxPacked {
		return nil, false
	}
	form := byte(asWholes)
	for _, x := range d.values {
		if x != math.Trunc(x) || x > 1<<53 {
			form = asFloats
		}
	}
	for _, count := range d.counts {
		if count != math.Trunc(count) || count > 1<<53 {
			return nil, false
		}
	}
	b := append(make([]byte, 0, maxPacked+8), form, byte(len(d.values)))
	before := 0.0
	for i, x := range d.values {
		if form == asWholes {
			b = binary.AppendUvarint(b, uint64(x-before))
			before = x
		} else {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
		b = binary.AppendUvarint(b, uint64(d.counts[i]))
		if len(b) > maxPacked {
			return nil, false
		}
	}
	return slices.Clip(b), true
}

// packBins packs how many samples are in each bin: first of zeros, then where the
// first bin is, then of each bin; after a 0 comes how many more zeros follow it.
func (d *distribution) packBins(level int, bins []int) []byte {
	form, unit := byte(asBins), 1.0
	if total := d.total(); total > countParts || slices.ContainsFunc(d.counts, func(c float64) bool { return c != math.Trunc(c) }) {
		form, unit = asBins|scaledCounts, total/countParts
	}
	b := append(make([]byte, 0, 4*maxPacked), form, byte(level-coarsest))
	if form != asBins {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(unit))
	}
	sum, written := 0.0, uint64(0)
	take := func(i, j int) uint64 { // the counts from i to j, so that sums are rounded and not counts
		for _, count := range d.counts[i:j] {
			sum += count
		}
		n := uint64(math.Round(sum/unit)) - written
		if j == len(d.counts) {
			n = max(n, 1)
		}
		written += n
		return n
	}
	i, _ := slices.BinarySearch(d.values, math.SmallestNonzeroFloat64)
	b = binary.AppendUvarint(b, take(0, i))
	next := 0
	for first := true; i < len(d.values); first = false {
		at := bins[i]
		j := i + 1
		for j < len(d.values) && bins[j] == at {
			j++
		}
		switch {
		case first:
			b = binary.AppendVarint(b, int64(at))
		case at > next:
			b = binary.AppendUvarint(append(b, 0), uint64(at-next-1))
		}
		n := take(i, j)
		if b = binary.AppendUvarint(b, n); n == 0 {
			b = append(b, 0)
		}
		i, next = j, at+1
		if len(b) > maxPacked && level > coarsest {
			return b // too much already
		}
	}
	return b
}

// binOf returns the bin of a value above zero. A bin of a level is two of the next.
func binOf(x float64, level int) int {
	return int(math.Floor(math.Ldexp(math.Log2(x), level)))
}

// middle returns what stands for the values of a bin. It is in the same bin, and at
// most a half of the bin, as a ratio, from each of its values.
func middle(bin, level int) float64 {
	return math.Exp2(math.Ldexp(float64(bin)+0.5, -level))
}

// unpack reads what pack wrote of a point. The least and the greatest value are
// those of the point.
func unpack(b []byte, p point) *distribution {
	if len(b) == 0 {
		return nil
	}
	if b[0] == asFloats || b[0] == asWholes {
		return unpackExactly(b)
	}
	d := &distribution{level: int(b[1]) + coarsest}
	unit := 1.0
	r := reader(b[2:])
	if b[0]&scaledCounts != 0 {
		unit = r.float()
	}
	if zeros := r.uvarint(); zeros > 0 {
		d.values, d.counts = append(d.values, 0), append(d.counts, float64(zeros)*unit)
	}
	for bin := r.varint(); len(r) > 0; bin++ {
		n := r.uvarint()
		if n == 0 {
			bin += int(r.uvarint())
			continue
		}
		d.values = append(d.values, min(max(middle(bin, d.level), p.least), p.most))
		d.counts = append(d.counts, float64(n)*unit)
	}
	d.extreme(p.least, 0)
	d.extreme(p.most, len(d.values)-1)
	return d
}

// extreme makes one of the samples at i the least or the greatest value.
func (d *distribution) extreme(x float64, i int) {
	if d.values[i] == x {
		return
	}
	if d.counts[i] <= 1 {
		d.values[i] = x
		return
	}
	d.counts[i]--
	d.add(x, 1)
}

func unpackExactly(b []byte) *distribution {
	d := &distribution{level: noLevel}
	r := reader(b[2:])
	before := 0.0
	for range b[1] {
		if b[0] == asWholes {
			before += float64(r.uvarint())
		} else {
			before = r.float()
		}
		d.values, d.counts = append(d.values, before), append(d.counts, float64(r.uvarint()))
	}
	return d
}

// reader reads what pack wrote.
type reader []byte

func (r *reader) uvarint() uint64 {
	x, n := binary.Uvarint(*r)
	*r = (*r)[n:]
	return x
}

func (r *reader) varint() int {
	x, n := binary.Varint(*r)
	*r = (*r)[n:]
	return int(x)
}

func (r *reader) float() float64 {
	x := math.Float64frombits(binary.LittleEndian.Uint64(*r))
	*r = (*r)[8:]
	return x
}

// packs are the packed values of the points of a chunk, one after the other.
type packs struct {
	bytes []byte
	ends  []uint16 // of each point; nil while none is packed
}

// of returns what is packed of a point, nothing if its values are not known, or
// kept elsewhere.
func (p *packs) of(i int) []byte {
	if p.ends == nil {
		return nil
	}
	return p.bytes[p.start(i):p.ends[i]]
}

func (p *packs) start(i int) uint16 {
	if i == 0 {
		return 0
	}
	return p.ends[i-1]
}

// insert makes room for a point at i.
func (p *packs) insert(i int) {
	if p.ends != nil {
		p.ends = slices.Insert(p.ends, i, p.start(i))
	}
}

// set replaces what is packed of one of n points.
func (p *packs) set(i, n int, b []byte) {
	if p.ends == nil {
		if len(b) == 0 {
			return
		}
		p.ends = make([]uint16, n, n+1)
	}
	from, to := p.start(i), p.ends[i]
	p.bytes = slices.Replace(p.bytes, int(from), int(to), b...)
	for k := i; k < n; k++ {
		p.ends[k] += from - to + uint16(len(b))
	}
}
