// Package wire turns sdk's values into the messages of sdk/proto and back, errors included, and keeps the constants that
// plugin and host must agree on. Nothing that sdk can say is lost on the way; text that is not UTF-8 is made so, because
// one bad file name must not cost a whole answer.
package wire

// Protocol is the major of the contract, which is the key under which go-plugin negotiates and the number in the proto
// package's name.
const Protocol = 1

// The handshake: a plugin that does not find CookieKey with CookieValue in its environment was started by hand.
const (
	CookieKey   = "MILLRACE_PLUGIN"
	CookieValue = "b9d6f3f2c7a84e0d9c51"
)

// What a host tells a plugin's process through its environment. None of it is secret: secrets travel in Configure.
const (
	LifelineEnv = "MILLRACE_LIFELINE_FD" // number of a descriptor that ends when the host does
	LogLevelEnv = "MILLRACE_LOG_LEVEL"   // trace, debug, info, warn or error
)

// ReattachEnv tells a host which plugins run already, in a debugger: a JSON object of names and sockets. A plugin finds
// the host's services at its own socket's path with ServicesSuffix.
const (
	ReattachEnv    = "MILLRACE_REATTACH"
	ServicesSuffix = ".host"
)

// PluginSet is the name under which go-plugin dispenses the one set of services that there is.
const PluginSet = "millrace"

// Sizes of messages, in bytes.
const (
	MaxRequest  = 16 << 20 // what a plugin takes
	MaxResponse = 64 << 20 // what a host takes
	BatchLen    = 100      // values in one message of a stream
)
