package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"time"

	"bise/app/fault"
	"bise/client"
)

// modelCache is the file form of a hosted service's list of models. It holds
// nothing of a person.
type modelCache struct {
	Host   string    `json:"host"`
	Read   time.Time `json:"read"`
	Models []Model   `json:"models"`
}

func (a *App) modelCachePath(d Descriptor) string {
	return filepath.Join(a.dir, "cache", "models-"+string(d.ID)+".json")
}

// cachedModels reads a list kept earlier. A damaged or foreign file is no list.
func (a *App) cachedModels(d Descriptor) (ModelList, bool) {
	data, err := os.ReadFile(a.modelCachePath(d))
	if err != nil {
		return ModelList{}, false
	}
	var c modelCache
	if json.Unmarshal(data, &c) != nil || c.Host != d.Host || len(c.Models) == 0 {
		return ModelList{}, false
	}
	a.noteNames(c.Models)
	return ModelList{Provider: d, Models: c.Models, Read: c.Read}, true
}

// cacheModels keeps a list; a disk that refuses it costs one more request
// tomorrow, nothing else.
func (a *App) cacheModels(l ModelList) {
	if a.options.NoStore {
		return
	}
	data, err := json.Marshal(modelCache{Host: l.Provider.Host, Read: l.Read, Models: l.Models})
	if err == nil {
		_ = writeFile(a.modelCachePath(l.Provider), data)
	}
}

func (a *App) dropModelCache(provider string) {
	_ = os.Remove(a.modelCachePath(a.Describe(provider)))
}

// keepEfforts puts the reasoning efforts that a refusal has named into the list
// kept of a service's models, so that the next run knows them too.
func (a *App) keepEfforts(p client.Provider, model string, refusal error) {
	learner, ok := p.(client.Learner)
	if !ok || !fault.Is(refusal, fault.Unsupported) {
		return
	}
	efforts, known := learner.Efforts(model)
	l, ok := a.cachedModels(p.Describe())
	if !known || !ok {
		return
	}
	i := slices.IndexFunc(l.Models, func(m Model) bool { return m.Named(model) })
	if i < 0 || l.Models[i].Efforts != nil && slices.Equal(l.Models[i].Efforts, efforts) {
		return
	}
	l.Models[i].Efforts = append([]string{}, efforts...)
	a.cacheModels(l)
}
