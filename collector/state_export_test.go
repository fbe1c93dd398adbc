package collector

// For the tests of what has no user outside.
var (
	UpdateState = updateState
	KeptStates  = keptStates
)

// Encode is the state as it is saved.
func (s *State) Encode() []byte { return s.encode() }
