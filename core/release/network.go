package release

// Network is the service that a release was taken from.
type Network uint8

// Networks.
const (
	NetworkUnknown Network = iota
	NetworkAmazon
	NetworkAppleTV
	NetworkNetflix
	NetworkDisney
	NetworkHBO
	NetworkHulu
	NetworkParamount
	NetworkPeacock
	NetworkBBC
	NetworkCBS
	NetworkNBC
	NetworkAMC
	NetworkPBS
	NetworkCrunchyroll
	NetworkFunimation
	NetworkHiDive
	NetworkCartoonNetwork
	NetworkNickelodeon
	NetworkAnimalPlanet
	NetworkVICE
	NetworkITV
	NetworkStan
	NetworkCrave
	NetworkYouTube
	NetworkDiscovery
	NetworkStarz
	NetworkMAX
	NetworkMovistar
	NetworkITunes
	NetworkFilmin
	NetworkBilibili
	NetworkMA
	NetworkRoku
	NetworkShudder
	NetworkCriterion
)

var networkNames = []string{
	"", "Amazon", "Apple TV", "Netflix", "Disney", "HBO", "Hulu", "Paramount", "Peacock", "BBC", "CBS", "NBC", "AMC", "PBS", "Crunchyroll",
	"Funimation", "HIDIVE", "Cartoon Network", "Nickelodeon", "Animal Planet", "VICE", "ITV", "Stan", "Crave", "YouTube", "Discovery", "Starz",
	"Max", "Movistar", "iTunes", "Filmin", "Bilibili", "Movies Anywhere", "Roku", "Shudder", "Criterion",
}

// String is the service's name, or "".
func (n Network) String() string { return name(networkNames, int(n)) }
