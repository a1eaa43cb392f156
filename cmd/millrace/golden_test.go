package main

import (
	"strings"
	"testing"
)

// Answers of a daemon.
const (
	sintel = `{"id":3,"title":1,"kind":"movie","label":"Sintel (2010)","name":"Sintel","year":2010,"season":0,"episode":0,
		"ids":{"imdb":"tt1727587","tmdb":"45745"},"profile":"default","state":"failed","attempts":2,"error":"no release suits",
		"wake_at":"2026-05-01T14:05:00Z","requested_by":{},"created":"2026-04-30T10:00:00Z","changed":"2026-05-01T11:00:00Z"}`
	mill = `{"id":4,"title":2,"kind":"show","label":"The Mill on the Race (2020)","name":"The Mill on the Race","year":2020,"season":0,
		"episode":0,"ids":{"imdb":"tt9000001"},"profile":"best","state":"partial","counts":{"completed":1,"partial":1},"attempts":0,
		"requested_by":{"instance":"overseerr","person":"Ada"},"created":"2026-04-01T10:00:00Z","changed":"2026-05-01T11:00:00Z"}`
	season  = `{"id":5,"parent":4,"kind":"season","label":"The Mill on the Race (2020) S01","name":"The Mill on the Race","season":1,"episode":0,"state":"partial","profile":"best","counts":{"completed":2,"unreleased":1}}`
	episode = `{"id":8,"parent":5,"kind":"episode","label":"The Mill on the Race (2020) S01E03","name":"The Mill on the Race","season":1,"episode":3,"state":"unreleased","profile":"best","wake_at":"2026-05-03T12:00:00Z"}`
	weak    = `{"release":1,"hash":"aa","name":"Sintel.2010.CAM.x264-BAD","size":734003200,"order":0,"verdict":"reject","tier":3,"score":-50,
		"changes":[{"code":"REJECTED_SOURCE","setting":"reject.any[0]","value":"cam","text":"Take cam off reject.any[0]."}],
		"reasons":[{"code":"REJECTED_SOURCE","text":"The profile rejects this source.","setting":"reject.any[0]","got":"cam","veto":true},{"code":"QUALITY","text":"What it is worth.","got":"avc","delta":20}],"state":"rejected","seeders":12,"found_by":["archive","torznab"]}`
	dead = `{"release":2,"hash":"bb","name":"Sintel.2010.1080p.WEB-DL.H264-GOOD","size":1610612736,"order":1,"verdict":"accept","tier":1,"score":120,
		"reasons":[{"code":"MATCH","text":"This is it."},{"code":"QUALITY","text":"What it is worth.","got":"webdl","delta":100},{"code":"QUALITY","text":"What it is worth.","got":"avc","delta":20}],"state":"blacklisted","evidence":"the provider removed it","seeders":-1,"found_by":["torznab"]}`
)

// cached is a cache with a pinned file that is being fetched, one of two names, and one that has left the library.
const cached = `{"use":{"memory":67108864,"max_memory":134217728,"disk":5368709120,"max_disk":21474836480,"contents":3,"fetching":1,"queued":0},"pinned":1610612736,
	"contents":[{"id":"aa","paths":["movies/Sintel (2010)/Sintel (2010).mkv"],"size":1610612736,"cached":805306368,"used":"2026-05-01T11:59:50Z","pinned":true,"whole":false,"open":true},
	{"id":"bb","paths":["best/Mill.mkv","shows/Mill/S01E01.mkv"],"size":1048576,"cached":1048576,"used":"2026-04-30T12:00:00Z","pinned":false,"whole":true,"open":false},
	{"id":"0d1f","paths":[],"size":2097152,"cached":1048576,"used":"2026-04-01T12:00:00Z","pinned":false,"whole":false,"open":false}]}`

