package rank

import (
	"fmt"

	"github.com/millrace-media/millrace/core/release"
)

// groupList is a Group made ready.
type groupList struct {
	Group
	name string
	at   string
}

func (k *compiler) group(at string, g Group) groupList {
	if len(g.Names) == 0 {
		k.fault(at+".names", "This names no group.", "")
	}
	for i, n := range g.Names {
		if n == "" || len(n) > maxGroup {
			k.fault(fmt.Sprintf("%s.names[%d]", at, i), "This is not the name of a group.", "")
		}
	}
	k.score(at+".score", g.Score)
	return groupList{g, g.Name, at}
}

// groupTable finds lists by the name of a group.
type groupTable struct {
	lists  []groupList
	byName map[string][]groupPlace
}

type groupPlace struct{ list, item int }

const maxGroup = 64 // bytes of a name

func newGroupTable(gs []groupList) groupTable {
	t := groupTable{lists: gs, byName: map[string][]groupPlace{}}
	for i, g := range gs {
		for n, name := range g.Names {
			var buf [maxGroup]byte
			key := string(folded(&buf, name))
			t.byName[key] = append(t.byName[key], groupPlace{i, n})
		}
	}
	return t
}

// of finds the lists that a release's group is in.
func (t *groupTable) of(r *release.Release) []groupPlace {
	if len(t.byName) == 0 || r.Group.Empty() || int(r.Group.Hi) > len(r.Raw) {
		return nil
	}
	var buf [maxGroup]byte
	return t.byName[string(folded(&buf, r.Raw[r.Group.Lo:r.Group.Hi]))]
}

// folded makes capitals of the Latin alphabet small, without allocating.
func folded(buf *[maxGroup]byte, s string) []byte {
	n := copy(buf[:], s)
	for i, c := range buf[:n] {
		if c >= 'A' && c <= 'Z' {
			buf[i] = c + 'a' - 'A'
		}
	}
	return buf[:n]
}
