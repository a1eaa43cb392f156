package realdebrid

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// claimLife is how long a daemon that has begun to add a release keeps others from adding it too. It covers one call.
const claimLife = time.Minute

// known is what State keeps of a hash: the torrent's id, or since when a daemon has been adding it.
type known struct {
	ID    string    `json:"id,omitempty"`
	Since time.Time `json:"since,omitzero"`
}

// Add looks for the release in the account first. One at a time for each hash, also among daemons, so that it is never
// there twice.
func (r *RealDebrid) Add(ctx context.Context, q sdk.AddRequest) (sdk.Placement, error) {
	release, err := r.adding.acquire(ctx, q.Hash)
	if err != nil {
		return sdk.Placement{}, err
	}
	defer release()
	k, version, err := r.recall(ctx, q.Hash)
	if err != nil {
		return sdk.Placement{}, err
	}
	t, held, err := r.held(ctx, q.Hash, k.ID)
	switch {
	case err != nil:
		return sdk.Placement{}, fmt.Errorf("look for %s in the account: %w", q.Hash, err)
	case held:
		r.remember(ctx, q.Hash, string(t.ID), k, version)
		return r.settle(ctx, t, false)
	case k.ID == "" && r.now().Sub(k.Since) < claimLife:
		return elsewhere(q), nil
	}
	return r.add(ctx, q, version)
}

// add puts the release into the account. The claim is kept when the outcome is unknown: by the time that it ends, the
// account's list tells.
func (r *RealDebrid) add(ctx context.Context, q sdk.AddRequest, version int64) (sdk.Placement, error) {
	claim, err := json.Marshal(known{Since: r.now()})
	if err != nil {
		return sdk.Placement{}, err
	}
	mine, err := r.state.Store(ctx, q.Hash, claim, version)
	if err != nil {
		return sdk.Placement{}, fmt.Errorf("claim %s: %w", q.Hash, err)
	}
	if !mine {
		return elsewhere(q), nil
	}
	id, err := r.client.add(ctx, q)
	if codeOf(err) == codeActive {
		return r.active(ctx, q)
	}
	if err != nil {
		r.account.forget()
		if refused(err) {
			r.disclaim(ctx, q.Hash)
		}
		return sdk.Placement{}, fmt.Errorf("add %s: %w", q.Hash, err)
	}
	k, version, err := r.recall(ctx, q.Hash)
	if err == nil {
		r.remember(ctx, q.Hash, id, k, version)
	}
	t, err := r.client.info(ctx, id)
	if err != nil {
		return sdk.Placement{}, fmt.Errorf("read the torrent just added: %w", err)
	}
	r.account.note(t)
	return r.settle(ctx, t, true)
}

// active finds the torrent that the service says it has already.
func (r *RealDebrid) active(ctx context.Context, q sdk.AddRequest) (sdk.Placement, error) {
	r.disclaim(ctx, q.Hash)
	r.account.forget()
	t, held, err := r.held(ctx, q.Hash, "")
	if err != nil {
		return sdk.Placement{}, err
	}
	if !held {
		return elsewhere(q), nil
	}
	return r.settle(ctx, t, false)
}

// elsewhere is the answer while another daemon adds the release.
func elsewhere(q sdk.AddRequest) sdk.Placement {
	return sdk.Placement{Hash: q.Hash, Name: q.Name, State: sdk.PlacementQueued, Retry: 5 * time.Second, Message: "it is being added"}
}

// held finds the account's torrent of a hash: by the id that is remembered, which costs one call, or in the list.
func (r *RealDebrid) held(ctx context.Context, hash, id string) (torrent, bool, error) {
	if id != "" {
		t, err := r.client.info(ctx, id)
		if err == nil || sdk.KindOf(err) != sdk.NotFound {
			return t, err == nil, err
		}
		r.account.forget()
	}
	for range 2 { // what the list had may have been removed since it was read
		t, ok, err := r.account.find(ctx, hash)
		if err != nil || !ok {
			return torrent{}, false, err
		}
		t, err = r.client.info(ctx, string(t.ID))
		if sdk.KindOf(err) != sdk.NotFound {
			return t, err == nil, err
		}
		r.account.forget()
	}
	return torrent{}, false, nil
}

// settle selects files where the service waits for that, and waits a moment for a torrent that may be ready at once. What the
// service holds already is downloaded as soon as its files are selected, so that the first look after that does not wait.
func (r *RealDebrid) settle(ctx context.Context, t torrent, added bool) (sdk.Placement, error) {
	end := r.now().Add(r.patience)
	if deadline, ok := ctx.Deadline(); ok && deadline.Add(-2*r.pace).Before(end) {
		end = deadline.Add(-2 * r.pace)
	}
	for looked := false; ; {
		wait := true
		if string(t.Status) == statusSelection {
			ids := t.playable()
			if len(ids) == 0 {
				p := t.placement()
				p.State, p.Retry, p.Added, p.Message = sdk.PlacementFailed, 0, added, "there is no video in it"
				return p, nil
			}
			if err := r.client.choose(ctx, string(t.ID), ids); err != nil {
				return sdk.Placement{}, fmt.Errorf("select the files of %s: %w", t.Hash, err)
			}
			wait, looked = looked, true
		}
		p := t.placement()
		p.Added = added
		if !t.soon(added) || !r.now().Before(end) || wait && !pause(ctx, r.pace) {
			return p, nil
		}
		next, err := r.client.info(ctx, string(t.ID))
		if err != nil {
			return sdk.Placement{}, fmt.Errorf("look at %s: %w", t.Hash, err)
		}
		t = next
	}
}

