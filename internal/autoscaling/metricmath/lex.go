package metricmath

import (
	"strconv"
	"strings"
)

// tokenKind is what a token is, to the parser.
type tokenKind int

const (
	endToken        tokenKind = iota
	numberToken               // 50.25
	idToken                   // m1: begins with a lowercase letter
	nameToken                 // AVG, REPEAT: begins with an uppercase letter
	stringToken               // "errors"
	operatorToken             // + - * / ^ == != <= >= < > AND OR
	punctuatorToken           // ( ) [ ] ,
)

type token struct {
	kind   tokenKind
	at     int
	text   string // as written; of a string what is between the quotes
	number float64
}

// lexer splits an expression into tokens.
type lexer struct {
	text string
	at   int
}

func (l *lexer) next() (token, *Error) {
	for l.at < len(l.text) && strings.IndexByte(" \t\r\n", l.text[l.at]) >= 0 {
		l.at++
	}
	if l.at == len(l.text) {
		return token{at: l.at}, nil
	}
	switch c := l.text[l.at]; {
	case isDigit(c) || c == '.':
		return l.number()
	case isLetter(c):
		return l.word(), nil
	case c == '"' || c == '\'':
		return l.quoted(c)
	case strings.IndexByte("()[],", c) >= 0:
		return l.take(punctuatorToken, 1), nil
	default:
		return l.operator()
	}
}

func (l *lexer) take(kind tokenKind, length int) token {
	t := token{kind: kind, at: l.at, text: l.text[l.at : l.at+length]}
	l.at += length
	return t
}

// operator reads an operator. && and || are other spellings of AND and OR.
func (l *lexer) operator() (token, *Error) {
	rest := l.text[l.at:]
	for _, spelling := range []string{"&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "^"} {
		if !strings.HasPrefix(rest, spelling) {
			continue
		}
		t := l.take(operatorToken, len(spelling))
		switch spelling {
		case "&&":
			t.text = "AND"
		case "||":
			t.text = "OR"
		}
		return t, nil
	}
	switch rest[0] {
	case '=':
		return token{}, errorAt(l.at, `"=" is no operator; write == to compare`)
	case '&', '|', '!':
		return token{}, errorAt(l.at, "%q is no operator; there are AND, OR and comparisons", rest[:1])
	}
	return token{}, errorAt(l.at, "%q has no meaning in metric math", firstRune(rest))
}

func (l *lexer) number() (token, *Error) {
	end := l.digits(l.at)
	if end < len(l.text) && l.text[end] == '.' {
		end = l.digits(end + 1)
	}
	if end < len(l.text) && (l.text[end] == 'e' || l.text[end] == 'E') {
		exponent := end + 1
		if exponent < len(l.text) && (l.text[exponent] == '+' || l.text[exponent] == '-') {
			exponent++
		}
		if after := l.digits(exponent); after > exponent {
			end = after
		}
	}
	t := l.take(numberToken, end-l.at)
	value, err := strconv.ParseFloat(t.text, 64)
	if err != nil {
		return token{}, errorAt(t.at, "%s is not a number that a metric can have", t.text)
	}
	t.number = value
	return t, nil
}

func (l *lexer) digits(at int) int {
	for at < len(l.text) && isDigit(l.text[at]) {
		at++
	}
	return at
}

func (l *lexer) word() token {
	end := l.at
	for end < len(l.text) && (isLetter(l.text[end]) || isDigit(l.text[end]) || l.text[end] == '_') {
		end++
	}
	t := l.take(idToken, end-l.at)
	switch {
	case t.text == "AND", t.text == "OR":
		t.kind = operatorToken
	case t.text[0] >= 'A' && t.text[0] <= 'Z':
		t.kind = nameToken
	}
	return t
}

func (l *lexer) quoted(quote byte) (token, *Error) {
	length := strings.IndexByte(l.text[l.at+1:], quote)
	if length < 0 {
		return token{}, errorAt(l.at, "the text in quotes does not end; close it with %c", quote)
	}
	t := l.take(stringToken, length+2)
	t.text = t.text[1 : length+1]
	return t, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}
