package state

import "github.com/seamark-hq/seamark/collector/inventory"

// FunctionKey names a function as AlarmState.Of, Writers and Fresh do.
func FunctionKey(name string) string { return "function:" + name }

// APIKey names an API as AlarmState.Of does.
func APIKey(id string) string { return "api:" + id }

// StageKey names a stage as Writers does.
func StageKey(s *inventory.Stage) string { return "stage:" + s.API.ID + "/" + s.Name }

// Link notes the stages, and where functions and stages write.
func (st *State) Link(inv *inventory.Inventory) {
	for i := range inv.Functions {
		if f := &inv.Functions[i]; f.Group() != inventory.LambdaLogs+f.Name {
			st.Writers[FunctionKey(f.Name)] = f.Group()
		}
	}
	for i := range inv.Stages {
		s := &inv.Stages[i]
		st.APIs[s.API.ID] = s.API.Name
		st.Writers[StageKey(s)] = s.Group()
	}
}
