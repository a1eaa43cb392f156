package db

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
)

// ContentID names a file by what it is and not by who serves it: the same for every provider and every daemon.
func ContentID(hash, path string, size int64) string {
	sum := sha256.Sum256([]byte(hash + "\x00" + path + "\x00" + strconv.FormatInt(size, 10)))
	return hex.EncodeToString(sum[:20])
}

// PutFile stores a file and the items that it holds, besides those which it is known to hold. One with the same content
// id is the same file. Content may be empty where Hash is set. It gives the file's id.
func (tx *Tx) PutFile(ctx context.Context, f File) (id int64, err error) {
	if f.Content == "" {
		f.Content = ContentID(f.Hash, f.Path, f.Size)
	}
	if f.Created.IsZero() {
		f.Created = tx.now
	}
	err = tx.c.row(ctx, `INSERT INTO file (content, release, path, size, media, created, part) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (content) DO UPDATE SET release = excluded.release, part = excluded.part RETURNING id`,
		f.Content, f.Release, f.Path, f.Size, string(f.Media), micros(f.Created), f.Part).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("save file %s: %w", f.Path, err)
	}
	for _, item := range f.Items {
		_, err := tx.c.exec(ctx, "INSERT INTO file_item (file, item) VALUES (?, ?) ON CONFLICT DO NOTHING", id, item)
		if err != nil {
			return 0, fmt.Errorf("link file %d to item %d: %w", id, item, err)
		}
	}
	return id, nil
}

const fileQuery = `SELECT file.id, file.content, file.release, release.hash, file.path, file.size, file.media, file.created, file.part
	FROM file JOIN release ON release.id = file.release `

func scanFile(r row) (File, error) {
	var f File
	var hash []byte
	var media string
	var created int64
	err := r.Scan(&f.ID, &f.Content, &f.Release, &hash, &f.Path, &f.Size, &media, &created, &f.Part)
	f.Hash, f.Created = hex.EncodeToString(hash), fromMicros(created)
	if media != "" {
		f.Media = json.RawMessage(media)
	}
	return f, err
}

// File gives a file by its id, which is its inode number.
func (r Reader) File(ctx context.Context, id int64) (File, error) {
	f, err := scanFile(r.c.row(ctx, fileQuery+"WHERE file.id = ?", id))
	if err != nil {
		return f, fmt.Errorf("file %d: %w", id, found(err))
	}
	f.Items, err = collect(ctx, r.c, scanInt, "SELECT item FROM file_item WHERE file = ? ORDER BY item", id)
	return f, err
}

// FileByContent gives a file by its content id.
func (r Reader) FileByContent(ctx context.Context, content string) (File, error) {
	id, err := r.one(ctx, "SELECT id FROM file WHERE content = ?", content)
	if err != nil {
		return File{}, fmt.Errorf("file %s: %w", content, err)
	}
	return r.File(ctx, id)
}

// FilesOf gives the files of an item, or of all episodes of a show or a season. The parts of a film are in their order.
func (r Reader) FilesOf(ctx context.Context, item int64) ([]File, error) {
	return r.files(ctx, `WHERE file.id IN (SELECT file FROM file_item JOIN item ON item.id = file_item.item
		WHERE item.id = ? OR item.parent = ? OR item.root = ?) ORDER BY file.part, file.id`, item, item, item)
}

// FilesOfRelease gives the files that are from a release.
func (r Reader) FilesOfRelease(ctx context.Context, release int64) ([]File, error) {
	return r.files(ctx, "WHERE file.release = ? ORDER BY file.id", release)
}

func (r Reader) files(ctx context.Context, where string, args ...any) ([]File, error) {
	list, err := collect(ctx, r.c, scanFile, fileQuery+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	for i := range list {
		list[i].Items, err = collect(ctx, r.c, scanInt, "SELECT item FROM file_item WHERE file = ? ORDER BY item", list[i].ID)
		if err != nil {
			return nil, fmt.Errorf("items of file %d: %w", list[i].ID, err)
		}
	}
	return list, nil
}

// SetMedia stores what analysis found in a file.
func (tx *Tx) SetMedia(ctx context.Context, file int64, media json.RawMessage) error {
	if _, err := tx.c.exec(ctx, "UPDATE file SET media = ? WHERE id = ?", string(media), file); err != nil {
		return fmt.Errorf("save media of file %d: %w", file, err)
	}
	return nil
}

// Unlink takes a file from an item. A file that holds nothing any more is removed with its paths, which is told by gone.
func (tx *Tx) Unlink(ctx context.Context, item, file int64) (gone bool, err error) {
	if _, err := tx.c.exec(ctx, "DELETE FROM file_item WHERE file = ? AND item = ?", file, item); err != nil {
		return false, fmt.Errorf("unlink file %d of item %d: %w", file, item, err)
	}
	n, err := tx.one(ctx, "SELECT count(*) FROM file_item WHERE file = ?", file)
	if err != nil || n > 0 {
		return false, err
	}
	return true, tx.RemoveFile(ctx, file)
}

// RemoveFile removes a file and its paths, and tells of them.
func (tx *Tx) RemoveFile(ctx context.Context, id int64) error {
	paths, err := tx.Paths(ctx, id)
	if err != nil {
		return err
	}
	for _, p := range paths {
		if err := tx.Unplace(ctx, p.Library, p.Path); err != nil {
			return err
		}
	}
	if _, err := tx.c.exec(ctx, "DELETE FROM file WHERE id = ?", id); err != nil {
		return fmt.Errorf("remove file %d: %w", id, err)
	}
	return nil
}
