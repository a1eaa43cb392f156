package dbtest

import "syscall"

// childAttributes has the child run as somebody, and end when we end, even by force.
func childAttributes(who *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: who, Pdeathsig: syscall.SIGQUIT}
}
