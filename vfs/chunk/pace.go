package chunk

import "time"

const (
	// patience is how many bytes a reader that goes on where it ended waits for, whatever the pace: kernels ask for so
	// much at once, and not always in order.
	patience = 4 << 20
	// farUnknown is how many bytes any reader waits for while the pace is not known.
	farUnknown = 1 << 20
	// leadUnknown is how early the next request is made while the pace is not known.
	leadUnknown = 512 << 10
	// maxLead is how early at most.
	maxLead = 32 << 20
)

// The pace is measured over so many bytes, or so long.
const (
	measureBytes = 1 << 20
	measureTime  = 250 * time.Millisecond
)

// pace is how fast a content comes.
type pace struct {
	delay time.Duration // from a request to the first byte
	rate  float64       // bytes a second, once they come
}

// answered takes the time that a request took to be answered.
func (p *pace) answered(d time.Duration) {
	if p.delay == 0 {
		p.delay = d
	}
	p.delay += (d - p.delay) / 4
}

// came takes how long n bytes took.
func (p *pace) came(n int64, d time.Duration) {
	rate := float64(n) / max(d, time.Microsecond).Seconds()
	if p.rate == 0 {
		p.rate = rate
	}
	p.rate += (rate - p.rate) / 4
}

func (p *pace) during(d time.Duration) int64 { return int64(p.rate * d.Seconds()) }

// far is how many bytes come in the time that a new request would take, with some to spare: it costs a connection.
func (p *pace) far() int64 {
	if p.rate == 0 {
		return farUnknown
	}
	return p.during(p.delay + p.delay/2 + 10*time.Millisecond)
}

// lead is how many bytes before the end of a request the next one must be made to come without a gap.
func (p *pace) lead() int64 {
	if p.rate == 0 {
		return leadUnknown
	}
	return max(leadUnknown, min(maxLead, p.during(2*p.delay)))
}
