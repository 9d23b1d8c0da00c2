package metricstore

import (
	"cmp"
	"iter"
	"slices"
)

// Dimension is one name and value of a metric's identity.
type Dimension struct{ Name, Value string }

// ID is the identity of a metric. The order of dimensions has no meaning.
type ID struct {
	Namespace, Name string
	Dimensions      []Dimension
}

// Store is the metrics of one account in one Region.
type Store struct {
	series map[string]*Series
	list   []entry // for listing page by page
	sorted int     // how many of the list are in the order of their keys
}

type entry struct {
	key string
	*Series
}

// New returns a store without metrics.
func New() *Store { return &Store{series: map[string]*Series{}} }

// Find returns the series of a metric, nil when nothing was ever put to it.
func (s *Store) Find(id ID) *Series {
	var buffer [256]byte
	return s.series[string(appendKey(buffer[:0], id))]
}

// Series returns the series of a metric, for putting to it.
func (s *Store) Series(id ID) *Series {
	if found := s.Find(id); found != nil {
		return found
	}
	key := Key(id)
	added := &Series{ID: ID{Namespace: id.Namespace, Name: id.Name, Dimensions: ordered(id.Dimensions)}}
	s.series[key] = added
	s.list = append(s.list, entry{key, added})
	return added
}

// After iterates over the metrics whose keys are greater than last, in the
// order of their keys: by namespace, name and dimensions.
func (s *Store) After(last string) iter.Seq2[string, *Series] {
	if s.sorted < len(s.list) {
		slices.SortFunc(s.list, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
		s.sorted = len(s.list)
	}
	return func(yield func(string, *Series) bool) {
		i, found := slices.BinarySearchFunc(s.list, last, func(e entry, key string) int { return cmp.Compare(e.key, key) })
		if found {
			i++
		}
		for _, e := range s.list[i:] {
			if !yield(e.key, e.Series) {
				return
			}
		}
	}
}

// Key returns a text that identifies a metric: two metrics have the same key if
// and only if they are the same.
func Key(id ID) string { return string(appendKey(nil, id)) }

func appendKey(b []byte, id ID) []byte {
	b = append(b, id.Namespace...)
	b = append(b, 0)
	b = append(b, id.Name...)
	dimensions := id.Dimensions
	if !slices.IsSortedFunc(dimensions, byName) {
		dimensions = ordered(dimensions)
	}
	for _, d := range dimensions {
		b = append(b, 0)
		b = append(b, d.Name...)
		b = append(b, 0)
		b = append(b, d.Value...)
	}
	return b
}

func byName(a, b Dimension) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
}

func ordered(dimensions []Dimension) []Dimension {
	return slices.SortedFunc(slices.Values(dimensions), byName)
}