func library(w *world) {
	w.answer("GET /items", `{"items":[`+sintel+`,`+mill+`]}`)
	w.answer("GET /items/3", strings.Replace(sintel, `"requested_by":{}`, `"children":[],"requesters":[{}]`, 1))
	w.answer("GET /items/4", strings.Replace(mill, `"requested_by"`, `"children":[`+season+`],"requesters":[{"instance":"overseerr","person":"Ada"}],"requested_by"`, 1))
	w.answer("GET /items/5", strings.Replace(season, `"state"`, `"children":[`+episode+`],"state"`, 1))
	w.answer("GET /items/3/files", `{"files":[]}`)
	w.answer("GET /items/4/files", `{"files":[{"id":9,"path":"Mill.S01/Mill.S01E01.mkv","size":104857600,"hash":"cc","items":[6],
		"places":[{"library":"shows","path":"shows/The Mill on the Race (2020)/Season 01/The Mill on the Race - s01e01.mkv"}],
		"placements":[{"instance":"realdebrid","state":"ready"},{"instance":"bittorrent","state":"downloading"}]}]}`)
	w.answer("GET /items/3/releases", `{"releases":[`+dead+`,`+weak+`],"total":3}`)
	w.answer("GET /items/3/events", `{"events":[{"id":"9","at":"2026-05-01T11:00:00Z","item":3,"name":"scraped","from":"indexed","to":"failed","text":"no release suits"}]}`)
	w.answer("GET /items/3/why", `{"item":`+sintel+`,"answer":["It failed.","2 releases were found: 1 reject, 1 dead."],"found":2,"open":0,
		"rejected":[{"code":"REJECTED","count":1,"text":"a word of reject.any"}],"states":[],"best_rejected":`+weak+`,"tried":[`+dead+`],"missing":[],
		"next":{"text":"It is tried again at 2026-05-01T14:05:00Z (in 2 h).","at":"2026-05-01T14:05:00Z","running":false}}`)
	w.answer("GET /items/4/why", `{"item":`+mill+`,"answer":["Some of it is here."],"rejected":[],"tried":[],"missing":[`+episode+`],"next":{"text":"See what is missing."}}`)
	w.answer("GET /version", `{"version":"v1.2.3","go":"go1.26","system":"linux/amd64"}`)
	w.answer("GET /counts", `{"kinds":{"movie":{"failed":1,"completed":12},"show":{"partial":1},"episode":{"completed":9,"unreleased":1}},"total":24}`)
	w.answer("GET /running", `{"running":[{"job":7,"step":"scrape","item":3,"attempt":2,"since":"2026-05-01T11:59:50Z","label":"Sintel (2010)"}]}`)
	w.answer("GET /streams", `{"streams":[{"id":1,"path":"movies/Sintel (2010)/Sintel (2010).mkv","size":1000,"opened":"2026-05-01T11:30:00Z","offset":420,"from_network":524288000,
		"reader":{"kind":"fuse","program":"mpv","pid":4711},"rate":5242880,"ahead":16777216,"from_memory":524288000,"provider":"realdebrid","mode":"sequential"},
		{"id":2,"path":"shows/Mill/S01E01.mkv","size":1000,"opened":"2026-05-01T11:59:00Z","reader":{"kind":"webdav","program":"Kodi/21.0","address":"192.0.2.7:40000"},"mode":"passthrough"}],
		"traffic":{"memory":{"bytes":1,"rate":5242880},"disk":{"bytes":0,"rate":0},"network":{"bytes":1,"rate":1024},"fetched":[{"name":"realdebrid","bytes":1,"rate":6291456}]},
		"cache":{"memory":67108864,"max_memory":134217728,"disk":5368709120,"max_disk":21474836480,"contents":3,"fetching":2,"queued":1}}`)
	w.answer("GET /cache", cached)
	w.answer("POST /cache/pin", cached)
	w.answer("POST /cache/unpin", cached)
	w.answer("POST /cache/drop", `{"freed":5368709120}`)
	w.answer("GET /plugins", `{"plugins":[{"name":"file","state":"running","version":"v1","pid":77,"restarts":0,"memory":8388608,"instances":[{"capability":"source","name":"watchlist","enabled":true,"ok":true}]},
		{"name":"overseerr","state":"running","version":"v1","pid":78,"restarts":2,"instances":[{"capability":"source","name":"requests","enabled":true,"ok":false,"unwell":"the key was refused","hook":"http://127.0.0.1:8080/hooks/requests/abc"}]},
		{"name":"plex","state":"unused","restarts":0,"instances":[]}]}`)
	w.answer("GET /plugins/torznab", `{"name":"torznab","version":"v1","sdk":"1.0","protocol":1,"capabilities":[{"capability":"scraper","flags":["check"],"limits":{"rate":2,"concurrency":4},
		"settings":[{"name":"url","type":"string","required":true,"doc":"Where the indexer is."},{"name":"api_key","type":"string","required":true,"secret":true},
		{"name":"categories","type":"list(int)","default":[2000,5000],"doc":"What is searched."},{"name":"sort","type":"string","choices":["seeders","size"]}]}]}`)
	w.answer("GET /doctor", `{"ok":false,"checks":[{"name":"database","ok":true,"text":"SQLite answers in 90µs"},{"name":"fuse","ok":false,"text":"/dev/fuse: no such file","remedy":"Load the kernel's module (modprobe fuse)."},
		{"name":"debrid realdebrid","ok":true,"warn":true,"text":"well","remedy":"The account ends in 3 days"}]}`)
	w.answer("GET /keys", `{"keys":[{"id":"k1","name":"kodi","created":"2026-04-30T12:00:00Z"}]}`)
	w.answer("GET /search", `{"titles":[{"kind":"movie","name":"Sintel","year":2010,"ids":{"imdb":"tt1727587"},"items":[3]},{"kind":"show","name":"Sintel: The Show","ids":{"tmdb":"99"},"items":[]}]}`)
	w.answer("DELETE /items/4", `{"preview":true,"item":`+mill+`,"paths":["shows/The Mill on the Race (2020)/Season 01/a.mkv"],
		"releases":[{"instance":"realdebrid","hash":"cc","name":"Mill.S01.1080p"}],"requests":[{"instance":"overseerr","person":"Ada"},{}]}`)
	w.answer("DELETE /keys/k1", "")
	w.answer("POST /items", strings.Replace(sintel, `"failed"`, `"requested"`, 1))
	for _, action := range []string{"retry", "pause", "resume", "reset", "blacklist", "unblacklist"} {
		w.answer("POST /items/3/"+action, strings.Replace(sintel, `"failed"`, `"indexed"`, 1))
	}
	w.answer("POST /items/5/pause", strings.Replace(season, `"partial"`, `"paused"`, 1))
	w.answer("POST /items/3/import", `{"item":3,"text":"The release is taken for Sintel (2010)."}`)
	w.answer("POST /keys", `{"id":"k2","name":"kodi","created":"2026-05-01T12:00:00Z","key":"mr_k2_0123"}`)
	w.answer("PUT /password", `{"text":"The password is set."}`)
	w.answer("POST /backup", `{"path":"/backup/millrace.zip"}`)
	w.answer("POST /reload", `{"valid":true,"diagnostics":[],"text":""}`)
	w.answer("POST /plugins/plex/restart", `{"text":"The plugin plex is started again."}`)
}

