package library_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

// The tables say, for every kind of item, what every event does in every state. A column is a state, a row an event. A
// cell is "!" for a conflict, "=" for nothing at all, else the state that follows and the steps.

var now = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

const (
	past   = -24 * time.Hour
	future = 48 * time.Hour
)

var events = map[string]library.Event{
	"requested":          library.Requested{},
	"requested specials": library.Requested{Seasons: []int{0}},
	"indexed":            library.Indexed{Released: now.Add(past)},
	"indexed future":     library.Indexed{Released: now.Add(future)},
	"indexed undated":    library.Indexed{},
	"indexed packed":     library.Indexed{Released: now.Add(past), Packed: true},
	"indexed more":       library.Indexed{More: true},
	"scraped":            library.Scraped{Candidates: 2},
	"scraped none":       library.Scraped{},
	"nothing-found":      library.NothingFound{},
	"rejected":           library.Rejected{Reason: "too small"},
	"exhausted":          library.Exhausted{},
	"waiting":            library.Waiting{Until: now.Add(time.Hour), Reason: "limited"},
	"downloaded":         library.Downloaded{Files: []int64{7}},
	"downloaded, more":   library.Downloaded{Files: []int64{7}, More: true},
	"registered":         library.Registered{},
	"file-gone, 3 left":  library.FileGone{Left: 3},
	"file-gone, 0 left":  library.FileGone{},
	"failed index":       library.Failed{Step: library.StepIndex, Kind: sdk.NotFound, Text: "unknown title"},
	"failed scrape":      library.Failed{Step: library.StepScrape, Kind: sdk.Other, Text: "broken"},
	"failed download":    library.Failed{Step: library.StepDownload, Kind: sdk.Denied, Text: "bad key"},
	"failed register":    library.Failed{Step: library.StepRegister, Kind: sdk.Other, Text: "disk full"},
	"failed update":      library.Failed{Step: library.StepUpdate, Kind: sdk.Unavailable, Text: "down"},
	"wake":               library.Wake{},
	"wake later":         library.Wake{},
	"uncovered":          library.Uncovered{},
	"child complete":     library.ChildChanged{To: library.StateCompleted},
	"child indexed":      library.ChildChanged{To: library.StateIndexed},
	"retry":              library.Retry{},
	"pause":              library.Pause{},
	"resume":             library.Resume{},
	"reset":              library.Reset{},
	"reset packed":       library.Reset{Packed: true},
	"blacklist":          library.Blacklist{},
	"unblacklist":        library.Unblacklist{},
}

// clock is when an event happens.
func clock(event string) time.Time {
	if event == "wake later" {
		return now.Add(2 * future)
	}
	return now
}

