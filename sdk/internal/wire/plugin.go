package wire

import (
	"encoding/json"

	"github.com/millrace-media/millrace/sdk"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// PackDescription turns a description into its message.
func PackDescription(d sdk.Description) *pb.DescribeResponse {
	return &pb.DescribeResponse{
		Name: text(d.Name), Version: text(d.Version), Sdk: text(d.SDK), Protocol: int64(d.Protocol),
		Capabilities: each(d.Capabilities, func(c sdk.CapabilityDescription) *pb.Capability {
			return &pb.Capability{
				Capability: text(c.Capability), Attributes: each(c.Schema.Attributes, packAttribute), Flags: texts(c.Flags), Limits: PackLimits(c.Limits),
			}
		}),
	}
}

// UnpackDescription is the inverse of PackDescription.
func UnpackDescription(m *pb.DescribeResponse) sdk.Description {
	return sdk.Description{
		Name: m.GetName(), Version: m.GetVersion(), SDK: m.GetSdk(), Protocol: int(m.GetProtocol()),
		Capabilities: each(m.GetCapabilities(), func(c *pb.Capability) sdk.CapabilityDescription {
			return sdk.CapabilityDescription{
				Capability: c.GetCapability(), Schema: sdk.Schema{Attributes: each(c.GetAttributes(), unpackAttribute)},
				Flags: c.GetFlags(), Limits: UnpackLimits(c.GetLimits()),
			}
		}),
	}
}

func packAttribute(a sdk.Attribute) *pb.Attribute {
	return &pb.Attribute{
		Name: text(a.Name), Type: text(string(a.Type)), Required: a.Required, Default: a.Default, Secret: a.Secret, Doc: text(a.Doc),
		Choices: texts(a.Choices), Min: a.Min, Max: a.Max, Deprecated: text(a.Deprecated),
	}
}

// unpackAttribute leaves out a default that is no JSON: the host decodes it and shows it to people.
func unpackAttribute(m *pb.Attribute) sdk.Attribute {
	a := sdk.Attribute{
		Name: m.GetName(), Type: sdk.Type(m.GetType()), Required: m.GetRequired(), Secret: m.GetSecret(), Doc: m.GetDoc(),
		Choices: m.GetChoices(), Min: m.Min, Max: m.Max, Deprecated: m.GetDeprecated(),
	}
	if json.Valid(m.GetDefault()) {
		a.Default = m.GetDefault()
	}
	return a
}

// PackLimits turns limits into their message; none are nil.
func PackLimits(l sdk.Limits) *pb.Limits {
	if l == (sdk.Limits{}) {
		return nil
	}
	return &pb.Limits{Rate: l.Rate, Burst: int64(l.Burst), Concurrency: int64(l.Concurrency)}
}

// UnpackLimits is the inverse of PackLimits.
func UnpackLimits(m *pb.Limits) sdk.Limits {
	return sdk.Limits{Rate: m.GetRate(), Burst: int(m.GetBurst()), Concurrency: int(m.GetConcurrency())}
}

// PackTrust turns a level of trust into its number.
func PackTrust(t sdk.Trust) pb.Trust { return trusts.pack(t) }

// UnpackTrust is the inverse of PackTrust. What is unknown is the level that may do less.
func UnpackTrust(t pb.Trust) sdk.Trust {
	if t == pb.Trust_TRUST_OPERATOR {
		return sdk.TrustOperator
	}
	return sdk.TrustUser
}

// PackDiagnostics turns complaints into their messages.
func PackDiagnostics(list []sdk.Diagnostic) []*pb.Diagnostic {
	return each(list, func(d sdk.Diagnostic) *pb.Diagnostic {
		return &pb.Diagnostic{Attribute: text(d.Attribute), Summary: text(d.Summary), Detail: text(d.Detail), Warning: d.Warning}
	})
}

// UnpackDiagnostics is the inverse of PackDiagnostics.
func UnpackDiagnostics(list []*pb.Diagnostic) []sdk.Diagnostic {
	return each(list, func(m *pb.Diagnostic) sdk.Diagnostic {
		return sdk.Diagnostic{Attribute: m.GetAttribute(), Summary: m.GetSummary(), Detail: m.GetDetail(), Warning: m.GetWarning()}
	})
}

// PackHealth turns what an upstream says into its message.
func PackHealth(h sdk.Health) *pb.Health {
	return &pb.Health{
		Message: text(h.Message), Version: text(h.Version), User: text(h.User), Plan: text(h.Plan), Expires: Stamp(h.Expires),
		Slots: int64(h.Slots), Used: int64(h.Used), Quota: h.Quota, Warnings: texts(h.Warnings),
	}
}

// UnpackHealth is the inverse of PackHealth.
func UnpackHealth(m *pb.Health) sdk.Health {
	return sdk.Health{
		Message: m.GetMessage(), Version: m.GetVersion(), User: m.GetUser(), Plan: m.GetPlan(), Expires: Moment(m.GetExpires()),
		Slots: int(m.GetSlots()), Used: int(m.GetUsed()), Quota: m.GetQuota(), Warnings: m.GetWarnings(),
	}
}

// PackHook turns an HTTP request into the message to an instance.
func PackHook(instance string, r sdk.HookRequest) *pb.HookRequest {
	return &pb.HookRequest{
		Instance: text(instance), Method: text(r.Method), Path: text(r.Path), Query: text(r.Query), Header: packHeader(r.Header), Body: r.Body,
	}
}

// UnpackHook is the inverse of PackHook.
func UnpackHook(m *pb.HookRequest) sdk.HookRequest {
	return sdk.HookRequest{
		Method: m.GetMethod(), Path: m.GetPath(), Query: m.GetQuery(), Header: unpackHeader(m.GetHeader()), Body: m.GetBody(),
	}
}

// PackHookResponse turns an HTTP answer into its message.
func PackHookResponse(r sdk.HookResponse) *pb.HookResponse {
	return &pb.HookResponse{
		Status: int64(r.Status), Header: packHeader(r.Header), Body: r.Body, Requests: PackRequests(r.Requests), Refresh: r.Refresh,
	}
}

// UnpackHookResponse is the inverse of PackHookResponse.
func UnpackHookResponse(m *pb.HookResponse) sdk.HookResponse {
	return sdk.HookResponse{
		Status: int(m.GetStatus()), Header: unpackHeader(m.GetHeader()), Body: m.GetBody(), Requests: UnpackRequests(m.GetRequests()), Refresh: m.GetRefresh(),
	}
}
