package world

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// npmScript drives the debrid service with a client that others wrote for the real one, and prints what it got.
const npmScript = `
const Client = require('real-debrid-api')
const [base, token, magnet, torrent] = process.argv.slice(1)
const rd = new Client(token)
rd.base_url = base + '/'
const sleep = ms => new Promise(r => setTimeout(r, ms))
async function main () {
  const out = {}
  out.user = (await rd.user.get()).type
  const added = await rd.torrents.addMagnet(magnet)
  let info = await rd.torrents.info(added.id)
  for (let i = 0; i < 200 && info.status !== 'waiting_files_selection'; i++) { await sleep(50); info = await rd.torrents.info(added.id) }
  const video = info.files.find(f => f.path.endsWith('.mkv') && !f.path.includes('sample'))
  await rd.torrents.selectFiles(added.id, String(video.id))
  for (let i = 0; i < 400 && info.status !== 'downloaded'; i++) { await sleep(50); info = await rd.torrents.info(added.id) }
  out.status = info.status
  out.links = info.links.length
  const link = await rd.unrestrict.link(info.links[0])
  out.filesize = link.filesize
  out.bytes = video.bytes
  const body = await fetch(link.download, { headers: { Range: 'bytes=0-99' } })
  out.range = body.status
  out.listed = (await rd.torrents.get(0, null, 10, '')).some(t => t.id === added.id)
  out.traffic = typeof (await rd.traffic.details())
  out.downloads = (await rd.downloads.get(0, null, 10)).length
  const again = await rd.torrents.addTorrent(torrent)
  out.file = typeof again.id
  await rd.torrents.delete(added.id)
  out.gone = await rd.torrents.info(added.id).then(() => 'there', e => e.code)
  const wrong = new Client('WRONG'); wrong.base_url = rd.base_url
  out.wrong = await wrong.user.get().then(() => 'in', e => e.code)
  console.log(JSON.stringify(out))
}
main().catch(e => { console.error(JSON.stringify(e), e); process.exit(1) })
`

// npmModules is where .ci/setup installs the client.
func npmModules(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../../.cache/npm/node_modules")
	if err == nil {
		_, err = os.Stat(filepath.Join(dir, "real-debrid-api"))
	}
	if _, nerr := exec.LookPath("node"); err == nil {
		err = nerr
	}
	if err != nil {
		if os.Getenv("MILLRACE_REQUIRE_TOOLS") == "1" {
			t.Fatalf("the npm client is not installed (.ci/setup test does it): %v", err)
		}
		t.Skipf("the npm client is not installed: %v", err)
	}
	return dir
}

func TestAClientWrittenForTheRealServiceWorks(t *testing.T) {
	t.Parallel()
	modules := npmModules(t)
	w := setup(t, Options{Step: 30 * time.Millisecond})
	var r Release
	for _, c := range w.Catalog() {
		if strings.HasPrefix(c.Name, "Big.Buck.Bunny") && strings.HasSuffix(c.Name, "-MILL") {
			r = c
		}
	}
	torrent, err := w.Torrent(r.Hash)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "a.torrent")
	if err := os.WriteFile(file, torrent, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "-e", npmScript, w.Endpoints.RealDebrid.URL, w.Endpoints.RealDebrid.Key, r.Magnet, file)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	out, err := cmd.Output()
	if err != nil {
		var stderr []byte
		if e, ok := err.(*exec.ExitError); ok {
			stderr = e.Stderr
		}
		t.Fatalf("%v: %s", err, stderr)
	}
	var got struct {
		User, Status, Traffic, File string
		Links, Range, Downloads     int
		Filesize, Bytes             int64
		Listed                      bool
		Gone, Wrong                 json.Number
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for what, ok := range map[string]bool{
		"the account is premium": got.User == "premium", "the torrent is downloaded": got.Status == "downloaded",
		"one file gives one link": got.Links == 1, "sizes agree": got.Filesize == got.Bytes && got.Bytes > 1<<20,
		"ranges are served": got.Range == 206, "the torrent is listed": got.Listed, "traffic is told": got.Traffic == "object",
		"downloads are listed": got.Downloads >= 1, "a .torrent is taken": got.File == "string",
		"a deleted torrent is error 7": got.Gone == "7", "a wrong token is error 8": got.Wrong == "8",
	} {
		if !ok {
			t.Errorf("not so: %s (%s)", what, out)
		}
	}
}
