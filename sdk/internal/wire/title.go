package wire

import (
	"github.com/millrace-media/millrace/sdk"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

func packIDs(d sdk.IDs) *pb.IDs {
	if d.IsZero() {
		return nil
	}
	return &pb.IDs{
		Imdb: text(d.IMDb), Tmdb: text(d.TMDB), Tvdb: text(d.TVDB), Trakt: text(d.Trakt),
		Kitsu: text(d.Kitsu), Anilist: text(d.AniList), Mal: text(d.MAL), Anidb: text(d.AniDB),
	}
}

func unpackIDs(m *pb.IDs) sdk.IDs {
	return sdk.IDs{
		IMDb: m.GetImdb(), TMDB: m.GetTmdb(), TVDB: m.GetTvdb(), Trakt: m.GetTrakt(),
		Kitsu: m.GetKitsu(), AniList: m.GetAnilist(), MAL: m.GetMal(), AniDB: m.GetAnidb(),
	}
}

// PackTitle turns a title into its message.
func PackTitle(t sdk.Title) *pb.Title {
	return &pb.Title{
		Ids: packIDs(t.IDs), Kind: titleKinds.pack(t.Kind), Name: text(t.Name), Original: text(t.Original),
		Aliases: each(t.Aliases, packAlias), Year: int64(t.Year), EndYear: int64(t.EndYear), Country: text(t.Country),
		Language: text(t.Language), Genres: texts(t.Genres), Runtime: Span(t.Runtime), Released: Stamp(t.Released),
		Status: statuses.pack(t.Status), Overview: text(t.Overview), Poster: text(t.Poster), Background: text(t.Background),
		Rating: t.Rating, Anime: t.Anime, Episodes: each(t.Episodes, packEpisode),
	}
}

// UnpackTitle is the inverse of PackTitle.
func UnpackTitle(m *pb.Title) sdk.Title {
	return sdk.Title{
		IDs: unpackIDs(m.GetIds()), Kind: titleKinds.unpack(m.GetKind()), Name: m.GetName(), Original: m.GetOriginal(),
		Aliases: each(m.GetAliases(), unpackAlias), Year: int(m.GetYear()), EndYear: int(m.GetEndYear()), Country: m.GetCountry(),
		Language: m.GetLanguage(), Genres: m.GetGenres(), Runtime: Length(m.GetRuntime()), Released: Moment(m.GetReleased()),
		Status: statuses.unpack(m.GetStatus()), Overview: m.GetOverview(), Poster: m.GetPoster(), Background: m.GetBackground(),
		Rating: m.GetRating(), Anime: m.GetAnime(), Episodes: each(m.GetEpisodes(), unpackEpisode),
	}
}

// PackTitles turns titles into their messages.
func PackTitles(list []sdk.Title) []*pb.Title { return each(list, PackTitle) }

// UnpackTitles is the inverse of PackTitles.
func UnpackTitles(list []*pb.Title) []sdk.Title { return each(list, UnpackTitle) }

func packAlias(a sdk.Alias) *pb.Alias {
	return &pb.Alias{Name: text(a.Name), Language: text(a.Language), Country: text(a.Country)}
}

func unpackAlias(m *pb.Alias) sdk.Alias {
	return sdk.Alias{Name: m.GetName(), Language: m.GetLanguage(), Country: m.GetCountry()}
}

func packEpisode(e sdk.Episode) *pb.Episode {
	return &pb.Episode{
		Ids: packIDs(e.IDs), Season: int64(e.Season), Number: int64(e.Number), Absolute: int64(e.Absolute), Name: text(e.Name),
		Overview: text(e.Overview), AirTime: Stamp(e.AirTime), Runtime: Span(e.Runtime), Still: text(e.Still),
	}
}

func unpackEpisode(m *pb.Episode) sdk.Episode {
	return sdk.Episode{
		IDs: unpackIDs(m.GetIds()), Season: int(m.GetSeason()), Number: int(m.GetNumber()), Absolute: int(m.GetAbsolute()),
		Name: m.GetName(), Overview: m.GetOverview(), AirTime: Moment(m.GetAirTime()), Runtime: Length(m.GetRuntime()), Still: m.GetStill(),
	}
}

// PackTitleQuery turns a query into the request of an instance.
func PackTitleQuery(instance string, q sdk.TitleQuery) *pb.TitleRequest {
	return &pb.TitleRequest{Instance: text(instance), Ids: packIDs(q.IDs), Kind: titleKinds.pack(q.Kind), Language: text(q.Language)}
}

// UnpackTitleQuery is the inverse of PackTitleQuery.
func UnpackTitleQuery(m *pb.TitleRequest) sdk.TitleQuery {
	return sdk.TitleQuery{IDs: unpackIDs(m.GetIds()), Kind: titleKinds.unpack(m.GetKind()), Language: m.GetLanguage()}
}

// PackSearchQuery turns a query into the request of an instance.
func PackSearchQuery(instance string, q sdk.SearchQuery) *pb.SearchRequest {
	return &pb.SearchRequest{
		Instance: text(instance), Text: text(q.Text), Kind: titleKinds.pack(q.Kind), Year: int64(q.Year), Limit: int64(q.Limit),
	}
}

// UnpackSearchQuery is the inverse of PackSearchQuery.
func UnpackSearchQuery(m *pb.SearchRequest) sdk.SearchQuery {
	return sdk.SearchQuery{Text: m.GetText(), Kind: titleKinds.unpack(m.GetKind()), Year: int(m.GetYear()), Limit: int(m.GetLimit())}
}

// PackCatalogs turns catalogs into their messages.
func PackCatalogs(list []sdk.Catalog) []*pb.CatalogInfo {
	return each(list, func(c sdk.Catalog) *pb.CatalogInfo {
		return &pb.CatalogInfo{Id: text(c.ID), Name: text(c.Name), Kind: titleKinds.pack(c.Kind), Genres: texts(c.Genres)}
	})
}

// UnpackCatalogs is the inverse of PackCatalogs.
func UnpackCatalogs(list []*pb.CatalogInfo) []sdk.Catalog {
	return each(list, func(m *pb.CatalogInfo) sdk.Catalog {
		return sdk.Catalog{ID: m.GetId(), Name: m.GetName(), Kind: titleKinds.unpack(m.GetKind()), Genres: m.GetGenres()}
	})
}

// PackCatalogQuery turns a query into the request of an instance.
func PackCatalogQuery(instance string, q sdk.CatalogQuery) *pb.CatalogRequest {
	return &pb.CatalogRequest{
		Instance: text(instance), Id: text(q.ID), Kind: titleKinds.pack(q.Kind), Genre: text(q.Genre),
		Skip: int64(q.Skip), Limit: int64(q.Limit),
	}
}

// UnpackCatalogQuery is the inverse of PackCatalogQuery.
func UnpackCatalogQuery(m *pb.CatalogRequest) sdk.CatalogQuery {
	return sdk.CatalogQuery{
		ID: m.GetId(), Kind: titleKinds.unpack(m.GetKind()), Genre: m.GetGenre(), Skip: int(m.GetSkip()), Limit: int(m.GetLimit()),
	}
}
