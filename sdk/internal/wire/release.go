package wire

import (
	"github.com/millrace-media/millrace/sdk"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// PackQuery turns a query into the request of an instance.
func PackQuery(instance string, q sdk.Query) *pb.ScrapeRequest {
	return &pb.ScrapeRequest{
		Instance: text(instance), Ids: packIDs(q.IDs), Kind: titleKinds.pack(q.Kind), Scope: scopes.pack(q.Scope),
		Names: texts(q.Names), Year: int64(q.Year), Season: int64(q.Season), Episode: int64(q.Episode),
		Absolute: int64(q.Absolute), AirDate: Stamp(q.AirDate), Anime: q.Anime, Limit: int64(q.Limit),
	}
}

// UnpackQuery is the inverse of PackQuery.
func UnpackQuery(m *pb.ScrapeRequest) sdk.Query {
	return sdk.Query{
		IDs: unpackIDs(m.GetIds()), Kind: titleKinds.unpack(m.GetKind()), Scope: scopes.unpack(m.GetScope()),
		Names: m.GetNames(), Year: int(m.GetYear()), Season: int(m.GetSeason()), Episode: int(m.GetEpisode()),
		Absolute: int(m.GetAbsolute()), AirDate: Moment(m.GetAirDate()), Anime: m.GetAnime(), Limit: int(m.GetLimit()),
	}
}

// PackReleases turns releases into their messages.
func PackReleases(list []sdk.Release) []*pb.Release { return each(list, packRelease) }

// UnpackReleases is the inverse of PackReleases.
func UnpackReleases(list []*pb.Release) []sdk.Release { return each(list, unpackRelease) }

func packRelease(r sdk.Release) *pb.Release {
	return &pb.Release{
		Name: text(r.Name), Hash: text(r.Hash), Size: r.Size, Seeders: int64(r.Seeders), Leechers: int64(r.Leechers),
		Tracker: text(r.Tracker), Magnet: text(r.Magnet), Torrent: text(r.Torrent), Page: text(r.Page), Private: r.Private,
		Published: Stamp(r.Published), Languages: texts(r.Languages), Ids: packIDs(r.IDs), Files: each(r.Files, packFile),
		WebSeeds: texts(r.WebSeeds),
	}
}

func unpackRelease(m *pb.Release) sdk.Release {
	return sdk.Release{
		Name: m.GetName(), Hash: m.GetHash(), Size: m.GetSize(), Seeders: int(m.GetSeeders()), Leechers: int(m.GetLeechers()),
		Tracker: m.GetTracker(), Magnet: m.GetMagnet(), Torrent: m.GetTorrent(), Page: m.GetPage(), Private: m.GetPrivate(),
		Published: Moment(m.GetPublished()), Languages: m.GetLanguages(), IDs: unpackIDs(m.GetIds()), Files: each(m.GetFiles(), unpackFile),
		WebSeeds: m.GetWebSeeds(),
	}
}

func packFile(f sdk.File) *pb.File {
	return &pb.File{Index: int64(f.Index), Path: text(f.Path), Size: f.Size, Id: text(f.ID), Ready: f.Ready}
}

func unpackFile(m *pb.File) sdk.File {
	return sdk.File{Index: int(m.GetIndex()), Path: m.GetPath(), Size: m.GetSize(), ID: m.GetId(), Ready: m.GetReady()}
}

// PackTorrent turns a torrent into its message.
func PackTorrent(t sdk.Torrent) *pb.TorrentResponse {
	return &pb.TorrentResponse{Metainfo: t.Metainfo, Magnet: text(t.Magnet)}
}

// UnpackTorrent is the inverse of PackTorrent.
func UnpackTorrent(m *pb.TorrentResponse) sdk.Torrent {
	return sdk.Torrent{Metainfo: m.GetMetainfo(), Magnet: m.GetMagnet()}
}
