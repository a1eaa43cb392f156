package rank

import "math"

// maxFit is a size that is just as is preferred.
const maxFit = 1<<8 - 1

// fit is how near a size is to what is preferred, 0 where nothing is or the size is not known.
func (j *judging) fit() uint64 {
	w := &j.plan.prefer.size
	switch {
	case j.each <= 0:
		return 0
	case w.larger && !j.byBitrate():
		return uint64(sizeClass(j.each))
	case w.smaller && !j.byBitrate():
		return maxFit - uint64(sizeClass(j.each))
	}
	doublings, ok := j.distance()
	if !ok {
		return 0
	}
	const steps = 8 // to a doubling
	return maxFit - min(uint64(math.Round(steps*doublings)), maxFit-1)
}

// byBitrate reports whether it is the bitrate that is preferred; it goes before the size where it is known.
func (j *judging) byBitrate() bool { return j.plan.prefer.bitrate.value > 0 && j.bitrate > 0 }

// distance is how many doublings lie between a size and the one to be close to.
func (j *judging) distance() (doublings float64, ok bool) {
	p := &j.plan.prefer
	switch {
	case j.byBitrate():
		return math.Abs(math.Log2(j.bitrate / p.bitrate.value)), true
	case p.size.size > 0 && j.each > 0:
		return math.Abs(math.Log2(float64(j.each) / float64(p.size.size))), true
	}
	return 0, false
}

// sized adds the points of a size: all where it is just as preferred, none where it is three doublings off.
func (j *judging) sized() {
	const reach = 3
	p := &j.plan.prefer
	d, ok := j.distance()
	if p.score.value == 0 || !ok || d >= reach {
		return
	}
	points := int(math.Round(float64(p.score.value) * (1 - d/reach)))
	if points == 0 || !j.points(points) {
		return
	}
	if j.byBitrate() {
		j.tell(Reason{Code: CodeSizeFit, Setting: p.bitrate.at, Want: rateText(p.bitrate.value), Got: rateText(j.bitrate), Delta: points})
		return
	}
	j.tell(Reason{Code: CodeSizeFit, Setting: p.size.at, Want: sizeText(p.size.size), Got: sizeText(j.each), Delta: points})
}