const filmTable = `
                   | unknown          | requested           | unreleased            | indexed            | scraped                 | downloaded                 | completed                  | failed              | paused         | blacklisted    | partial | ongoing
requested          | requested index  | =                   | =                     | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
requested specials | requested index  | =                   | =                     | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
indexed            | indexed scrape   | indexed scrape      | indexed scrape        | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
indexed future     | unreleased wake  | unreleased wake     | unreleased wake       | unreleased wake    | =                       | =                          | =                          | =                   | =              | =              | !       | !
indexed undated    | unreleased wake  | unreleased wake     | unreleased wake       | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
indexed packed     | indexed scrape   | indexed scrape      | indexed scrape        | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
indexed more       | unreleased wake  | unreleased wake     | unreleased wake       | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
scraped            | !                | !                   | scraped download      | scraped download   | scraped download        | =                          | =                          | scraped download    | =              | =              | !       | !
scraped none       | !                | !                   | =                     | indexed wake       | =                       | =                          | =                          | =                   | =              | =              | !       | !
nothing-found      | !                | !                   | =                     | indexed wake       | =                       | =                          | =                          | =                   | =              | =              | !       | !
rejected           | !                | !                   | =                     | =                  | scraped download        | =                          | =                          | =                   | =              | =              | !       | !
exhausted          | !                | !                   | =                     | =                  | failed wake acknowledge | =                          | =                          | =                   | =              | =              | !       | !
waiting            | !                | requested wake      | =                     | indexed wake       | scraped wake            | downloaded wake            | =                          | =                   | =              | =              | !       | !
downloaded         | !                | downloaded register | downloaded register   | downloaded register| downloaded register     | downloaded register        | =                          | downloaded register | =              | =              | !       | !
downloaded, more   | !                | downloaded register | downloaded register   | downloaded register| downloaded register     | downloaded register        | =                          | downloaded register | =              | =              | !       | !
registered         | !                | !                   | =                     | =                  | =                       | completed update acknowledge | =                        | =                   | =              | =              | !       | !
file-gone, 3 left  | !                | !                   | =                     | =                  | =                       | scraped download update    | scraped download update    | =                   | =              | =              | !       | !
file-gone, 0 left  | !                | !                   | =                     | =                  | =                       | indexed scrape update      | indexed scrape update      | =                   | =              | =              | !       | !
failed index       | !                | failed wake acknowledge | =                 | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
failed scrape      | !                | =                   | =                     | failed wake acknowledge | =                  | =                          | =                          | failed wake         | =              | =              | !       | !
failed download    | !                | =                   | =                     | =                  | failed wake acknowledge | =                          | =                          | =                   | =              | =              | !       | !
failed register    | !                | =                   | =                     | =                  | =                       | failed wake acknowledge    | =                          | =                   | =              | =              | !       | !
failed update      | !                | =                   | =                     | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
wake               | !                | requested index     | unreleased wake       | indexed scrape     | scraped download        | downloaded register        | =                          | failed wake         | =              | =              | !       | !
wake later         | !                | requested index     | indexed scrape        | indexed scrape     | scraped download        | downloaded register        | =                          | indexed scrape      | =              | =              | !       | !
uncovered          | !                | !                   | !                     | !                  | !                       | !                          | !                          | !                   | !              | !              | !       | !
child complete     | !                | !                   | !                     | !                  | !                       | !                          | !                          | !                   | !              | !              | !       | !
child indexed      | !                | !                   | !                     | !                  | !                       | !                          | !                          | !                   | !              | !              | !       | !
retry              | !                | requested index     | unreleased wake index | indexed scrape     | scraped download        | downloaded register        | =                          | indexed scrape      | !              | !              | !       | !
pause              | !                | paused              | paused                | paused             | paused                  | paused                     | =                          | paused              | =              | !              | !       | !
resume             | !                | !                   | !                     | !                  | !                       | !                          | !                          | !                   | indexed scrape | !              | !       | !
reset              | !                | requested index     | requested index       | requested index    | requested index         | requested index            | requested index            | requested index     | requested index| !              | !       | !
reset packed       | !                | requested index     | requested index       | requested index    | requested index         | requested index            | requested index            | requested index     | requested index| !              | !       | !
blacklist          | !                | blacklisted         | blacklisted           | blacklisted        | blacklisted             | blacklisted                | blacklisted                | blacklisted         | blacklisted    | =              | !       | !
unblacklist        | !                | !                   | !                     | !                  | !                       | !                          | !                          | !                   | !              | indexed scrape | !       | !
`

