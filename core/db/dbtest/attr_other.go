//go:build unix && !linux

package dbtest

import "syscall"

// childAttributes has the child run as somebody.
func childAttributes(who *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: who}
}
