package world

import (
	"fmt"
	"slices"
	"strings"
)

// matchesQuery tells whether an item's fields fit a query in the library's Lucene form, of which it reads what clients send: clauses
// joined with AND, each `field:value`, `field:"phrase"`, `field:(a OR b)`, `field:[1 TO 2]` or bare words for the title, with * as a
// wildcard and NOT or - before a clause.
func matchesQuery(fields map[string]any, query string) bool {
	for _, clause := range splitTop(query, " AND ") {
		clause = strings.TrimSpace(clause)
		negated := strings.HasPrefix(clause, "NOT ") || strings.HasPrefix(clause, "-")
		clause = strings.TrimPrefix(strings.TrimPrefix(clause, "NOT "), "-")
		if clause == "" || clause == "*:*" {
			continue
		}
		if matchesClause(fields, clause) == negated {
			return false
		}
	}
	return true
}

// matchesClause reads one clause, which may be a group in parentheses.
func matchesClause(fields map[string]any, clause string) bool {
	if inner, ok := group(clause); ok {
		return slices.ContainsFunc(splitTop(inner, " OR "), func(s string) bool { return matchesQuery(fields, s) })
	}
	name, value, ok := strings.Cut(clause, ":")
	if !ok {
		name, value = "title", clause
	}
	alternatives := []string{value}
	if inner, ok := group(value); ok {
		alternatives = splitTop(inner, " OR ")
	}
	return slices.ContainsFunc(alternatives, func(alt string) bool {
		return slices.ContainsFunc(valuesOf(fields[name]), func(have string) bool {
			if alt = strings.TrimSpace(alt); name == "identifier" && !strings.Contains(alt, "*") {
				return have == strings.Trim(alt, `"`)
			}
			return matchesValue(have, alt)
		})
	})
}

// group takes the parentheses off.
func group(s string) (string, bool) {
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		return s[1 : len(s)-1], true
	}
	return s, false
}

// valuesOf makes strings of a field, which may be one or many.
func valuesOf(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case []string:
		return v
	default:
		return []string{fmt.Sprint(v)}
	}
}

// matchesValue compares one value: a range, a wildcard, a phrase, or words in any order.
func matchesValue(have, want string) bool {
	have = strings.ToLower(have)
	if from, to, ok := strings.Cut(strings.Trim(want, "[]"), " TO "); ok {
		return atoi(have, 0) >= atoi(from, 0) && (to == "*" || atoi(have, 0) <= atoi(to, 0))
	}
	want = strings.ToLower(strings.ReplaceAll(want, `\`, ""))
	if phrase := strings.Trim(want, `"`); phrase != want {
		return strings.Contains(have, phrase)
	}
	if strings.Contains(want, "*") {
		return glob(have, want)
	}
	return hasWords(have, want)
}

// glob matches with * for any run of characters.
func glob(s, pattern string) bool {
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	last := parts[len(parts)-1]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, last)
}

// splitTop splits where the separator stands outside quotes and brackets.
func splitTop(s, sep string) []string {
	var out []string
	depth, quoted, start := 0, false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case depth == 0 && strings.HasPrefix(s[i:], sep):
			out = append(out, s[start:i])
			start = i + len(sep)
			i = start - 1
		}
	}
	return append(out, s[start:])
}
