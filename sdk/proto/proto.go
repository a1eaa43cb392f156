// Package proto holds the plugin contract as .proto files; what is generated from them lies beside each. A message that
// was released only grows. Generating needs buf, protoc-gen-go and protoc-gen-go-grpc on the PATH.
package proto

//go:generate buf lint
//go:generate buf generate
