package alerter_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/alerter/alertmanager"
	"github.com/seamark-hq/seamark/alerter/route"
)

// BenchmarkFirstAlarms takes in first alarms of as many incidents, of 50 products with a
// receiver each, while 2,000 incidents are open.
func BenchmarkFirstAlarms(b *testing.B) {
	var receivers []alerter.Receiver
	for i := range 50 {
		receivers = append(receivers, &recorder{name: fmt.Sprintf("c%02d", i), begun: time.Now()})
	}
	root := &route.Tree{Receiver: "c00"}
	var names []string
	for i := range 50 {
		names = append(names, fmt.Sprintf("c%02d", i))
		root.Routes = append(root.Routes, route.Tree{Receiver: names[i], Matchers: []string{fmt.Sprintf(`product="p%02d"`, i)}})
	}
	routes, err := alertmanager.New(route.Config{Route: root, Receivers: names, ResolveTimeout: seamark.Duration(5 * time.Minute), GroupInterval: seamark.Duration(10 * time.Second)})
	if err != nil {
		b.Fatal(err)
	}
	m, err := alerter.New(b.Context(), alerter.Options{
		Store: &memory{}, Receivers: receivers, Route: routes.Receivers, Told: routes.Told, Quiet: alertmanager.NewQuieter(routes).Among,
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan struct{})
	go func() { m.Run(ctx); close(done) }()
	take := func(i int) {
		a := firing("4xx", "api", time.Now(), 0.2)
		a.Scope.Product, a.Scope.Environment = fmt.Sprintf("p%02d", i%50), fmt.Sprintf("e%d", i/50)
		a.Name = "seamark/" + a.Scope.Product + "/" + a.Scope.Environment + "/api/4xx"
		if err := m.Observe(ctx, a); err != nil {
			b.Fatal(err)
		}
	}
	for i := range 2000 {
		take(i)
	}
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		take(2000 + i)
	}
	b.StopTimer()
	cancel()
	<-done
}
