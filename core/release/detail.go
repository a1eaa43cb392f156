package release

// ThreeD is how the two pictures of a stereoscopic film are kept.
type ThreeD uint8

// Stereoscopic forms. The flag Flag3D stands with each of them.
const (
	ThreeDNone     ThreeD = iota
	ThreeDUnknown         // 3D, but not said how
	ThreeDSBS             // side by side
	ThreeDHalfSBS         // side by side at half the width
	ThreeDOU              // one over the other
	ThreeDHalfOU          // one over the other at half the height
	ThreeDAnaglyph        // red and cyan
)

var threeDNames = []string{"", "3d", "sbs", "hsbs", "ou", "hou", "anaglyph"}

// String is a short lower-case name, "hsbs", or "".
func (t ThreeD) String() string { return name(threeDNames, int(t)) }

// Region is the region code of a disc.
type Region uint8

// Regions. RegionR2J is Japan's part of region 2.
const (
	RegionNone Region = iota
	RegionR0
	RegionR1
	RegionR2
	RegionR3
	RegionR4
	RegionR5
	RegionR6
	RegionR7
	RegionR8
	RegionR9
	RegionR2J
)

var regionNames = []string{"", "R0", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R2J"}

// String is the region as written on discs, "R2", or "".
func (r Region) String() string { return name(regionNames, int(r)) }

// Country is the country that a name gives to tell works of one title apart: "The Office US".
type Country uint8

// Countries.
const (
	CountryNone Country = iota
	CountryUS
	CountryUK
	CountryAU
	CountryNZ
	CountryCA
	CountryIE
	CountryZA
)

var countryNames = []string{"", "US", "UK", "AU", "NZ", "CA", "IE", "ZA"}

// String is the country's two letters as names have them, "UK" and not "GB", or "".
func (c Country) String() string { return name(countryNames, int(c)) }

// Extras is a set of what a name calls the parts that are not the film or episode itself.
type Extras uint16

// Kinds of extras.
const (
	ExtraSample Extras = 1 << iota
	ExtraTrailer
	ExtraFeaturette
	ExtraInterview
	ExtraDeletedScene
	ExtraBehindTheScenes
	ExtraBloopers
	ExtraBonus
	ExtraOpening // without titles: NCOP
	ExtraEnding  // without titles: NCED
	ExtraMenu
)

var extraNames = []string{
	"sample", "trailer", "featurette", "interview", "deleted-scene", "behind-the-scenes", "bloopers", "bonus", "opening", "ending", "menu",
}

// String lists the kinds, joined by "+".
func (e Extras) String() string { return names(extraNames, uint64(e)) }

// Has reports whether the set holds all of x.
func (e Extras) Has(x Extras) bool { return e&x == x }
