package release

import "unicode/utf8"

// Chinese names run the words for sound and subtitles together, one character a language: 国英双语 is sound in Chinese and
// English, 简繁日内封字幕 subtitles in simplified and traditional Chinese and Japanese. A word counts only if every part of it is
// such a part, so that 日剧 and 国漫 are left alone.

// tongues are the characters for languages in such words.
var tongues = map[rune]language{
	'国': langZH, '國': langZH, '中': langZH, '简': langZH, '簡': langZH, '繁': langZHTW, '粤': langYUE, '粵': langYUE, '英': langEN, '日': langJA,
	'韩': langKO, '韓': langKO, '法': langFR, '德': langDE, '俄': langRU, '泰': langTH, '西': langES, '意': langIT, '葡': langPT, '越': langVI,
}

// tonguesOf reads token i as such a word and says whether it is one.
func (p *parser) tonguesOf(i int) bool {
	w := p.word(i)
	if len(w) < 6 || len(w) > 48 {
		return false
	}
	var sound, text, open Languages
	several := false
	for len(w) > 0 {
		r, size := utf8.DecodeRune(w)
		if l, ok := tongues[r]; ok {
			open = open.Union(l.set())
			w = w[size:]
			continue
		}
		switch r {
		case '语', '語', '音', '配': // spoken; what follows is of it
			sound, open = sound.Union(open), Languages{}
		case '字', '嵌', '封', '挂', '掛': // written
			if open.Empty() && text.Empty() { // 中日双语字幕
				open, sound = sound, Languages{}
			}
			text, open = text.Union(open), Languages{}
		case '多':
			several = true
		case '内', '內', '外', '双', '雙', '三', '幕', '体', '體', '软', '轨', '軌', '文', '与', '和':
		default:
			return false
		}
		w = w[size:]
	}
	if !open.Empty() || sound.Empty() && text.Empty() {
		return false
	}
	if !sound.Empty() {
		p.rel.Languages = p.rel.Languages.Union(sound)
		p.claim(FieldLanguages, i, 1)
	}
	if !text.Empty() {
		p.rel.Subtitles = p.rel.Subtitles.Union(text)
		p.claim(FieldSubtitles, i, 1)
	}
	if several {
		p.mark(FlagMultiAudio, i)
	}
	p.toks[i].strong = true
	return true
}