// soon reports whether another look in a moment may find more: a torrent that the service holds already is ready
// seconds after it was added.
func (t torrent) soon(added bool) bool {
	switch state, _ := t.state(); state {
	case sdk.PlacementQueued:
		return added || string(t.Status) != statusQueued
	case sdk.PlacementDownloading:
		return added
	}
	return false
}

// pause waits, and reports false where ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Link asks the service for a fresh URL each time: that is also how one is renewed. One that was asked for on behalf of an
// address is for that address.
func (r *RealDebrid) Link(ctx context.Context, q sdk.LinkRequest) (sdk.Link, error) {
	t, err := r.client.info(ctx, q.Placement)
	if err != nil {
		return sdk.Link{}, fmt.Errorf("look at placement %s: %w", q.Placement, err)
	}
	hoster, err := t.linkOf(q.File)
	if err != nil {
		return sdk.Link{}, err
	}
	d, err := r.client.unrestrict(ctx, hoster, q.IP)
	switch {
	case err != nil:
		return sdk.Link{}, fmt.Errorf("get a link to %s: %w", q.File.Path, err)
	case d.Download == "": // an empty answer is no proof that the file is dead
		return sdk.Link{}, &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachLink, Message: "Real-Debrid gave an empty link"}
	case isArchive(string(d.Filename)) && !isArchive(q.File.Path):
		return sdk.Link{}, &sdk.Error{Kind: sdk.Gone, Scope: sdk.ReachItem, Message: packedMessage}
	}
	return sdk.Link{URL: string(d.Download), Size: int64(d.Filesize), MaxConns: int(d.Chunks), IPBound: q.IP != ""}, nil
}

// linkOf finds a file's hoster link, or tells why there is none.
func (t torrent) linkOf(f sdk.File) (string, error) {
	state, message := t.state()
	switch {
	case state == sdk.PlacementFailed:
		return "", &sdk.Error{Kind: sdk.Gone, Scope: sdk.ReachItem, Message: message}
	case state != sdk.PlacementReady:
		return "", &sdk.Error{Kind: sdk.Pending, Scope: sdk.ReachItem, RetryAfter: t.retry(state), Message: "Real-Debrid is still downloading it"}
	case t.packed():
		return "", &sdk.Error{Kind: sdk.Gone, Scope: sdk.ReachItem, Message: packedMessage}
	}
	link, ok := t.link(f)
	if !ok {
		return "", sdk.Errorf(sdk.NotFound, "%s is not among the selected files", f.Path)
	}
	return link, nil
}

// Remove takes a torrent out of the account.
func (r *RealDebrid) Remove(ctx context.Context, placement string) error {
	r.account.forget()
	if err := r.client.remove(ctx, placement); err != nil {
		return fmt.Errorf("remove placement %s: %w", placement, err)
	}
	return nil
}

// Library yields the account's torrents, page by page, without their files, which the list does not tell.
func (r *RealDebrid) Library(ctx context.Context, yield func(...sdk.Placement) error) error {
	return r.client.each(ctx, func(list []torrent) error {
		placements := make([]sdk.Placement, len(list))
		for i, t := range list {
			placements[i] = t.placement()
		}
		return yield(placements...)
	})
}

// refused reports whether the service surely did not take a release: it said so, rather than not answering.
func refused(err error) bool {
	switch sdk.KindOf(err) {
	case sdk.Unavailable, sdk.Other:
		return false
	}
	return true
}

func (r *RealDebrid) recall(ctx context.Context, hash string) (k known, version int64, err error) {
	value, version, err := r.state.Load(ctx, hash)
	if err != nil {
		return known{}, 0, fmt.Errorf("recall %s: %w", hash, err)
	}
	if err := json.Unmarshal(value, &k); err != nil {
		return known{}, version, nil // nothing there, or not ours: the account's list tells
	}
	return k, version, nil
}

// remember keeps a torrent's id. Failing to costs a look into the list later, and no more.
func (r *RealDebrid) remember(ctx context.Context, hash, id string, old known, version int64) {
	if old.ID == id {
		return
	}
	value, err := json.Marshal(known{ID: id})
	if err == nil {
		_, err = r.state.Store(ctx, hash, value, version)
	}
	if err != nil {
		r.log.Debug("The id of a torrent was not kept.", "hash", hash, "error", err)
	}
}

// disclaim lets others add the release at once.
func (r *RealDebrid) disclaim(ctx context.Context, hash string) {
	k, version, err := r.recall(ctx, hash)
	if err == nil && k.ID == "" {
		_, err = r.state.Store(ctx, hash, nil, version)
	}
	if err != nil {
		r.log.Debug("The claim on a release was not taken back; it ends by itself.", "hash", hash, "error", err)
	}
}
