package wire

import (
	"github.com/millrace-media/millrace/sdk"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

var (
	titleKinds = newEnum(map[sdk.TitleKind]pb.TitleKind{
		sdk.Movie: pb.TitleKind_TITLE_KIND_MOVIE,
		sdk.Show:  pb.TitleKind_TITLE_KIND_SHOW,
	})
	statuses = newEnum(map[sdk.Status]pb.Status{
		sdk.StatusUpcoming:   pb.Status_STATUS_UPCOMING,
		sdk.StatusContinuing: pb.Status_STATUS_CONTINUING,
		sdk.StatusEnded:      pb.Status_STATUS_ENDED,
	})
	scopes = newEnum(map[sdk.Scope]pb.Scope{
		sdk.ScopeTitle:   pb.Scope_SCOPE_TITLE,
		sdk.ScopeSeason:  pb.Scope_SCOPE_SEASON,
		sdk.ScopeEpisode: pb.Scope_SCOPE_EPISODE,
	})
	progresses = newEnum(map[sdk.Progress]pb.Progress{
		sdk.ProgressAccepted:  pb.Progress_PROGRESS_ACCEPTED,
		sdk.ProgressPartial:   pb.Progress_PROGRESS_PARTIAL,
		sdk.ProgressAvailable: pb.Progress_PROGRESS_AVAILABLE,
		sdk.ProgressFailed:    pb.Progress_PROGRESS_FAILED,
		sdk.ProgressRemoved:   pb.Progress_PROGRESS_REMOVED,
	})
	placementStates = newEnum(map[sdk.PlacementState]pb.PlacementState{
		sdk.PlacementQueued:      pb.PlacementState_PLACEMENT_STATE_QUEUED,
		sdk.PlacementDownloading: pb.PlacementState_PLACEMENT_STATE_DOWNLOADING,
		sdk.PlacementReady:       pb.PlacementState_PLACEMENT_STATE_READY,
		sdk.PlacementFailed:      pb.PlacementState_PLACEMENT_STATE_FAILED,
	})
	cacheds = newEnum(map[sdk.Cached]pb.Cached{
		sdk.CachedUnknown: pb.Cached_CACHED_UNKNOWN,
		sdk.CachedYes:     pb.Cached_CACHED_YES,
		sdk.CachedNo:      pb.Cached_CACHED_NO,
	})
	changeKinds = newEnum(map[sdk.ChangeKind]pb.ChangeKind{
		sdk.ChangeCreated:  pb.ChangeKind_CHANGE_KIND_CREATED,
		sdk.ChangeModified: pb.ChangeKind_CHANGE_KIND_MODIFIED,
		sdk.ChangeDeleted:  pb.ChangeKind_CHANGE_KIND_DELETED,
	})
	trusts = newEnum(map[sdk.Trust]pb.Trust{
		sdk.TrustOperator: pb.Trust_TRUST_OPERATOR,
		sdk.TrustUser:     pb.Trust_TRUST_USER,
	})
)
