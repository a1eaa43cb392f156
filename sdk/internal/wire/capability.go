package wire

import (
	"github.com/millrace-media/millrace/sdk"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// PackRequests turns wishes into their messages.
func PackRequests(list []sdk.Request) []*pb.Wish {
	return each(list, func(r sdk.Request) *pb.Wish {
		return &pb.Wish{
			Ids: packIDs(r.IDs), Ref: text(r.Ref), Kind: titleKinds.pack(r.Kind), Name: text(r.Name), Year: int64(r.Year),
			Seasons: wide(r.Seasons), Person: text(r.Person), Profile: text(r.Profile), Magnet: text(r.Magnet),
		}
	})
}

// UnpackRequests is the inverse of PackRequests.
func UnpackRequests(list []*pb.Wish) []sdk.Request {
	return each(list, func(m *pb.Wish) sdk.Request {
		return sdk.Request{
			IDs: unpackIDs(m.GetIds()), Ref: m.GetRef(), Kind: titleKinds.unpack(m.GetKind()), Name: m.GetName(), Year: int(m.GetYear()),
			Seasons: narrow(m.GetSeasons()), Person: m.GetPerson(), Profile: m.GetProfile(), Magnet: m.GetMagnet(),
		}
	})
}

// PackAcknowledgement turns news of a wish into the message to an instance.
func PackAcknowledgement(instance string, a sdk.Acknowledgement) *pb.AcknowledgeRequest {
	return &pb.AcknowledgeRequest{
		Instance: text(instance), Ids: packIDs(a.IDs), Ref: text(a.Ref), Kind: titleKinds.pack(a.Kind),
		State: progresses.pack(a.State), Seasons: wide(a.Seasons), Message: text(a.Message),
	}
}

// UnpackAcknowledgement is the inverse of PackAcknowledgement.
func UnpackAcknowledgement(m *pb.AcknowledgeRequest) sdk.Acknowledgement {
	return sdk.Acknowledgement{
		IDs: unpackIDs(m.GetIds()), Ref: m.GetRef(), Kind: titleKinds.unpack(m.GetKind()),
		State: progresses.unpack(m.GetState()), Seasons: narrow(m.GetSeasons()), Message: m.GetMessage(),
	}
}

// PackAnalyze turns a request to look into a file into the message to an instance.
func PackAnalyze(instance string, r sdk.AnalyzeRequest) *pb.AnalyzeRequest {
	return &pb.AnalyzeRequest{Instance: text(instance), Url: text(r.URL), Header: packHeader(r.Header), Name: text(r.Name), Size: r.Size}
}

// UnpackAnalyze is the inverse of PackAnalyze.
func UnpackAnalyze(m *pb.AnalyzeRequest) sdk.AnalyzeRequest {
	return sdk.AnalyzeRequest{URL: m.GetUrl(), Header: unpackHeader(m.GetHeader()), Name: m.GetName(), Size: m.GetSize()}
}

// PackMedia turns what a file holds into its message.
func PackMedia(v sdk.Media) *pb.AnalyzeResponse {
	return &pb.AnalyzeResponse{
		Container: text(v.Container), Duration: Span(v.Duration), Bitrate: v.Bitrate, Tracks: each(v.Tracks, packTrack),
		Chapters: each(v.Chapters, func(c sdk.Chapter) *pb.Chapter { return &pb.Chapter{Start: Span(c.Start), Name: text(c.Name)} }),
	}
}

// UnpackMedia is the inverse of PackMedia.
func UnpackMedia(m *pb.AnalyzeResponse) sdk.Media {
	return sdk.Media{
		Container: m.GetContainer(), Duration: Length(m.GetDuration()), Bitrate: m.GetBitrate(), Tracks: each(m.GetTracks(), unpackTrack),
		Chapters: each(m.GetChapters(), func(c *pb.Chapter) sdk.Chapter {
			return sdk.Chapter{Start: Length(c.GetStart()), Name: c.GetName()}
		}),
	}
}

func packTrack(t sdk.Track) *pb.Track {
	return &pb.Track{
		Kind: text(t.Kind), Codec: text(t.Codec), Language: text(t.Language), Title: text(t.Title), Width: int64(t.Width),
		Height: int64(t.Height), Channels: int64(t.Channels), Hdr: text(t.HDR), Default: t.Default, Forced: t.Forced,
	}
}

func unpackTrack(m *pb.Track) sdk.Track {
	return sdk.Track{
		Kind: m.GetKind(), Codec: m.GetCodec(), Language: m.GetLanguage(), Title: m.GetTitle(), Width: int(m.GetWidth()),
		Height: int(m.GetHeight()), Channels: int(m.GetChannels()), HDR: m.GetHdr(), Default: m.GetDefault(), Forced: m.GetForced(),
	}
}

// PackSubtitleQuery turns a query into the request of an instance.
func PackSubtitleQuery(instance string, q sdk.SubtitleQuery) *pb.FindRequest {
	return &pb.FindRequest{
		Instance: text(instance), Ids: packIDs(q.IDs), Kind: titleKinds.pack(q.Kind), Name: text(q.Name), Season: int64(q.Season),
		Episode: int64(q.Episode), File: text(q.File), Size: q.Size, Hash: text(q.Hash), Languages: texts(q.Languages),
	}
}

// UnpackSubtitleQuery is the inverse of PackSubtitleQuery.
func UnpackSubtitleQuery(m *pb.FindRequest) sdk.SubtitleQuery {
	return sdk.SubtitleQuery{
		IDs: unpackIDs(m.GetIds()), Kind: titleKinds.unpack(m.GetKind()), Name: m.GetName(), Season: int(m.GetSeason()),
		Episode: int(m.GetEpisode()), File: m.GetFile(), Size: m.GetSize(), Hash: m.GetHash(), Languages: m.GetLanguages(),
	}
}

// PackSubtitles turns subtitles into their messages.
func PackSubtitles(list []sdk.Subtitle) []*pb.Subtitle {
	return each(list, func(s sdk.Subtitle) *pb.Subtitle {
		return &pb.Subtitle{
			Id: text(s.ID), Language: text(s.Language), Name: text(s.Name), Format: text(s.Format),
			Hearing: s.Hearing, Forced: s.Forced, Score: s.Score,
		}
	})
}

// UnpackSubtitles is the inverse of PackSubtitles.
func UnpackSubtitles(list []*pb.Subtitle) []sdk.Subtitle {
	return each(list, func(m *pb.Subtitle) sdk.Subtitle {
		return sdk.Subtitle{
			ID: m.GetId(), Language: m.GetLanguage(), Name: m.GetName(), Format: m.GetFormat(),
			Hearing: m.GetHearing(), Forced: m.GetForced(), Score: m.GetScore(),
		}
	})
}

// PackSubtitleFile turns a subtitle's text into its message.
func PackSubtitleFile(f sdk.SubtitleFile) *pb.FetchResponse {
	return &pb.FetchResponse{Name: text(f.Name), Data: f.Data}
}

// UnpackSubtitleFile is the inverse of PackSubtitleFile.
func UnpackSubtitleFile(m *pb.FetchResponse) sdk.SubtitleFile {
	return sdk.SubtitleFile{Name: m.GetName(), Data: m.GetData()}
}

// PackChanges turns changes into their messages.
func PackChanges(list []sdk.Change) []*pb.Change {
	return each(list, func(c sdk.Change) *pb.Change {
		return &pb.Change{Path: text(c.Path), Kind: changeKinds.pack(c.Kind), Library: text(c.Library), Title: titleKinds.pack(c.Title)}
	})
}

// UnpackChanges is the inverse of PackChanges.
func UnpackChanges(list []*pb.Change) []sdk.Change {
	return each(list, func(m *pb.Change) sdk.Change {
		return sdk.Change{Path: m.GetPath(), Kind: changeKinds.unpack(m.GetKind()), Library: m.GetLibrary(), Title: titleKinds.unpack(m.GetTitle())}
	})
}

// PackNotification turns news into the message to an instance.
func PackNotification(instance string, n sdk.Notification) *pb.NotifyRequest {
	return &pb.NotifyRequest{
		Instance: text(instance), Event: text(n.Event), Title: text(n.Title), Text: text(n.Text), Url: text(n.URL),
		Image: text(n.Image), Time: Stamp(n.Time),
	}
}

// UnpackNotification is the inverse of PackNotification.
func UnpackNotification(m *pb.NotifyRequest) sdk.Notification {
	return sdk.Notification{
		Event: m.GetEvent(), Title: m.GetTitle(), Text: m.GetText(), URL: m.GetUrl(), Image: m.GetImage(), Time: Moment(m.GetTime()),
	}
}
