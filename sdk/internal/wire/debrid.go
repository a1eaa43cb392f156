package wire

import (
	"github.com/millrace-media/millrace/sdk"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// PackAdd turns a request for a release into the message to an instance.
func PackAdd(instance string, r sdk.AddRequest) *pb.AddRequest {
	return &pb.AddRequest{
		Instance: text(instance), Hash: text(r.Hash), Name: text(r.Name), Magnet: text(r.Magnet), Torrent: r.Torrent,
		WebSeeds: texts(r.WebSeeds), Private: r.Private, Ip: text(r.IP),
	}
}

// UnpackAdd is the inverse of PackAdd.
func UnpackAdd(m *pb.AddRequest) sdk.AddRequest {
	return sdk.AddRequest{
		Hash: m.GetHash(), Name: m.GetName(), Magnet: m.GetMagnet(), Torrent: m.GetTorrent(),
		WebSeeds: m.GetWebSeeds(), Private: m.GetPrivate(), IP: m.GetIp(),
	}
}

// PackPlacement turns a placement into its message.
func PackPlacement(p sdk.Placement) *pb.Placement {
	return &pb.Placement{
		Id: text(p.ID), Hash: text(p.Hash), Name: text(p.Name), State: placementStates.pack(p.State), Progress: p.Progress,
		Files: each(p.Files, packFile), Added: p.Added, Retry: Span(p.Retry), Message: text(p.Message),
	}
}

// UnpackPlacement is the inverse of PackPlacement.
func UnpackPlacement(m *pb.Placement) sdk.Placement {
	return sdk.Placement{
		ID: m.GetId(), Hash: m.GetHash(), Name: m.GetName(), State: placementStates.unpack(m.GetState()), Progress: m.GetProgress(),
		Files: each(m.GetFiles(), unpackFile), Added: m.GetAdded(), Retry: Length(m.GetRetry()), Message: m.GetMessage(),
	}
}

// PackPlacements turns placements into their messages.
func PackPlacements(list []sdk.Placement) []*pb.Placement { return each(list, PackPlacement) }

// UnpackPlacements is the inverse of PackPlacements.
func UnpackPlacements(list []*pb.Placement) []sdk.Placement { return each(list, UnpackPlacement) }

// PackLinkRequest turns a request for a link into the message to an instance.
func PackLinkRequest(instance string, r sdk.LinkRequest) *pb.LinkRequest {
	return &pb.LinkRequest{
		Instance: text(instance), Placement: text(r.Placement), Hash: text(r.Hash), File: packFile(r.File), Ip: text(r.IP), Renew: r.Renew,
	}
}

// UnpackLinkRequest is the inverse of PackLinkRequest.
func UnpackLinkRequest(m *pb.LinkRequest) sdk.LinkRequest {
	return sdk.LinkRequest{
		Placement: m.GetPlacement(), Hash: m.GetHash(), File: unpackFile(m.GetFile()), IP: m.GetIp(), Renew: m.GetRenew(),
	}
}

// PackLink turns a link into its message.
func PackLink(l sdk.Link) *pb.LinkResponse {
	return &pb.LinkResponse{
		Url: text(l.URL), Header: packHeader(l.Header), Expires: Stamp(l.Expires), Size: l.Size, Etag: text(l.ETag),
		NoRange: l.NoRange, IpBound: l.IPBound, MaxConns: int64(l.MaxConns), Local: l.Local,
	}
}

// UnpackLink is the inverse of PackLink.
func UnpackLink(m *pb.LinkResponse) sdk.Link {
	return sdk.Link{
		URL: m.GetUrl(), Header: unpackHeader(m.GetHeader()), Expires: Moment(m.GetExpires()), Size: m.GetSize(), ETag: m.GetEtag(),
		NoRange: m.GetNoRange(), IPBound: m.GetIpBound(), MaxConns: int(m.GetMaxConns()), Local: m.GetLocal(),
	}
}

// PackAvailable turns answers into their messages.
func PackAvailable(list []sdk.Available) []*pb.Available {
	return each(list, func(a sdk.Available) *pb.Available {
		return &pb.Available{Hash: text(a.Hash), State: cacheds.pack(a.State), Files: each(a.Files, packFile), Ttl: Span(a.TTL)}
	})
}

// UnpackAvailable is the inverse of PackAvailable.
func UnpackAvailable(list []*pb.Available) []sdk.Available {
	return each(list, func(m *pb.Available) sdk.Available {
		return sdk.Available{
			Hash: m.GetHash(), State: cacheds.unpack(m.GetState()), Files: each(m.GetFiles(), unpackFile), TTL: Length(m.GetTtl()),
		}
	})
}
