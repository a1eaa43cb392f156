package main

import "testing"

func TestStatusTellsTheRestWhereTheFilesAreAnotherProcessesAndAway(t *testing.T) {
	t.Parallel()
	w := setup(t)
	library(w)
	w.answer("GET /streams", `502 {"status":502,"title":"Bad Gateway","detail":"start it with 'millrace mount'","kind":"unavailable"}`)
	w.serve()
	golden(t, "status-away", w.run("", "--data", w.data, "status").String())
}
