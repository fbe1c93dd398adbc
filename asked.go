package seamark

// AskedRule is a rule of people's own that a tag asks for, for the rows of one component.
type AskedRule struct {
	Rule        string   `json:"rule"`
	Product     string   `json:"product"`
	Environment string   `json:"environment"`
	Component   string   `json:"component"`
	AccountID   string   `json:"account_id"`
	Region      string   `json:"region"`
	Threshold   float64  `json:"threshold,omitempty"` // in the tag's unit, a ratio in percent; 0: the rule's own
	Window      Duration `json:"window,omitempty"`    // 0: the rule's own
}
