package fuse

import gofuse "github.com/hanwen/go-fuse/v2/fuse"

// Whatever would change something is refused. The mount is read-only, so the kernel asks none of this unless somebody
// remounts it.

func (b *bridge) SetAttr(<-chan struct{}, *gofuse.SetAttrIn, *gofuse.AttrOut) gofuse.Status {
	return readOnly
}

func (b *bridge) Mknod(<-chan struct{}, *gofuse.MknodIn, string, *gofuse.EntryOut) gofuse.Status {
	return readOnly
}

func (b *bridge) Mkdir(<-chan struct{}, *gofuse.MkdirIn, string, *gofuse.EntryOut) gofuse.Status {
	return readOnly
}

func (b *bridge) Unlink(<-chan struct{}, *gofuse.InHeader, string) gofuse.Status { return readOnly }

func (b *bridge) Rmdir(<-chan struct{}, *gofuse.InHeader, string) gofuse.Status { return readOnly }

func (b *bridge) Rename(<-chan struct{}, *gofuse.RenameIn, string, string) gofuse.Status {
	return readOnly
}

func (b *bridge) Link(<-chan struct{}, *gofuse.LinkIn, string, *gofuse.EntryOut) gofuse.Status {
	return readOnly
}

func (b *bridge) Symlink(<-chan struct{}, *gofuse.InHeader, string, string, *gofuse.EntryOut) gofuse.Status {
	return readOnly
}

func (b *bridge) Create(<-chan struct{}, *gofuse.CreateIn, string, *gofuse.CreateOut) gofuse.Status {
	return readOnly
}

func (b *bridge) Tmpfile(<-chan struct{}, *gofuse.CreateIn, *gofuse.CreateOut) gofuse.Status {
	return readOnly
}

func (b *bridge) Write(<-chan struct{}, *gofuse.WriteIn, []byte) (uint32, gofuse.Status) {
	return 0, readOnly
}

func (b *bridge) Writev(<-chan struct{}, *gofuse.WriteIn, [][]byte) (uint32, gofuse.Status) {
	return 0, readOnly
}

func (b *bridge) CopyFileRange(<-chan struct{}, *gofuse.CopyFileRangeIn) (uint32, gofuse.Status) {
	return 0, readOnly
}

func (b *bridge) Fallocate(<-chan struct{}, *gofuse.FallocateIn) gofuse.Status { return readOnly }

func (b *bridge) SetXAttr(<-chan struct{}, *gofuse.SetXAttrIn, string, []byte) gofuse.Status {
	return readOnly
}

func (b *bridge) RemoveXAttr(<-chan struct{}, *gofuse.InHeader, string) gofuse.Status {
	return readOnly
}
