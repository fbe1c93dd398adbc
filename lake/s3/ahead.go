package s3

import (
	"context"
	"sync"
)

const (
	aheadAtOnce = 32      // requests
	aheadBytes  = 1 << 20 // larger objects are not read ahead
)

// ahead holds small objects that News is about to show and that are probably read then,
// one after the other: each costs a round trip, which many can make together.
type ahead struct {
	mu   sync.Mutex
	page *aheadPage
}

// aheadPage is one page of a listing. Its objects are fetched in order; each holds a slot
// from its request until it was taken or dropped, so that few are held at a time.
type aheadPage struct {
	ctx    context.Context
	cancel context.CancelFunc
	slots  chan struct{}
	coming map[string]chan []byte // by key; nil bytes: read it yourself
	listed map[string]*info       // by key, until it was shown
}

// fetch begins to read what is small.
func (a *ahead) fetch(ctx context.Context, s *Store, page []*info) {
	a.clear()
	p := &aheadPage{listed: make(map[string]*info, len(page)), slots: make(chan struct{}, aheadAtOnce), coming: make(map[string]chan []byte, len(page))}
	p.ctx, p.cancel = context.WithCancel(ctx)
	var keys []string
	for _, i := range page {
		p.listed[i.key] = i
		if i.size <= aheadBytes {
			p.coming[i.key] = make(chan []byte, 1)
			keys = append(keys, i.key)
		}
	}
	chans := make([]chan []byte, len(keys))
	for n, key := range keys {
		chans[n] = p.coming[key]
	}
	a.mu.Lock()
	a.page = p
	a.mu.Unlock()
	go func() {
		for n, key := range keys {
			select {
			case p.slots <- struct{}{}:
			case <-p.ctx.Done():
				return
			}
			go func() {
				b, err := s.readFile(p.ctx, key)
				if err != nil {
					b = nil // whoever asks shall get the error himself
				}
				chans[n] <- b
			}()
		}
	}()
}

// take waits for an object that is on its way.
func (a *ahead) take(key string) ([]byte, bool) {
	p, c := a.find(key)
	if c == nil {
		return nil, false
	}
	select {
	case b := <-c:
		<-p.slots
		return b, b != nil
	case <-p.ctx.Done():
		return nil, false
	}
}

// stat is what the listing said of an object that is being shown.
func (a *ahead) stat(key string) *info {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.page == nil {
		return nil
	}
	return a.page.listed[key]
}

// drop ends the showing of an object. If it was not taken, those behind it wait for its slot.
func (a *ahead) drop(key string) {
	p, c := a.find(key)
	if p != nil {
		a.mu.Lock()
		delete(p.listed, key)
		a.mu.Unlock()
	}
	if c == nil {
		return
	}
	go func() {
		select {
		case <-c:
			<-p.slots
		case <-p.ctx.Done():
		}
	}()
}

func (a *ahead) find(key string) (*aheadPage, chan []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.page == nil {
		return nil, nil
	}
	c := a.page.coming[key]
	delete(a.page.coming, key)
	return a.page, c
}

// clear gives up what nobody took.
func (a *ahead) clear() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.page != nil {
		a.page.cancel()
		a.page = nil
	}
}