func TestACommandAsksTheDaemonAndShowsWhatItSays(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		stdin string
		args  string // separated by "|"
	}{
		{"status", "", "status"},
		{"item-list", "", "item|list"},
		{"item-list-some", "", "item|list|mill|--state|failed,partial|-kind|all|--profile|best|--limit|2"},
		{"item-show-movie", "", "item|show|3|--releases|--events"},
		{"item-show-by-name", "", "item|show|the mill on the race"},
		{"item-show-by-id", "", "item|show|tt1727587"},
		{"item-show-nobody", "", "item|show|Nobody"},
		{"item-show-unknown", "", "item|show|99"},
		{"item-why", "", "item|why|sintel (2010)"},
		{"item-why-show", "", "item|why|4"},
		{"item-retry", "", "item|retry|3"},
		{"item-pause-season", "", "item|pause|The Mill on the Race S01|3"},
		{"item-remove-yes", "", "item|remove|4|--yes"},
		{"item-remove-dry", "", "item|remove|4|--dry-run"},
		{"item-remove-asks", "y\n", "item|remove|4"},
		{"item-remove-refused", "n\n", "item|remove|4"},
		{"item-remove-nobody-there", "", "item|remove|4"},
		{"item-add-name", "", "item|add|Sintel|(2010)"},
		{"item-add-seasons", "", "item|add|https://www.themoviedb.org/tv/1399-x|-seasons|1,3-4|-profile|best"},
		{"item-add-ambiguous", "", "item|add|tmdb:603"},
		{"import-magnet", "", "import|3|magnet:?xt=urn:btih:aa"},
		{"search", "", "search|sintel|--kind|film|--year|2010"},
		{"plugin-list", "", "plugin|list"},
		{"plugin-info", "", "plugin|info|torznab"},
		{"plugin-restart", "", "plugin|restart|plex"},
		{"doctor", "", "doctor"},
		{"key-new", "", "key|new|kodi"},
		{"key-list", "", "key|list"},
		{"key-revoke", "", "key|revoke|k1"},
		{"backup", "", "backup"},
		{"backup-to", "", "backup|/backup/x.zip"},
		{"reload", "", "reload"},
		{"top", "", "top"},
		{"top-by-file", "", "top|-once|-sort|file"},
		{"top-by-nothing", "", "top|-sort|name"},
		{"cache-status", "", "cache|status"},
		{"cache-status-path", "", "cache|status|movies/Sintel (2010)"},
		{"cache-pin", "", "cache|pin|movies/Sintel (2010)"},
		{"cache-unpin", "", "cache|unpin|0d1f"},
		{"cache-drop-asks", "y\n", "cache|drop|movies"},
		{"cache-drop-refused", "n\n", "cache|drop|-all"},
		{"cache-drop-nobody-there", "", "cache|drop|-all"},
		{"cache-drop-yes", "", "cache|drop|-all|-y"},
		{"cache-drop-nothing-said", "", "cache|drop"},
		{"cache-drop-both", "", "cache|drop|movies|-all"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			library(w)
			w.serve()
			got := w.run(tc.stdin, append([]string{"-data", w.data}, strings.Split(tc.args, "|")...)...)
			golden(t, tc.name, got.String())
		})
	}
}

func TestWithJSONTheDaemonsAnswerIsHandedOn(t *testing.T) {
	t.Parallel()
	for _, args := range []string{
		"status", "item|list", "item|show|3|--releases|--events", "item|why|3", "item|retry|3", "item|remove|4|--yes",
		"item|remove|4|--dry-run", "item|add|tt1727587", "import|3|magnet:?xt=urn:btih:aa", "search|x", "plugin|list", "plugin|info|torznab",
		"plugin|restart|plex", "doctor", "key|new", "key|list", "key|revoke|k1", "backup", "reload", "version",
		"top", "top|-once", "cache|status", "cache|pin|movies", "cache|unpin|movies", "cache|drop|movies|-y",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			library(w)
			w.serve()
			got := w.run("", append([]string{"-json", "--data", w.data}, strings.Split(args, "|")...)...)
			valid(t, got.out)
			if got.err != "" {
				t.Errorf("got %q on standard error", got.err)
			}
		})
	}
}