const episodeTable = `
                   | unknown          | requested           | unreleased            | indexed            | scraped                 | downloaded                 | completed                  | failed              | paused         | blacklisted    | partial | ongoing
requested          | !                | =                   | =                     | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
requested specials | !                | =                   | =                     | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
indexed            | indexed scrape   | indexed scrape      | indexed scrape        | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
indexed future     | unreleased wake  | unreleased wake     | unreleased wake       | unreleased wake    | =                       | =                          | =                          | =                   | =              | =              | !       | !
indexed undated    | unreleased wake  | unreleased wake     | unreleased wake       | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
indexed packed     | indexed wake     | indexed wake        | indexed wake          | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
indexed more       | unreleased wake  | unreleased wake     | unreleased wake       | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
scraped            | !                | !                   | scraped download      | scraped download   | scraped download        | =                          | =                          | scraped download    | =              | =              | !       | !
scraped none       | !                | !                   | =                     | indexed wake       | =                       | =                          | =                          | =                   | =              | =              | !       | !
nothing-found      | !                | !                   | =                     | indexed wake       | =                       | =                          | =                          | =                   | =              | =              | !       | !
rejected           | !                | !                   | =                     | =                  | scraped download        | =                          | =                          | =                   | =              | =              | !       | !
exhausted          | !                | !                   | =                     | =                  | failed wake             | =                          | =                          | =                   | =              | =              | !       | !
waiting            | !                | requested wake      | =                     | indexed wake       | scraped wake            | downloaded wake            | =                          | =                   | =              | =              | !       | !
downloaded         | !                | downloaded register | downloaded register   | downloaded register| downloaded register     | downloaded register        | =                          | downloaded register | =              | =              | !       | !
downloaded, more   | !                | downloaded register | downloaded register   | downloaded register| downloaded register     | downloaded register        | =                          | downloaded register | =              | =              | !       | !
registered         | !                | !                   | =                     | =                  | =                       | completed update           | =                          | =                   | =              | =              | !       | !
file-gone, 3 left  | !                | !                   | =                     | =                  | =                       | scraped download update    | scraped download update    | =                   | =              | =              | !       | !
file-gone, 0 left  | !                | !                   | =                     | =                  | =                       | indexed scrape update      | indexed scrape update      | =                   | =              | =              | !       | !
failed index       | !                | failed wake         | =                     | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
failed scrape      | !                | =                   | =                     | failed wake        | =                       | =                          | =                          | failed wake         | =              | =              | !       | !
failed download    | !                | =                   | =                     | =                  | failed wake             | =                          | =                          | =                   | =              | =              | !       | !
failed register    | !                | =                   | =                     | =                  | =                       | failed wake                | =                          | =                   | =              | =              | !       | !
failed update      | !                | =                   | =                     | =                  | =                       | =                          | =                          | =                   | =              | =              | !       | !
wake               | !                | requested index     | unreleased wake       | indexed scrape     | scraped download        | downloaded register        | =                          | failed wake         | =              | =              | !       | !
wake later         | !                | requested index     | indexed scrape        | indexed scrape     | scraped download        | downloaded register        | =                          | indexed scrape      | =              | =              | !       | !
uncovered          | !                | =                   | =                     | indexed scrape     | =                       | =                          | =                          | indexed scrape      | =              | =              | !       | !
child complete     | !                | !                   | !                     | !                  | !                       | !                          | !                          | !                   | !              | !              | !       | !
child indexed      | !                | !                   | !                     | !                  | !                       | !                          | !                          | !                   | !              | !              | !       | !
retry              | !                | requested index     | unreleased wake       | indexed scrape     | scraped download        | downloaded register        | =                          | indexed scrape      | !              | !              | !       | !
pause              | !                | paused              | paused                | paused             | paused                  | paused                     | =                          | paused              | =              | !              | !       | !
resume             | !                | !                   | !                     | !                  | !                       | !                          | !                          | !                   | indexed scrape | !              | !       | !
reset              | !                | indexed scrape      | unreleased wake       | indexed scrape     | indexed scrape          | indexed scrape             | indexed scrape             | indexed scrape      | indexed scrape | !              | !       | !
reset packed       | !                | indexed wake        | unreleased wake       | indexed wake       | indexed wake            | indexed wake               | indexed wake               | indexed wake        | indexed wake   | !              | !       | !
blacklist          | !                | blacklisted         | blacklisted           | blacklisted        | blacklisted             | blacklisted                | blacklisted                | blacklisted         | blacklisted    | =              | !       | !
unblacklist        | !                | !                   | !                     | !                  | !                       | !                          | !                          | !                   | !              | indexed scrape | !       | !
`

