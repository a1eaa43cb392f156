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
	NetworkABC
	NetworkFOX
	NetworkFX
	NetworkCW
	NetworkShowtime
	NetworkSyfy
	NetworkTNT
	NetworkTBS
	NetworkUSA
	NetworkBravo
	NetworkComedyCentral
	NetworkMTV
	NetworkVH1
	NetworkBET
	NetworkLifetime
	NetworkHistory
	NetworkAandE
	NetworkNatGeo
	NetworkHallmark
	NetworkAdultSwim
	NetworkBoomerang
	NetworkCNBC
	NetworkCNN
	NetworkESPN
	NetworkNFL
	NetworkUFC
	NetworkWWE
	NetworkPlex
	NetworkTubi
	NetworkPluto
	NetworkVudu
	NetworkFandango
	NetworkFreevee
	NetworkKanopy
	NetworkHoopla
	NetworkMubi
	NetworkBritBox
	NetworkAcornTV
	NetworkSundance
	NetworkMGM
	NetworkPhilo
	NetworkFubo
	NetworkRakuten
	NetworkGoogle
	NetworkMicrosoft
	NetworkPlayStation
	NetworkChannel4
	NetworkChannel5
	NetworkSky
	NetworkNowTV
	NetworkUKTV
	NetworkSTV
	NetworkRTE
	NetworkBlutv
	NetworkGain
	NetworkExxen
	NetworkTRT
	NetworkCanalPlus
	NetworkSalto
	NetworkOCS
	NetworkFranceTV
	NetworkARTE
	NetworkTF1
	NetworkM6
	NetworkADN
	NetworkWakanim
	NetworkMolotov
	NetworkRTL
	NetworkJoyn
	NetworkMagentaTV
	NetworkZDF
	NetworkARD
	NetworkORF
	NetworkMaxdome
	NetworkWOW
	NetworkVideoland
	NetworkNPO
	NetworkStreamz
	NetworkVRT
	NetworkZiggo
	NetworkViaplay
	NetworkTV2Play
	NetworkTV4Play
	NetworkSVT
	NetworkNRK
	NetworkDR
	NetworkYle
	NetworkRaiPlay
	NetworkMediaset
	NetworkTIMVision
	NetworkAtresplayer
	NetworkRTVE
	NetworkFlixole
	NetworkGloboplay
	NetworkViX
	NetworkClaro
	NetworkBlim
	NetworkPlayplus
	NetworkKinoPoisk
	NetworkIVI
	NetworkOkko
	NetworkStart
	NetworkWink
	NetworkPremier
	NetworkMegogo
	NetworkSonyLIV
	NetworkZee5
	NetworkHotstar
	NetworkJioCinema
	NetworkVoot
	NetworkAltBalaji
	NetworkSunNXT
	NetworkAha
	NetworkMXPlayer
	NetworkHoichoi
	NetworkErosNow
	NetworkLionsgate
	NetworkChaupal
	NetworkManoramaMax
	NetworkViu
	NetworkViki
	NetworkWavve
	NetworkTVING
	NetworkWatcha
	NetworkCoupangPlay
	NetworkiQIYI
	NetworkWeTV
	NetworkYouku
	NetworkMangoTV
	NetworkUNext
	NetworkAbemaTV
	NetworkDAnime
	NetworkNHK
	NetworkTVer
	NetworkParavi
	NetworkLemino
	NetworkBaha
	NetworkKKTV
	NetworkFridayVideo
	NetworkLineTV
	NetworkMyVideo
	NetworkCatchPlay
	NetworkHamiVideo
	NetworkGagaOOLala
	NetworkHBOAsia
	NetworkShahid
	NetworkOSN
	NetworkStarzplay
	NetworkIflix
	NetworkBinge
	NetworkFoxtel
	NetworkKayo
	NetworkTenPlay
	NetworkSevenPlus
	NetworkNineNow
	NetworkSBS
	NetworkTVNZ
	NetworkNeon
	NetworkCBC
	NetworkCTV
	NetworkCityTV
	NetworkShowmax
	NetworkCuriosity
	NetworkMagellanTV
	NetworkNebula
	NetworkDropout
	NetworkRoosterTeeth
	NetworkVimeo
	NetworkDailymotion
	NetworkFacebook
	NetworkTwitch
	NetworkSpotify
	NetworkDCUniverse
	NetworkQuibi
	NetworkTLC
	NetworkHGTV
	NetworkFoodNetwork
	NetworkOxygen
	NetworkTravel
	NetworkScienceChannel
	NetworkIFC
	NetworkTVLand
	NetworkPop
	NetworkDisneyChannel
	NetworkFreeform
	numNetworks
)

