package report

import "strings"

// tree writes the fields of an object, one per line, below the mappings that
// they are in. A mapping with one field shares its line.
func (o ObjectPlan) tree() []string {
	root := &branch{}
	for _, f := range o.Fields {
		root.grow(splitField(f.Field), f.change(o.Action))
	}
	return root.lines(nil, "")
}

// branch is a part of a field's name, with what is below it in order, or with
// the change of the field.
type branch struct {
	name  string
	value string
	below []*branch
}

func (b *branch) grow(path []string, value string) {
	if len(path) == 1 {
		b.below = append(b.below, &branch{name: path[0], value: value})
		return
	}
	last := len(b.below) - 1
	if last < 0 || b.below[last].name != path[0] || len(b.below[last].below) == 0 {
		b.below = append(b.below, &branch{name: path[0]})
		last++
	}
	b.below[last].grow(path[1:], value)
}

func (b *branch) lines(to []string, indent string) []string {
	for _, child := range b.below {
		names := []string{child.name}
		for len(child.below) == 1 {
			child = child.below[0]
			names = append(names, child.name)
		}
		line := indent + strings.Join(names, ".") + ":"
		if len(child.below) == 0 {
			to = append(to, line+" "+child.value)
			continue
		}
		to = child.lines(append(to, line), indent+"  ")
	}
	return to
}

// splitField cuts a field's name at its dots, but not at those in brackets and
// not in the names of alarms.
func splitField(field string) []string {
	if strings.Contains(field, " ") {
		return []string{field}
	}
	var parts []string
	start, depth := 0, 0
	for i, r := range field {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case r == '.' && depth == 0:
			parts, start = append(parts, field[start:i]), i+1
		}
	}
	return append(parts, field[start:])
}