const showTable = `
                   | unknown               | requested             | unreleased            | indexed             | scraped             | downloaded          | completed                | ongoing             | partial             | failed              | paused             | blacklisted
requested          | requested index       | =                     | =                     | =                   | =                   | =                   | =                        | =                   | =                   | =                   | =                  | =
requested specials | requested index       | requested index       | unreleased index      | indexed index       | scraped index       | downloaded index    | completed index          | ongoing index       | partial index       | failed index        | =                  | =
indexed            | unreleased wake       | unreleased wake       | unreleased wake       | indexed wake        | scraped wake        | downloaded wake     | =                        | ongoing wake        | partial wake        | failed wake         | =                  | =
indexed future     | unreleased wake       | unreleased wake       | unreleased wake       | indexed wake        | scraped wake        | downloaded wake     | =                        | ongoing wake        | partial wake        | failed wake         | =                  | =
indexed undated    | unreleased wake       | unreleased wake       | unreleased wake       | indexed wake        | scraped wake        | downloaded wake     | =                        | ongoing wake        | partial wake        | failed wake         | =                  | =
indexed packed     | unreleased wake       | unreleased wake       | unreleased wake       | indexed wake        | scraped wake        | downloaded wake     | =                        | ongoing wake        | partial wake        | failed wake         | =                  | =
indexed more       | unreleased wake       | unreleased wake       | unreleased wake       | indexed wake        | scraped wake        | downloaded wake     | ongoing acknowledge wake | ongoing wake        | partial wake        | failed wake         | =                  | =
scraped            | !                     | !                     | !                     | !                   | !                   | !                   | !                        | !                   | !                   | !                   | !                  | !
scraped none       | !                     | !                     | !                     | !                   | !                   | !                   | !                        | !                   | !                   | !                   | !                  | !
nothing-found      | !                     | !                     | !                     | !                   | !                   | !                   | !                        | !                   | !                   | !                   | !                  | !
rejected           | !                     | !                     | !                     | !                   | !                   | !                   | !                        | !                   | !                   | !                   | !                  | !
exhausted          | !                     | !                     | !                     | !                   | !                   | !                   | !                        | !                   | !                   | !                   | !                  | !
waiting            | !                     | requested wake        | unreleased wake       | indexed wake        | scraped wake        | downloaded wake     | completed wake           | ongoing wake        | partial wake        | failed wake         | =                  | =
downloaded         | !                     | !                     | !                     | !                   | !                   | !                   | !                        | !                   | !                   | !                   | !                  | !
downloaded, more   | !                     | !                     | !                     | !                   | !                   | !                   | !                        | !                   | !                   | !                   | !                  | !
registered         | !                     | !                     | !                     | !                   | !                   | !                   | !                        | !                   | !                   | !                   | !                  | !
file-gone, 3 left  | !                     | !                     | !                     | !                   | !                   | !                   | !                        | !                   | !                   | !                   | !                  | !
file-gone, 0 left  | !                     | !                     | !                     | !                   | !                   | !                   | !                        | !                   | !                   | !                   | !                  | !
failed index       | !                     | failed wake acknowledge | unreleased wake     | indexed wake        | scraped wake        | downloaded wake     | completed wake           | ongoing wake        | partial wake        | failed wake         | =                  | =
failed scrape      | !                     | =                     | =                     | =                   | =                   | =                   | =                        | =                   | =                   | =                   | =                  | =
failed download    | !                     | =                     | =                     | =                   | =                   | =                   | =                        | =                   | =                   | =                   | =                  | =
failed register    | !                     | =                     | =                     | =                   | =                   | =                   | =                        | =                   | =                   | =                   | =                  | =
failed update      | !                     | =                     | =                     | =                   | =                   | =                   | =                        | =                   | =                   | =                   | =                  | =
wake               | !                     | requested index       | unreleased index      | indexed index       | scraped index       | downloaded index    | =                        | ongoing index       | partial index       | failed index        | =                  | =
wake later         | !                     | requested index       | unreleased index      | indexed index       | scraped index       | downloaded index    | =                        | ongoing index       | partial index       | failed index        | =                  | =
uncovered          | !                     | !                     | !                     | !                   | !                   | !                   | !                        | !                   | !                   | !                   | !                  | !
child complete     | =                     | completed acknowledge | ongoing acknowledge   | partial acknowledge | partial acknowledge | partial acknowledge | completed acknowledge    | ongoing acknowledge | partial acknowledge | partial acknowledge | =                  | =
child indexed      | =                     | indexed               | indexed               | =                   | =                   | =                   | partial acknowledge wake | partial acknowledge | =                   | indexed             | =                  | =
retry              | !                     | requested index tell  | unreleased index tell | indexed index tell  | scraped index tell  | downloaded index tell | completed index tell   | ongoing index tell  | partial index tell  | failed index tell   | !                  | !
pause              | !                     | paused tell           | paused tell           | paused tell         | paused tell         | paused tell         | =                        | paused tell         | paused tell         | paused tell         | =                  | !
resume             | !                     | !                     | !                     | !                   | !                   | !                   | !                        | !                   | !                   | !                   | indexed index tell | !
reset              | !                     | requested index tell  | unreleased index tell | indexed index tell  | scraped index tell  | downloaded index tell | completed index tell   | ongoing index tell  | partial index tell  | failed index tell   | indexed index tell | !
reset packed       | !                     | requested index tell  | unreleased index tell | indexed index tell  | scraped index tell  | downloaded index tell | completed index tell   | ongoing index tell  | partial index tell  | failed index tell   | indexed index tell | !
blacklist          | !                     | blacklisted tell      | blacklisted tell      | blacklisted tell    | blacklisted tell    | blacklisted tell    | blacklisted tell         | blacklisted tell    | blacklisted tell    | blacklisted tell    | blacklisted tell   | =
unblacklist        | !                     | !                     | !                     | !                   | !                   | !                   | !                        | !                   | !                   | !                   | !                  | indexed index tell
`

