package awsmodel

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// requiredText is how the SDK says that a member is always there.
const requiredText = "This member is required."

// readRequired notes which members of the structures in a file of the SDK are
// required.
func (m *Model) readRequired(file, pkg string) error {
	syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, declaration := range syntax.Decls {
		types, ok := declaration.(*ast.GenDecl)
		if !ok || types.Tok != token.TYPE {
			continue
		}
		for _, spec := range types.Specs {
			named, _ := spec.(*ast.TypeSpec)
			structure, ok := named.Type.(*ast.StructType)
			if !ok {
				continue
			}
			for _, field := range structure.Fields.List {
				if len(field.Names) == 1 && strings.Contains(field.Doc.Text(), requiredText) {
					m.require(pkg+"."+named.Name.Name, field.Names[0].Name)
				}
			}
		}
	}
	return nil
}

func (m *Model) require(structure, field string) {
	if m.required[structure] == nil {
		m.required[structure] = map[string]bool{}
	}
	m.required[structure][field] = true
}
