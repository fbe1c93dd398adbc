package collector

// Hint says what may have changed in a place. It brings a sweep of just that forward;
// nothing is wrong when it is lost, late or doubled.
type Hint struct {
	Place     Place
	Groups    []string // names of log groups
	Functions []string // names of Lambda functions
	APIs      []APIRef
	Whole     bool   // what changed cannot be looked at alone: the whole place
	Why       string // "TagResource by arn:aws:sts::…", for people
}

// APIRef names an API of API Gateway.
type APIRef struct {
	ID       string
	Protocol Protocol // HTTP stands for WebSocket too where the sender does not say
}
