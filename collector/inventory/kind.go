package inventory

// Kind is a kind of resource.
type Kind string

// The kinds that can be onboarded.
const (
	KindLogGroup Kind = "log-group"
	KindFunction Kind = "function"
	KindStage    Kind = "stage"
)
