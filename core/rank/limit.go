package rank

// Limits says how many releases of one kind are kept, best first; 0 is what the base says, less is no limit.
type Limits struct {
	Resolution int // of each resolution
	Source     int // of each source
	Group      int // of each group; releases that name none are not counted
	Total      int
}

// Limit holds releases that [Compiled.Rank] or [Sort] has put in order to the profile's limits. What falls is rejected with
// CodeLimit and goes behind what is kept; the order stays otherwise.
func (c *Compiled) Limit(rs []Ranked) []Ranked {
	if c.limits == (Limits{}) {
		return rs
	}
	counts := counter{limits: c.limits, of: map[string]int{}}
	for i := range rs {
		if rs[i].State == Reject {
			continue
		}
		if setting := counts.over(&rs[i]); setting != "" {
			rs[i].fall(setting)
		}
	}
	Sort(rs)
	return rs
}

// over gives each limit of the upper that is said, else that of the lower.
func (l Limits) over(lower Limits) Limits {
	pick := func(upper, lower int) int {
		switch {
		case upper > 0:
			return upper
		case upper < 0:
			return 0
		}
		return lower
	}
	return Limits{
		pick(l.Resolution, lower.Resolution), pick(l.Source, lower.Source), pick(l.Group, lower.Group), pick(l.Total, lower.Total),
	}
}

// fall rejects what is beyond a limit.
func (r *Ranked) fall(setting string) {
	r.State, r.Code = Reject, CodeLimit
	r.Key.Hi &^= partDecision.put(0, 1<<partDecision.bits-1)
	if r.Reasons != nil {
		r.Reasons = append(r.Reasons, Reason{Code: CodeLimit, Text: CodeLimit.Text(), Setting: setting, Veto: true})
	}
}

// counter counts what has been kept.
type counter struct {
	limits Limits
	of     map[string]int
}

// over counts a release, unless it is beyond a limit: then it names the setting.
func (c *counter) over(r *Ranked) string {
	p := r.Parsed
	groups := [...]struct {
		setting, value string
		limit          int
	}{
		{"limit.total", "total", c.limits.Total},
		{"limit.resolution", p.Resolution.String(), c.limits.Resolution},
		{"limit.source", sourceName(p), c.limits.Source},
		{"limit.group", p.GroupName(), c.limits.Group},
	}
	for _, g := range groups {
		if g.limit > 0 && g.value != "" && c.of[g.setting+" "+g.value] >= g.limit {
			return g.setting
		}
	}
	for _, g := range groups {
		c.of[g.setting+" "+g.value]++
	}
	return ""
}
