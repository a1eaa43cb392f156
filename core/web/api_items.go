package web

import (
	"time"

	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/sdk"
)

// Item is a film, show, season or episode as the API shows it. Times are UTC; a time that is absent is unknown or none.
type Item struct {
	ID        int64          `json:"id"`
	Parent    int64          `json:"parent,omitempty" doc:"The show of a season, the season of an episode"`
	Title     int64          `json:"title" doc:"The title that it is of"`
	Kind      string         `json:"kind" enum:"movie,show,season,episode"`
	Label     string         `json:"label" doc:"For people: The Mill on the Race (2020) S01E02"`
	Name      string         `json:"name" doc:"Name of the title"`
	Year      int            `json:"year,omitempty"`
	Season    int            `json:"season" doc:"Of a season and an episode; 0 holds the specials"`
	Episode   int            `json:"episode" doc:"Of an episode, from 1"`
	IDs       sdk.IDs        `json:"ids"`
	Poster    string         `json:"poster,omitempty"`
	Profile   string         `json:"profile"`
	State     string         `json:"state" enum:"unknown,requested,unreleased,indexed,scraped,downloaded,completed,ongoing,partial,failed,paused,blacklisted"`
	Back      string         `json:"back,omitempty" doc:"Where a failed, paused or blacklisted item goes on"`
	Pack      string         `json:"pack,omitempty" doc:"How far a season is with finding a release of the whole of it: search or fetch"`
	Seasons   []int          `json:"seasons,omitempty" doc:"Of a show: the seasons wanted; -1: all but the specials"`
	Counts    map[string]int `json:"counts,omitempty" doc:"Of a show and a season: how many children stand in each state"`
	Attempts  int            `json:"attempts" doc:"Fruitless searches and failures in a row"`
	Error     string         `json:"error,omitempty" doc:"What went wrong last"`
	ErrorKind string         `json:"error_kind,omitempty"`
	WakeAt    time.Time      `json:"wake_at,omitzero" doc:"Nothing is done before"`
	Released  time.Time      `json:"released,omitzero" doc:"When it may be searched for"`
	Requested Requester      `json:"requested_by"`
	Created   time.Time      `json:"created"`
	Changed   time.Time      `json:"changed"`
}

// Requester says who asked for an item.
type Requester struct {
	Instance string `json:"instance,omitempty" doc:"The source; absent: the pages or the command line"`
	Ref      string `json:"ref,omitempty" doc:"The source's id of the request"`
	Person   string `json:"person,omitempty"`
}

// ItemPage is a page of items, by id.
type ItemPage struct {
	Items []Item `json:"items"`
	Next  int64  `json:"next,omitempty" doc:"Give it as after for the next page; absent: this is the last"`
}

// ItemDetail is an item with what is around it.
type ItemDetail struct {
	Item
	Overview   string      `json:"overview,omitempty"`
	Children   []Item      `json:"children" doc:"Seasons of a show, episodes of a season, in order"`
	Requesters []Requester `json:"requesters"`
}

// NewItem is what is wanted: by one of id, ids, name and magnet, or several of them.
type NewItem struct {
	ID      string  `json:"id,omitempty" doc:"One id as text: tt1254207, tmdb:10378, tvdb:121361" example:"tt1254207"`
	IDs     sdk.IDs `json:"ids,omitempty"`
	Name    string  `json:"name,omitempty" maxLength:"500" example:"Big Buck Bunny"`
	Year    int     `json:"year,omitempty" minimum:"0" maximum:"3000"`
	Kind    string  `json:"kind,omitempty" enum:"movie,show" doc:"Absent: found out"`
	Seasons []int   `json:"seasons,omitempty" doc:"Of a show; absent: all but the specials"`
	Profile string  `json:"profile,omitempty" doc:"Absent: default"`
	// Profiles are an item each, side by side.
	Profiles []string `json:"profiles,omitempty" maxItems:"20" doc:"Several profiles instead of one: an item at each, side by side"`
	Magnet   string   `json:"magnet,omitempty" doc:"Take this release instead of searching"`
}

// AddedItem is an item just added, with the same title at the other profiles asked for.
type AddedItem struct {
	Item
	Versions []Item `json:"versions,omitempty" doc:"The items at the other profiles"`
}

// Removal is what a removal takes, or would take, with an item.
type Removal struct {
	Preview  bool               `json:"preview" doc:"Nothing was removed"`
	Item     Item               `json:"item" doc:"The film or show that it is of"`
	Paths    []string           `json:"paths" doc:"Files that leave the library, with their folders"`
	Releases []ReleaseAtAccount `json:"releases" doc:"Releases that leave the accounts, as we added them and nothing else needs them"`
	Requests []Requester        `json:"requests" doc:"Whose requests end"`
}

// ReleaseAtAccount is a release that a provider's account holds.
type ReleaseAtAccount struct {
	Instance string `json:"instance"`
	Hash     string `json:"hash"`
	Name     string `json:"name,omitempty"`
}