// The last two columns are states with a pack being sought.
const seasonTable = `
                   | unknown        | requested           | unreleased       | indexed             | scraped             | downloaded             | completed             | ongoing          | partial             | failed              | paused              | blacklisted  | search              | fetch
requested          | !              | !                   | !                | !                   | !                   | !                      | !                     | !                | !                   | !                   | !                   | !            | !                   | !
requested specials | !              | !                   | !                | !                   | !                   | !                      | !                     | !                | !                   | !                   | !                   | !            | !                   | !
indexed            | unreleased     | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | =                   | =
indexed future     | unreleased     | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | =                   | =
indexed undated    | unreleased     | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | =                   | =
indexed packed     | indexed scrape | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | =                   | =
indexed more       | unreleased     | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | =                   | =
scraped            | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | scraped download    | scraped download
scraped none       | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | indexed tell        | =
nothing-found      | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | indexed tell        | =
rejected           | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | =                   | scraped download
exhausted          | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | =                   | indexed tell
waiting            | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | indexed wake        | scraped wake
downloaded         | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | indexed tell        | indexed tell
downloaded, more   | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | indexed tell        | scraped download
registered         | !              | !                   | !                | !                   | !                   | !                      | !                     | !                | !                   | !                   | !                   | !            | !                   | !
file-gone, 3 left  | !              | !                   | !                | !                   | !                   | !                      | !                     | !                | !                   | !                   | !                   | !            | !                   | !
file-gone, 0 left  | !              | !                   | !                | !                   | !                   | !                      | !                     | !                | !                   | !                   | !                   | !            | !                   | !
failed index       | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | =                   | =
failed scrape      | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | indexed tell        | =
failed download    | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | =                   | indexed tell
failed register    | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | =                   | =
failed update      | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | =                   | =
wake               | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | indexed scrape      | scraped download
wake later         | !              | =                   | =                | =                   | =                   | =                      | =                     | =                | =                   | =                   | =                   | =            | indexed scrape      | scraped download
uncovered          | !              | !                   | !                | !                   | !                   | !                      | !                     | !                | !                   | !                   | !                   | !            | !                   | !
child complete     | =              | partial             | ongoing          | partial             | partial             | partial                | =                     | =                | =                   | partial             | =                   | =            | partial             | partial
child indexed      | =              | indexed             | indexed          | =                   | =                   | =                      | partial               | partial          | =                   | indexed             | =                   | =            | =                   | =
retry              | !              | requested tell      | unreleased tell  | indexed scrape      | scraped tell        | downloaded tell        | completed tell        | ongoing tell     | partial tell        | indexed scrape      | !                   | !            | indexed scrape      | scraped download
pause              | !              | paused tell         | paused tell      | paused tell         | paused tell         | paused tell            | =                     | paused tell      | paused tell         | paused tell         | =                   | !            | paused tell         | paused tell
resume             | !              | !                   | !                | !                   | !                   | !                      | !                     | !                | !                   | !                   | indexed tell        | !            | !                   | !
reset              | !              | indexed scrape tell | unreleased tell  | indexed scrape tell | scraped scrape tell | downloaded scrape tell | completed scrape tell | ongoing tell     | partial scrape tell | indexed scrape tell | indexed scrape tell | !            | indexed scrape tell | indexed scrape tell
reset packed       | !              | indexed scrape tell | unreleased tell  | indexed scrape tell | scraped scrape tell | downloaded scrape tell | completed scrape tell | ongoing tell     | partial scrape tell | indexed scrape tell | indexed scrape tell | !            | indexed scrape tell | indexed scrape tell
blacklist          | !              | blacklisted tell    | blacklisted tell | blacklisted tell    | blacklisted tell    | blacklisted tell       | blacklisted tell      | blacklisted tell | blacklisted tell    | blacklisted tell    | blacklisted tell    | =            | blacklisted tell    | blacklisted tell
unblacklist        | !              | !                   | !                | !                   | !                   | !                      | !                     | !                | !                   | !                   | !                   | indexed tell | !                   | !
`

// leaf is a film or an episode as it stands in a state.
func leaf(kind library.Kind, s library.State) library.Item {
	it := library.Item{ID: 5, Kind: kind, State: s, Released: now.Add(past)}
	switch s {
	case library.StateUnreleased:
		it.Released, it.WakeAt = now.Add(future), now.Add(future)
	case library.StateFailed:
		it.Back, it.WakeAt, it.Attempts = library.StateIndexed, now.Add(2*time.Hour), 2
	case library.StatePaused, library.StateBlacklisted:
		it.Back = library.StateIndexed
	}
	return it
}