// networks tells of each service its name, the words that never are anything else, and those that count in capitals beside other
// technical words only. Both lists are written as in the vocabulary.
var networks = [numNetworks]struct{ name, words, tags string }{
	NetworkAmazon:         {"Amazon", "amzn|amazon prime|primevideo|prime video|amazonhd", "amazon"},
	NetworkAppleTV:        {"Apple TV", "atvp|aptv|appletv|apple tv|atv plus|appletvplus", "atv"},
	NetworkNetflix:        {"Netflix", "netflix|nflx|netflixhd", "nf"},
	NetworkDisney:         {"Disney", "dsnp|disney plus|dsny|disneyplus|dsnyp", "dnsp|disney"},
	NetworkHBO:            {"HBO", "hmax|hbo max|hbomax|hbom|hbogo", "hbo|hbog|hbo go"},
	NetworkHulu:           {"Hulu", "hulu", ""},
	NetworkParamount:      {"Paramount", "pmtp|paramount plus|paramountplus|pmnt|pmntp", "pnp"},
	NetworkPeacock:        {"Peacock", "pcok|peacocktv|peacock tv", "peacock"},
	NetworkBBC:            {"BBC", "iplayer|bbc iplayer|bbc one|bbc two|bbc three|bbc four", "bbc|ip|bbc1|bbc2"},
	NetworkCBS:            {"CBS", "cbs all access", "cbs|cbsaa"},
	NetworkNBC:            {"NBC", "nbcu", "nbc"},
	NetworkAMC:            {"AMC", "amc plus|amcplus", "amc|amcn"},
	NetworkPBS:            {"PBS", "pbskids|pbs kids", "pbs"},
	NetworkCrunchyroll:    {"Crunchyroll", "crunchyroll", "cr|crunchy"},
	NetworkFunimation:     {"Funimation", "funimation", "fun|funi"},
	NetworkHiDive:         {"HIDIVE", "hidive|hidi", "hdive"},
	NetworkCartoonNetwork: {"Cartoon Network", "cartoon network", "cn"},
	NetworkNickelodeon:    {"Nickelodeon", "", "nick|nickelodeon"},
	NetworkAnimalPlanet:   {"Animal Planet", "anpl", ""},
	NetworkVICE:           {"VICE", "viceland", "vice|vlct"},
	NetworkITV:            {"ITV", "itvx|itv hub|itvh", "itv|itv1"},
	NetworkStan:           {"Stan", "", "stan"},
	NetworkCrave:          {"Crave", "crav", "crave"},
	NetworkYouTube:        {"YouTube", "ytred", "red|yt|ytp|youtube"},
	NetworkDiscovery:      {"Discovery", "dscp|discovery plus|discoveryplus|dplus", "disc|dsc|dsco"},
	NetworkStarz:          {"Starz", "starz|starzplay|starz play|strz", "stz"},
	NetworkMAX:            {"Max", "", "max"},
	NetworkMovistar:       {"Movistar", "movistar|movistarplus|movistar plus", "mstv|mplus|mvs"},
	NetworkITunes:         {"iTunes", "itunes", ""},
	NetworkFilmin:         {"Filmin", "filmin", ""},
	NetworkBilibili:       {"Bilibili", "b global|bilibili|bglobal", "bili|bstation"},
	NetworkMA:             {"Movies Anywhere", "movies anywhere", "ma"},
	NetworkRoku:           {"Roku", "rokuchannel|roku channel", "roku|rkten"},
	NetworkShudder:        {"Shudder", "shudder", "shdr|shud"},
	NetworkCriterion:      {"Criterion", "criterion channel", "crit"},
	NetworkABC:            {"ABC", "abc iview|abciview", "abc|iview"},
	NetworkFOX:            {"FOX", "foxnow", "fox"},
	NetworkFX:             {"FX", "fx on hulu", "fx|fxnw|fxn"},
	NetworkCW:             {"The CW", "cwtv|cw seed", "cw"},
	NetworkShowtime:       {"Showtime", "shotime", "sho|shomax|showtime"},
	NetworkSyfy:           {"Syfy", "syfy", ""},
	NetworkTNT:            {"TNT", "", "tnt|tntd"},
	NetworkTBS:            {"TBS", "", "tbs"},
	NetworkUSA:            {"USA Network", "usan|usa network", ""},
	NetworkBravo:          {"Bravo", "", "bravo|brav"},
	NetworkComedyCentral:  {"Comedy Central", "", "cc|cmdc|comedy central"},
	NetworkMTV:            {"MTV", "", "mtv"},
	NetworkVH1:            {"VH1", "", "vh1"},
	NetworkBET:            {"BET", "bet plus|betplus", "bet"},
	NetworkLifetime:       {"Lifetime", "", "lmn|lifetime"},
	NetworkHistory:        {"History", "", "hist|histv|history channel"},
	NetworkAandE:          {"A&E", "", "ae|aetv"},
	NetworkNatGeo:         {"National Geographic", "natgeo|nat geo|ngc|ngcw", "natg"},
	NetworkHallmark:       {"Hallmark", "hallmark movies now", "hmrk|hlmk|hallmark"},
	NetworkAdultSwim:      {"Adult Swim", "adult swim|adultswim", "as"},
	NetworkBoomerang:      {"Boomerang", "", "boom|boomerang"},
	NetworkCNBC:           {"CNBC", "", "cnbc"},
	NetworkCNN:            {"CNN", "", "cnn|cnnp"},
	NetworkESPN:           {"ESPN", "espn plus|espnplus", "espn"},
	NetworkNFL:            {"NFL", "", "nfln"},
	NetworkUFC:            {"UFC Fight Pass", "ufc fight pass", "ufcfp"},
	NetworkWWE:            {"WWE Network", "wwe network|wwen", ""},
	NetworkPlex:           {"Plex", "", "plex"},
	NetworkTubi:           {"Tubi", "tubi tv|tubitv", "tubi"},
	NetworkPluto:          {"Pluto TV", "pluto tv|plutotv", "pluto|plto"},
	NetworkVudu:           {"Vudu", "vudu", ""},
	NetworkFandango:       {"Fandango at Home", "fandango at home", "fandango|fah"},
	NetworkFreevee:        {"Freevee", "freevee|imdb tv|imdbtv", "fvee|fv"},
	NetworkKanopy:         {"Kanopy", "kanopy", "knpy"},
	NetworkHoopla:         {"Hoopla", "hoopla", "hpla"},
	NetworkMubi:           {"MUBI", "mubi", ""},
	NetworkBritBox:        {"BritBox", "britbox", "brit|btbx"},
	NetworkAcornTV:        {"Acorn TV", "acorn tv|acorntv", "acrn"},
	NetworkSundance:       {"Sundance Now", "sundance now|sundancenow", "sndn|sund"},
	NetworkMGM:            {"MGM+", "mgmp|mgm plus|epix", "mgm"},
	NetworkPhilo:          {"Philo", "", "philo"},
	NetworkFubo:           {"Fubo", "fubo|fubotv", ""},
	NetworkRakuten:        {"Rakuten TV", "rakuten tv|rakutentv|rktn", "rakuten|rtv"},
	NetworkGoogle:         {"Google Play", "google play|googleplay", "gplay"},
	NetworkMicrosoft:      {"Microsoft Store", "microsoft store", "msft|xbox"},
	NetworkPlayStation:    {"PlayStation", "psn store", "psn"},
	NetworkChannel4:       {"Channel 4", "all4|all 4|channel 4|4od", "my4|c4"},
	NetworkChannel5:       {"Channel 5", "channel 5|my5", "c5"},
	NetworkSky:            {"Sky", "sky atlantic|sky showtime|skyshowtime|sky go|skyst", "sky|skst"},
	NetworkNowTV:          {"NOW", "now tv|nowtv", "now"},
	NetworkUKTV:           {"UKTV", "uktv|uktvplay", ""},
	NetworkSTV:            {"STV", "stv player", "stv"},
	NetworkRTE:            {"RTÉ", "rte player", "rte"},
	NetworkBlutv:          {"BluTV", "blutv", ""},
	NetworkGain:           {"GAIN", "gain tv", ""},
	NetworkExxen:          {"Exxen", "", "exxen"},
	NetworkTRT:            {"TRT", "tabii", "trt"},
	NetworkCanalPlus:      {"Canal+", "mycanal|canal plus|canalplus|canal plus series", "cnlp|mycnl"},
	NetworkSalto:          {"Salto", "", "salto"},
	NetworkOCS:            {"OCS", "", "ocs"},
	NetworkFranceTV:       {"France TV", "france tv|francetv|france televisions", "ftv"},
	NetworkARTE:           {"ARTE", "", "arte"},
	NetworkTF1:            {"TF1", "tf1 plus", "tf1|mytf1"},
	NetworkM6:             {"M6", "6play", "m6"},
	NetworkADN:            {"ADN", "", "adn"},
	NetworkWakanim:        {"Wakanim", "wakanim", "wkn"},
	NetworkMolotov:        {"Molotov", "", "molotov"},
	NetworkRTL:            {"RTL+", "rtl plus|rtlplus|tvnow", "rtl|rtlp"},
	NetworkJoyn:           {"Joyn", "joyn", ""},
	NetworkMagentaTV:      {"MagentaTV", "magentatv|magenta tv", "magenta"},
	NetworkZDF:            {"ZDF", "zdf mediathek", "zdf"},
	NetworkARD:            {"ARD", "ard mediathek", "ard"},
	NetworkORF:            {"ORF", "", "orf"},
	NetworkMaxdome:        {"maxdome", "maxdome", ""},
	NetworkWOW:            {"WOW", "wowtv", "wow"},
	NetworkVideoland:      {"Videoland", "videoland", "vdl"},
	NetworkNPO:            {"NPO", "npo start|npo plus", "npo"},
	NetworkStreamz:        {"Streamz", "streamz", ""},
	NetworkVRT:            {"VRT", "vrt max|vrt nu", "vrt"},
	NetworkZiggo:          {"Ziggo", "ziggo", ""},
	NetworkViaplay:        {"Viaplay", "viaplay", "vply|viap"},
	NetworkTV2Play:        {"TV 2 Play", "tv2 play|tv2play|tv 2 play", "tv2"},
	NetworkTV4Play:        {"TV4 Play", "tv4 play|tv4play|cmore|c more", "tv4"},
	NetworkSVT:            {"SVT Play", "svt play|svtplay", "svt"},
	NetworkNRK:            {"NRK", "nrk tv", "nrk"},
	NetworkDR:             {"DR TV", "drtv", "dr"},
	NetworkYle:            {"Yle", "yle areena", "yle"},
	NetworkRaiPlay:        {"RaiPlay", "raiplay|rai play", "rai"},
	NetworkMediaset:       {"Mediaset", "mediaset|mediaset infinity", ""},
	NetworkTIMVision:      {"TIMvision", "timvision|tim vision", "tmv"},
	NetworkAtresplayer:    {"Atresplayer", "atresplayer|atres", "atsp"},
	NetworkRTVE:           {"RTVE", "rtve play", "rtve"},
	NetworkFlixole:        {"FlixOlé", "flixole", ""},
	NetworkGloboplay:      {"Globoplay", "globoplay", "glbo"},
	NetworkViX:            {"ViX", "vix premium", "vix"},
	NetworkClaro:          {"Claro Video", "claro video|clarovideo", "claro"},
	NetworkBlim:           {"Blim", "blim tv", "blim"},
	NetworkPlayplus:       {"PlayPlus", "playplus", ""},
	NetworkKinoPoisk:      {"Kinopoisk", "kinopoisk|kion", "kpl|kphd"},
	NetworkIVI:            {"ivi", "", "ivi"},
	NetworkOkko:           {"Okko", "", "okko"},
	NetworkStart:          {"START", "", "start"},
	NetworkWink:           {"Wink", "", "wink"},
	NetworkPremier:        {"Premier", "", "premier"},
	NetworkMegogo:         {"MEGOGO", "megogo", ""},
	NetworkSonyLIV:        {"SonyLIV", "sonyliv|sony liv|snyl", "sony|sliv"},
	NetworkZee5:           {"ZEE5", "zee5", ""},
	NetworkHotstar:        {"Hotstar", "hotstar|hotstar specials|jiohotstar|jhs|dsnphs", "htsr|hs"},
	NetworkJioCinema:      {"JioCinema", "jiocinema|jio cinema", "jc|jio|jcin"},
	NetworkVoot:           {"Voot", "", "voot"},
	NetworkAltBalaji:      {"ALTBalaji", "altbalaji|alt balaji", "alt"},
	NetworkSunNXT:         {"Sun NXT", "sunnxt|sun nxt", "snxt"},
	NetworkAha:            {"aha", "aha video", "aha"},
	NetworkMXPlayer:       {"MX Player", "mxplayer|mx player", "mxp|mx"},
	NetworkHoichoi:        {"hoichoi", "hoichoi", ""},
	NetworkErosNow:        {"Eros Now", "erosnow|eros now", "eros"},
	NetworkLionsgate:      {"Lionsgate Play", "lionsgate play|lionsgateplay", "lgp"},
	NetworkChaupal:        {"Chaupal", "chaupal", ""},
	NetworkManoramaMax:    {"ManoramaMAX", "manoramamax|manorama max", "mmax"},
	NetworkViu:            {"Viu", "", "viu"},
	NetworkViki:           {"Viki", "rakuten viki", "viki"},
	NetworkWavve:          {"wavve", "wavve", "wve"},
	NetworkTVING:          {"TVING", "tving", "tvn"},
	NetworkWatcha:         {"WATCHA", "watcha", "wtch"},
	NetworkCoupangPlay:    {"Coupang Play", "coupang play|coupangplay|coupang", "cpng"},
	NetworkiQIYI:          {"iQIYI", "iqiyi|iq com", "iq|qiyi"},
	NetworkWeTV:           {"WeTV", "wetv|tencent video", "tencent"},
	NetworkYouku:          {"Youku", "youku", "yk"},
	NetworkMangoTV:        {"Mango TV", "mangotv|mango tv", "mgtv"},
	NetworkUNext:          {"U-NEXT", "u next|unext", "unxt"},
	NetworkAbemaTV:        {"ABEMA", "abematv|abema", "abem"},
	NetworkDAnime:         {"d Anime Store", "danime|d anime|d anime store", "dani"},
	NetworkNHK:            {"NHK", "nhk plus", "nhk"},
	NetworkTVer:           {"TVer", "tver", ""},
	NetworkParavi:         {"Paravi", "paravi", ""},
	NetworkLemino:         {"Lemino", "lemino", ""},
	NetworkBaha:           {"Bahamut", "bahamut|ani one", "baha"},
	NetworkKKTV:           {"KKTV", "kktv", ""},
	NetworkFridayVideo:    {"friDay", "friday video", ""},
	NetworkLineTV:         {"LINE TV", "line tv|linetv", ""},
	NetworkMyVideo:        {"myVideo", "myvideo", ""},
	NetworkCatchPlay:      {"CATCHPLAY+", "catchplay|catchplayplus", "catchp"},
	NetworkHamiVideo:      {"Hami Video", "hami video|hamivideo", "hami"},
	NetworkGagaOOLala:     {"GagaOOLala", "gagaoolala", "gaga"},
	NetworkHBOAsia:        {"HBO Asia", "hbo asia|hboasia", ""},
	NetworkShahid:         {"Shahid", "shahidvip", "shhd|shahid"},
	NetworkOSN:            {"OSN+", "osnplus|osn plus", "osn"},
	NetworkStarzplay:      {"STARZPLAY Arabia", "starzplay arabia", ""},
	NetworkIflix:          {"iflix", "iflix", ""},
	NetworkBinge:          {"Binge", "", "bnge|binge"},
	NetworkFoxtel:         {"Foxtel", "foxtel", ""},
	NetworkKayo:           {"Kayo", "", "kayo"},
	NetworkTenPlay:        {"10 play", "tenplay|10play|ten play", ""},
	NetworkSevenPlus:      {"7plus", "7plus|seven plus", ""},
	NetworkNineNow:        {"9Now", "9now|nine now", ""},
	NetworkSBS:            {"SBS On Demand", "sbs on demand", ""},
	NetworkTVNZ:           {"TVNZ", "tvnz|tvnz plus", ""},
	NetworkNeon:           {"Neon", "", "neon"},
	NetworkCBC:            {"CBC Gem", "", "cbc|cbc gem"},
	NetworkCTV:            {"CTV", "", "ctv"},
	NetworkCityTV:         {"Citytv", "citytv", ""},
	NetworkShowmax:        {"Showmax", "showmax", "smax"},
	NetworkCuriosity:      {"CuriosityStream", "curiositystream|curiosity stream", "crst|csty|curiosity"},
	NetworkMagellanTV:     {"MagellanTV", "magellantv|magellan tv", ""},
	NetworkNebula:         {"Nebula", "", "nbla|nebula"},
	NetworkDropout:        {"Dropout", "", "drpo|dropout"},
	NetworkRoosterTeeth:   {"Rooster Teeth", "rooster teeth|roosterteeth", "rstr"},
	NetworkVimeo:          {"Vimeo", "vimeo", ""},
	NetworkDailymotion:    {"Dailymotion", "dailymotion", ""},
	NetworkFacebook:       {"Facebook Watch", "facebook watch", "fbwatch"},
	NetworkTwitch:         {"Twitch", "", "twitch"},
	NetworkSpotify:        {"Spotify", "", "spotify"},
	NetworkDCUniverse:     {"DC Universe", "dcu", "dc universe"},
	NetworkQuibi:          {"Quibi", "quibi", "qibi"},
	NetworkTLC:            {"TLC", "", "tlc"},
	NetworkHGTV:           {"HGTV", "", "hgtv"},
	NetworkFoodNetwork:    {"Food Network", "food network", ""},
	NetworkOxygen:         {"Oxygen", "", "oxgn"},
	NetworkTravel:         {"Travel Channel", "travel channel", "trvl"},
	NetworkScienceChannel: {"Science Channel", "science channel", "sci"},
	NetworkIFC:            {"IFC", "", "ifc"},
	NetworkTVLand:         {"TV Land", "tv land", "tvl"},
	NetworkPop:            {"Pop", "", "poptv"},
	NetworkDisneyChannel:  {"Disney Channel", "disney channel|disneynow", "dsch|disn"},
	NetworkFreeform:       {"Freeform", "", "frfm|freeform"},
}

// networkWords are the rows of the vocabulary for networks.
func networkWords() []phrases {
	var rows []phrases
	for n := NetworkUnknown + 1; n < numNetworks; n++ {
		if w := networks[n].words; w != "" {
			rows = append(rows, says(strong, w, network(n)))
		}
		if w := networks[n].tags; w != "" {
			rows = append(rows, says(upper, w, network(n)))
		}
	}
	return rows
}

// String is the service's name, or "".
func (n Network) String() string {
	if n >= numNetworks {
		return ""
	}
	return networks[n].name
}