// ItemRelease is a candidate: a release judged for an item.
type ItemRelease struct {
	Release  int64         `json:"release"`
	Hash     string        `json:"hash"`
	Name     string        `json:"name"`
	Size     int64         `json:"size" doc:"Bytes; 0: unknown"`
	Order    int           `json:"order" doc:"Its place among the candidates, the best is 0; -1: of an earlier search"`
	Verdict  string        `json:"verdict" doc:"accept, unsure, reject or imported"`
	Tier     int           `json:"tier" doc:"Of the resolution; 1 is the best"`
	Score    float64       `json:"score"`
	Code     string        `json:"code,omitempty" doc:"What decided"`
	Reasons  []rank.Reason `json:"reasons" doc:"By the profile as it is now"`
	Changes  []rank.Change `json:"changes,omitempty" doc:"Of a rejected one: changes of the profile that would admit it"`
	State    string        `json:"state" enum:"open,rejected,failed,used,blacklisted"`
	Evidence string        `json:"evidence,omitempty" doc:"Why it failed"`
	Again    time.Time     `json:"again,omitzero" doc:"Of a failed one: when it may be tried again"`
	Changed  time.Time     `json:"changed"`
	Seeders  int           `json:"seeders" doc:"-1: unknown"`
	FoundBy  []string      `json:"found_by" doc:"Scrapers that saw it"`
}

// ReleasePage is a page of an item's candidates, best first.
type ReleasePage struct {
	Releases []ItemRelease `json:"releases"`
	Total    int           `json:"total" doc:"Of all pages"`
}

// ItemFile is a file that an item has.
type ItemFile struct {
	ID         int64           `json:"id"`
	Path       string          `json:"path" doc:"Inside the release"`
	Size       int64           `json:"size" doc:"Bytes"`
	Release    int64           `json:"release"`
	Hash       string          `json:"hash"`
	Items      []int64         `json:"items" doc:"What it holds: a double episode holds two"`
	Part       int             `json:"part,omitempty" doc:"Of a film in several files: 1 is its first"`
	Created    time.Time       `json:"created"`
	Places     []FilePlace     `json:"places"`
	Placements []FilePlacement `json:"placements"`
}

// FilePlace is where a file stands in the tree.
type FilePlace struct {
	Library string `json:"library"`
	Path    string `json:"path"`
}

// FilePlacement is an account that can serve a file.
type FilePlacement struct {
	Instance string    `json:"instance"`
	State    string    `json:"state"`
	Added    bool      `json:"added" doc:"Put there by us"`
	Checked  time.Time `json:"checked,omitzero"`
	Evidence string    `json:"evidence,omitempty" doc:"What was seen last when something was wrong"`
}

// Event is something that happened to an item, or to a path.
type Event struct {
	ID      string    `json:"id" doc:"Its place in the log, for Last-Event-ID"`
	At      time.Time `json:"at"`
	Item    int64     `json:"item,omitempty"`
	Root    int64     `json:"root,omitempty" doc:"The film or show of the item"`
	Name    string    `json:"name"`
	From    string    `json:"from,omitempty" doc:"State before"`
	To      string    `json:"to,omitempty" doc:"State after"`
	Text    string    `json:"text,omitempty"`
	File    int64     `json:"file,omitempty"`
	Library string    `json:"library,omitempty"`
	Path    string    `json:"path,omitempty"`
}

// Why answers "why is this not here?" from what is stored.
type Why struct {
	Item     Item          `json:"item"`
	Answer   []string      `json:"answer" doc:"Sentences for people"`
	Found    int           `json:"found" doc:"Releases that were judged"`
	Open     int           `json:"open" doc:"Releases that can be tried now"`
	Rejected []CodeCount   `json:"rejected" doc:"Rejected releases by what decided, the most frequent first"`
	States   []StateCount  `json:"states" doc:"Releases by what became of them"`
	Best     *ItemRelease  `json:"best_rejected,omitempty" doc:"The best of the rejected: of those first that a change of the profile would admit"`
	Tried    []ItemRelease `json:"tried" doc:"Releases that were tried and did not work, at most 20"`
	Missing  []Item        `json:"missing" doc:"Of a show and a season: children that are not complete, at most 100"`
	Next     Next          `json:"next"`
}

// CodeCount is how many releases a reason rejected.
type CodeCount struct {
	Code  string `json:"code"`
	Count int    `json:"count"`
	Text  string `json:"text"`
}

// StateCount is how many releases stand in a state.
type StateCount struct {
	State string `json:"state"`
	Count int    `json:"count"`
}

// Next is what happens next to an item.
type Next struct {
	Text    string    `json:"text"`
	Step    string    `json:"step,omitempty" doc:"The step that is queued or under way"`
	At      time.Time `json:"at,omitzero" doc:"When; absent: now, or not by itself"`
	Running bool      `json:"running"`
}

// Imported tells that a release is taken for an item.
type Imported struct {
	Item int64  `json:"item"`
	Text string `json:"text"`
}

// Magnet names a release.
type Magnet struct {
	Magnet string `json:"magnet" example:"magnet:?xt=urn:btih:…"`
}

func requester(q library.Requester) Requester {
	return Requester{Instance: q.Instance, Ref: q.Ref, Person: q.Person}
}