// group is a show or a season as it stands in a state, with children of its kind.
func group(kind library.Kind, column string) library.Item {
	s := library.State(column)
	it := library.Item{ID: 5, Kind: kind, State: s, Counts: library.Counts{s: 2}}
	if kind == library.KindShow {
		it.Seasons = []int{library.AllSeasons}
	}
	switch column {
	case "unknown":
		it.Counts, it.Seasons = nil, nil
	case "requested":
		if kind == library.KindShow {
			it.Counts = nil
		}
	case "ongoing":
		it.Counts = library.Counts{library.StateCompleted: 1, library.StateUnreleased: 1}
	case "partial":
		it.Counts = library.Counts{library.StateCompleted: 1, library.StateIndexed: 1}
	case "paused", "blacklisted":
		it.Back, it.Counts = library.StateIndexed, library.Counts{library.StateIndexed: 2}
	case "search":
		it.State, it.Pack, it.Counts = library.StateIndexed, library.PackSearch, library.Counts{library.StateIndexed: 2}
	case "fetch":
		it.State, it.Pack, it.Counts = library.StateScraped, library.PackFetch, library.Counts{library.StateIndexed: 2}
	}
	return it
}

func TestEveryEventDoesInEveryStateWhatTheTableSays(t *testing.T) {
	t.Parallel()
	check(t, library.KindMovie, filmTable, func(c string) library.Item { return leaf(library.KindMovie, library.State(c)) })
	check(t, library.KindEpisode, episodeTable, func(c string) library.Item { return leaf(library.KindEpisode, library.State(c)) })
	check(t, library.KindShow, showTable, func(c string) library.Item { return group(library.KindShow, c) })
	check(t, library.KindSeason, seasonTable, func(c string) library.Item { return group(library.KindSeason, c) })
}

func check(t *testing.T, kind library.Kind, table string, make func(column string) library.Item) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(table), "\n")
	columns := cells(lines[0])
	for _, s := range library.States() {
		if !slices.Contains(columns, string(s)) {
			t.Errorf("%s: no column for state %s", kind, s)
		}
	}
	seen := map[string]bool{}
	for _, line := range lines[1:] {
		row := cells(line)
		seen[row[0]] = true
		if len(row) != len(columns)+1 {
			t.Errorf("%s: row %q has %d cells, want %d", kind, row[0], len(row)-1, len(columns))
			continue
		}
		for i, want := range row[1:] {
			it := make(columns[i])
			if got := outcome(t, &it, events[row[0]], clock(row[0])); got != want {
				t.Errorf("%s, which is %s, on %q: got %q, want %q", kind, columns[i], row[0], got, want)
			}
		}
	}
	for name := range events {
		if !seen[name] {
			t.Errorf("%s: no row for event %q", kind, name)
		}
	}
}

func cells(line string) []string {
	parts := strings.Split(line, "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if parts[0] == "" { // the header's corner
		return parts[1:]
	}
	return parts
}

// outcome applies an event and writes what came of it as the tables do.
func outcome(t *testing.T, it *library.Item, e library.Event, at time.Time) string {
	t.Helper()
	before := *it
	steps, err := it.Apply(e, at)
	if err != nil {
		if !errors.Is(err, library.ErrConflict) || len(steps) > 0 || !it.Equal(before) {
			t.Errorf("%s: an error that is no conflict, or that left something behind: %v", e.Name(), err)
		}
		return "!"
	}
	if len(steps) == 0 && it.State == before.State {
		return "="
	}
	words := []string{string(it.State)}
	for _, s := range steps {
		words = append(words, string(s.Kind))
		if s.Item != it.ID {
			t.Errorf("%s: step %s is for item %d, want %d", e.Name(), s.Kind, s.Item, it.ID)
		}
		if s.Kind == library.StepWake && !s.At.After(at) {
			t.Errorf("%s: is woken at %s, which is not after %s", e.Name(), s.At, at)
		}
		if (s.Kind == library.StepTell) != (s.Tell != nil) {
			t.Errorf("%s: step %s tells %v", e.Name(), s.Kind, s.Tell)
		}
	}
	return strings.Join(words, " ")
}

func TestEveryEventTypeHasARow(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, e := range events {
		names[fmt.Sprintf("%T", e)] = true
	}
	file, err := parser.ParseFile(token.NewFileSet(), "event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	types := 0
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "Name" {
			types++
		}
	}
	if len(names) != types {
		t.Errorf("the tables hold %d types of event, want %d", len(names), types)
	}
}
