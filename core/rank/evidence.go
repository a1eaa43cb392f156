package rank

import "github.com/millrace-media/millrace/core/release"

// evidence is where in the name a property is told.
func evidence(r *release.Release, x *rule) release.Span { return r.Span(x.field) }
