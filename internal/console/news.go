package console

import (
	"fmt"
	"strings"
)

// maxNews is how many changes are told one by one. A clock that runs fast makes
// more than anybody can listen to.
const maxNews = 3

// News says in words what has changed between two moments of the same target, for
// who does not see it. It is empty when that is nothing of importance.
func News(before, after Page) string {
	if before.Target == nil || after.Target == nil || before.Target.Key != after.Target.Key {
		return ""
	}
	news := append(alarmNews(before.Target, after.Target), activityNews(before.Target, after.Target)...)
	if len(news) > maxNews {
		news = []string{fmt.Sprintf("%d changes", len(news))}
	}
	if g := after.Target.Gauge; g.Running != before.Target.Gauge.Running || len(news) > 0 {
		news = append(news, fmt.Sprintf("%d of %d in service", g.Running, g.Desired))
	}
	if len(after.Faults) != len(before.Faults) {
		news = append(news, fmt.Sprintf("Faults: %d", len(after.Faults)))
	}
	if len(news) == 0 {
		return ""
	}
	return strings.Join(news, ". ") + "."
}

func alarmNews(before, after *Target) []string {
	was := map[string]string{}
	for _, a := range before.Alarms {
		was[a.Name] = a.Status.Text
	}
	var news []string
	for _, a := range after.Alarms {
		if old, known := was[a.Name]; known && old != a.Status.Text {
			news = append(news, a.Role+": "+a.Status.Text)
		}
	}
	return news
}

func activityNews(before, after *Target) []string {
	was := map[string]string{}
	for _, a := range before.Activities {
		was[a.ID] = a.Status.Text
	}
	var news []string
	for _, a := range after.Activities {
		if len(was) > 0 && a.ID == before.Activities[len(before.Activities)-1].ID {
			break // what follows is older than what was listed
		}
		if was[a.ID] != a.Status.Text {
			news = append(news, strings.TrimSuffix(a.Description, ".")+": "+a.Status.Text)
		}
	}
	return news
}
